// A host that speaks the API, behind a courier that never fails by itself. tests/system/reference_host.py is the real one;
// both keep the rules of docs/usage/host.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/domain/exchange.hpp"
#include "tests/fakes/process.hpp"

namespace guestpatch {

class HostDouble {
  public:
    /// Answers for the courier among `processes`.
    explicit HostDouble(FakeProcessRunner& processes);

    /// What happens to a call instead of what should: nothing, a reply, or a reply after it was taken all the same.
    struct Mishap {
        Reply reply;
        bool taken = false;
    };
    std::function<std::optional<Mishap>(const Call&)> mishap;

    std::string goal;                               ///< empty: 404
    std::string etag;
    std::map<std::string, std::string> stored;      ///< by path below the machine: the newest body
    std::map<std::string, int> deliveries;          ///< under keys of their own
    std::vector<std::uint64_t> sequences;           ///< of the reports that were accepted
    std::string instance;
    std::vector<std::string> events;                ///< batches, each once
    std::string admission = R"({"granted":true})";
    std::vector<Call> calls;                        ///< every one, in order
    std::vector<Exchange> exchanges;

    [[nodiscard]] std::uint64_t sequence() const { return sequences.empty() ? 0 : sequences.back(); }

  private:
    Answer answer(const Command& command);
    Reply serve(const Call& call);
    Reply take_report(const Call& call);

    std::mutex mutex_;
    std::set<std::string> keys_;
    std::string last_report_;  ///< id of the newest
};

/// A reply of this status.
[[nodiscard]] Reply replied(int status, std::string body = {});
/// No reply at all.
[[nodiscard]] Reply silent(Silence silence = Silence::unreached);

}  // namespace guestpatch
