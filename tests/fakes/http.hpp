// A server that answers from a script.
#pragma once

#include <deque>
#include <vector>

#include "platform/http.hpp"

namespace guestpatch {

/// Gives its answers in order; when there are none left, nobody is there. Every request is remembered.
class FakeHttp final : public Http {
  public:
    using Outcome = std::expected<HttpAnswer, HttpFailure>;

    explicit FakeHttp(std::deque<Outcome> answers = {}) : answers_(std::move(answers)) {}

    Outcome send(const HttpRequest& request) override {
        requests.push_back(request);
        if (answers_.empty()) return std::unexpected(HttpFailure{HttpFault::unreached, "nobody is there"});
        Outcome outcome = std::move(answers_.front());
        answers_.pop_front();
        return outcome;
    }

    std::vector<HttpRequest> requests;

  private:
    std::deque<Outcome> answers_;
};

}  // namespace guestpatch
