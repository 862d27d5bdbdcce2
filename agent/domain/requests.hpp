// What the host has asked for once, so that it is done once, whatever happens in between. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/domain/goal_state.hpp"

namespace guestpatch {

enum class RequestState {
    begun,     ///< from here on it is never begun again
    ended,     ///< its result is recorded
    declined,  ///< unknown, faulty or too late: recorded as Failed
};

struct Request {
    std::string activity_id;
    RequestState state = RequestState::begun;
    Instant at;  ///< of the last change

    friend bool operator==(const Request&, const Request&) = default;
};

/// Oldest first.
struct RequestBook {
    std::vector<Request> requests;

    friend bool operator==(const RequestBook&, const RequestBook&) = default;
};

/// Beyond it the oldest are forgotten, unless they still stand in the goal state.
constexpr std::size_t most_requests = 1000;
/// What a host asks for beyond that waits: each is a document for a year.
constexpr std::size_t most_requests_an_hour = 20;

void note(RequestBook& book, const std::string& activity_id, RequestState state, Instant now, const GoalState& goal);
[[nodiscard]] const Request* find_request(const RequestBook& book, std::string_view activity_id);

/// Why an operation can never be carried out; nothing: it can.
struct Decline {
    std::string code;  ///< "OperationNotSupported", "OperationExpired", "InvalidParameter"
    std::string message;

    friend bool operator==(const Decline&, const Decline&) = default;
};
[[nodiscard]] std::optional<Decline> why_declined(const GoalOperation& operation, Instant now);

/// The next operation that may begin, by its sequence number, or must be declined.
[[nodiscard]] std::optional<GoalOperation> next_request(const GoalState& goal, const RequestBook& book, Instant now);
/// When one that waits for its time may begin.
[[nodiscard]] std::optional<Instant> next_request_at(const GoalState& goal, const RequestBook& book, Instant now);

}  // namespace guestpatch
