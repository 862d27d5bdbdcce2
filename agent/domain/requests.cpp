#include "agent/domain/requests.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace guestpatch {
namespace {

bool is_asked_for(const GoalState& goal, std::string_view activity_id) {
    return std::ranges::find(goal.operations, activity_id, &GoalOperation::activity_id) != goal.operations.end();
}

/// When the next one may begin, when too many have in the last hour.
std::optional<Instant> held_up_until(const RequestBook& book, Instant now) {
    constexpr seconds hour = std::chrono::hours(1);
    std::vector<Instant> recent;
    for (const Request& known : book.requests) {
        if (known.at > now - hour && known.at <= now) recent.push_back(known.at);
    }
    if (recent.size() < most_requests_an_hour) return std::nullopt;
    return *std::ranges::min_element(recent) + hour;
}

}  // namespace

const Request* find_request(const RequestBook& book, std::string_view activity_id) {
    const auto found = std::ranges::find(book.requests, activity_id, &Request::activity_id);
    return found == book.requests.end() ? nullptr : &*found;
}

void note(RequestBook& book, const std::string& activity_id, RequestState state, Instant now, const GoalState& goal) {
    std::erase_if(book.requests, [&](const Request& known) { return known.activity_id == activity_id; });
    book.requests.push_back({activity_id, state, now});
    while (book.requests.size() > most_requests) {
        const auto forgettable = std::ranges::find_if(book.requests, [&](const Request& known) {
            return known.state != RequestState::begun && !is_asked_for(goal, known.activity_id);
        });
        if (forgettable == book.requests.end()) return;
        book.requests.erase(forgettable);
    }
}

std::optional<Decline> why_declined(const GoalOperation& operation, Instant now) {
    if (operation.kind == GoalKind::unknown) {
        return Decline{"OperationNotSupported", fmt::format("this agent does not know the operation \"{}\"", operation.name)};
    }
    if (!operation.fault.empty()) return Decline{"InvalidParameter", operation.fault};
    if (operation.not_after && *operation.not_after <= now) {
        return Decline{"OperationExpired", fmt::format("it was to be done by {}", format_instant(*operation.not_after))};
    }
    return std::nullopt;
}

std::optional<GoalOperation> next_request(const GoalState& goal, const RequestBook& book, Instant now) {
    if (held_up_until(book, now)) return std::nullopt;
    const GoalOperation* next = nullptr;
    for (const GoalOperation& operation : goal.operations) {
        if (find_request(book, operation.activity_id) != nullptr) continue;
        const bool may_begin = !operation.start || *operation.start <= now || why_declined(operation, now);
        if (may_begin && (next == nullptr || operation.sequence < next->sequence)) next = &operation;
    }
    return next == nullptr ? std::nullopt : std::optional(*next);
}

std::optional<Instant> next_request_at(const GoalState& goal, const RequestBook& book, Instant now) {
    const auto held_up = held_up_until(book, now);
    std::optional<Instant> next;
    for (const GoalOperation& operation : goal.operations) {
        if (find_request(book, operation.activity_id) != nullptr) continue;
        const Instant start = std::max(operation.start.value_or(now), held_up.value_or(now));
        if (start > now) next = std::min(next.value_or(start), start);
    }
    return next;
}

}  // namespace guestpatch
