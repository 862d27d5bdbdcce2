// A log that also remembers, for the host.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "agent/domain/event.hpp"
#include "platform/clock.hpp"
#include "platform/log.hpp"

namespace guestpatch {

enum class Recording { off, on };

/// Passes everything on, and while it records, remembers the messages of the catalogue, whatever level `inner` shows. May be
/// written to and asked from several threads.
class RecordingLog final : public Log {
  public:
    /// Borrows `inner` and `clocks`. `version` is this program's. Begins without recording.
    RecordingLog(Log& inner, Clocks& clocks, std::string version)
        : inner_(inner), clocks_(clocks), version_(std::move(version)) {}

    void write(const Message& message, std::string_view sentence, std::initializer_list<LogField> fields) override;
    void set_least(LogLevel least) override { inner_.set_least(least); }

    /// Turned off it forgets what nobody has taken.
    void record(Recording recording);

    [[nodiscard]] bool has_events() const;
    /// What was said since the last call; where it was more than `most_remembered`, the last event counts the rest.
    [[nodiscard]] std::vector<HostEvent> take();
    /// What was taken and could not be kept elsewhere, to be taken again.
    void put_back(std::vector<HostEvent> events);

    static constexpr std::size_t most_remembered = 1000;

  private:
    Log& inner_;
    Clocks& clocks_;
    const std::string version_;
    mutable std::mutex mutex_;
    Recording recording_ = Recording::off;
    std::vector<HostEvent> events_;
    std::uint64_t forgotten_ = 0;
};

}  // namespace guestpatch
