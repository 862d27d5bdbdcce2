#include "agent/wire/timetable.hpp"

#include <fmt/format.h>

#include "agent/wire/parts.hpp"

namespace guestpatch {
namespace {

constexpr std::int64_t schema = 1;

std::string format_month(std::chrono::year_month month) {
    return fmt::format("{:04}-{:02}", static_cast<int>(month.year()), static_cast<unsigned>(month.month()));
}

Result<std::chrono::year_month> parse_month(std::string_view text) {
    const auto first = parse_day(std::string(text) + "-01");
    if (!first) return Error{Errc::invalid, fmt::format("\"{}\" is not a month such as 2026-11", text)};
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(*first)};
    return day.year() / day.month();
}

std::optional<Instant> read_instant(const JsonReader& in) {
    return in.present() ? std::optional(in.parsed(parse_instant)) : std::nullopt;
}

Timetable read_timetable(const JsonReader& in) {
    if (in.member("schema").integer() > schema) in.member("schema").fail("written by a newer guestpatch");
    Timetable timetable{.tried = read_instant(in.member("assessmentTried")),
                        .failures = static_cast<int>(in.member("assessmentFailures").integer_or(0)),
                        .attempted = read_instant(in.member("installationAttempted")),
                        .judged = read_instant(in.member("windowsJudged")),
                        .not_before = read_instant(in.member("notBefore"))};
    timetable.turned_away = wire::read_strings(in.member("turnedAway"));
    for (const JsonReader& record : in.member("windows").elements()) {
        timetable.windows.push_back({{record.member("opens").parsed(parse_instant), record.member("closes").parsed(parse_instant)},
                                     record.member("source").string(),
                                     wire::read_enum<WindowOutcome>(record.member("outcome"))});
    }
    if (const JsonReader rollout = in.member("rollout"); rollout.present()) {
        timetable.rollout = Rollout{rollout.member("month").parsed(parse_month), rollout.member("complete").boolean_or(false)};
    }
    return timetable;
}

}  // namespace

std::string encode(const Timetable& timetable) {
    JsonWriter out;
    out.begin_object().key("schema").integer(schema);
    wire::write_instant(out, "assessmentTried", timetable.tried);
    out.key("assessmentFailures").integer(timetable.failures);
    wire::write_instant(out, "installationAttempted", timetable.attempted);
    wire::write_instant(out, "windowsJudged", timetable.judged);
    wire::write_instant(out, "notBefore", timetable.not_before);
    if (!timetable.turned_away.empty()) wire::write_strings(out, "turnedAway", timetable.turned_away);
    out.key("windows").begin_array();
    for (const WindowRecord& record : timetable.windows) {
        out.begin_object();
        out.key("opens").string(format_instant(record.window.opens));
        out.key("closes").string(format_instant(record.window.closes));
        out.key("source").string(record.source);
        out.key("outcome").string(to_wire(record.outcome));
        out.end_object();
    }
    out.end_array();
    if (timetable.rollout) {
        out.key("rollout").begin_object().key("month").string(format_month(timetable.rollout->month));
        out.key("complete").boolean(timetable.rollout->complete).end_object();
    }
    out.end_object();
    return out.take();
}

Result<Timetable> decode_timetable(std::string_view text) { return wire::decode(text, read_timetable); }

}  // namespace guestpatch
