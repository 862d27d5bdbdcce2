#include "tests/fakes/host_double.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/wire/exchange.hpp"
#include "agent/wire/report.hpp"

namespace guestpatch {
namespace {

std::string header(const Call& call, std::string_view name) {
    const auto found = std::ranges::find(call.headers, name, &Header::name);
    return found == call.headers.end() ? "" : found->value;
}

}  // namespace

Reply replied(int status, std::string body) { return {.status = status, .body = std::move(body)}; }

Reply silent(Silence silence) { return {.silence = silence, .message = "nobody is there"}; }

HostDouble::HostDouble(FakeProcessRunner& processes) {
    processes.behave([](const Command& command) { return command.argv.front().ends_with("guestpatch-courier"); },
                     [this](const Command& command) { return answer(command); });
}

Answer HostDouble::answer(const Command& command) {
    const std::scoped_lock held(mutex_);
    const auto exchange = decode_exchange(command.input);
    if (!exchange) return Answer::exits(2, "", exchange.error().message);
    exchanges.push_back(*exchange);
    std::vector<Reply> replies;
    for (const Call& call : exchange->calls) {
        calls.push_back(call);
        const auto wrong = mishap ? mishap(call) : std::nullopt;
        Reply reply = wrong && !wrong->taken ? wrong->reply : serve(call);
        if (wrong) reply = wrong->reply;
        reply.id = call.id;
        replies.push_back(reply);
        if (reply.silence != Silence::none) break;
    }
    return Answer::prints(encode(replies));
}

Reply HostDouble::serve(const Call& call) {
    std::string path = call.path.substr(std::string("/machines/").size());
    path = path.substr(path.find('/') + 1);
    if (path == "goalState") {
        if (goal.empty()) return replied(404);
        if (!etag.empty() && header(call, "If-None-Match") == etag) return replied(304);
        Reply reply = replied(200, goal);
        reply.etag = etag;
        return reply;
    }
    if (path == "admissions") return replied(200, admission);
    const std::string key = header(call, "Idempotency-Key");
    if (key.empty()) return replied(400);
    if (path == "patchStatus") return take_report(call);
    if (!keys_.insert(key).second) return replied(200);
    ++deliveries[path];
    if (path == "events") events.push_back(call.body);
    stored[path] = call.body;
    return replied(201);
}

Reply HostDouble::take_report(const Call& call) {
    const auto report = decode_report(call.body);
    if (!report || report->report_id != header(call, "Idempotency-Key")) return replied(400);
    if (report->instance == instance && report->sequence <= sequence()) {
        if (report->sequence == sequence() && report->report_id == last_report_) return replied(200);
        return replied(409, fmt::format("{{\"acceptedSequence\":{}}}", sequence()));
    }
    if (report->instance != instance) sequences.clear();
    instance = report->instance;
    last_report_ = report->report_id;
    sequences.push_back(report->sequence);
    stored["patchStatus"] = call.body;
    ++deliveries["patchStatus"];
    return replied(200, fmt::format("{{\"acceptedSequence\":{}}}", report->sequence));
}

}  // namespace guestpatch
