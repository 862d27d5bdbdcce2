#include "agent/wire/report.hpp"

#include "agent/wire/parts.hpp"
#include "agent/wire/patch_status_parts.hpp"

namespace guestpatch {
namespace {

constexpr std::int64_t largest_sequence = std::int64_t{1} << 62;  // beyond it a host only wants to see it overflow

std::uint64_t read_sequence(const JsonReader& in) {
    const std::int64_t number = in.integer();
    if (number < 0 || number > largest_sequence) in.fail("is not a sequence number");
    return static_cast<std::uint64_t>(number);
}

Report read_report(const JsonReader& in) {
    Report report{.machine_id = in.member("machineId").string(),
                  .instance = in.member("agentInstanceId").string(),
                  .boot_id = in.member("bootId").string(),
                  .sequence = read_sequence(in.member("sequenceNumber")),
                  .report_id = in.member("reportId").string(),
                  .generated = in.member("generatedAt").parsed(parse_instant)};
    if (const JsonReader goal = in.member("observedGoal"); goal.present()) {
        report.goal = ObservedGoal{goal.member("etag").string_or(""), read_sequence(goal.member("goalSequence")), report.generated};
    }
    const JsonReader status = in.member("patchStatus");
    if (!status.present()) status.fail("is missing");
    report.status = wire::read_patch_status(status);
    return report;
}

}  // namespace

std::string encode(const Report& report) {
    JsonWriter out;
    out.begin_object();
    out.key("schemaVersion").string("1.0");
    out.key("machineId").string(report.machine_id);
    out.key("agentInstanceId").string(report.instance);
    out.key("bootId").string(report.boot_id);
    out.key("sequenceNumber").integer(static_cast<std::int64_t>(report.sequence));
    out.key("reportId").string(report.report_id);
    out.key("generatedAt").string(format_instant(report.generated));
    if (report.goal) {
        out.key("observedGoal").begin_object();
        out.key("etag").string(report.goal->etag);
        out.key("goalSequence").integer(static_cast<std::int64_t>(report.goal->sequence));
        out.end_object();
    }
    out.key("patchStatus");
    wire::write_patch_status(out, report.status);
    out.end_object();
    return out.take();
}

Result<Report> decode_report(std::string_view text) { return wire::decode(text, read_report); }

std::optional<std::uint64_t> decode_accepted_sequence(std::string_view text) {
    const auto sequence = wire::decode(text, [](const JsonReader& in) { return read_sequence(in.member("acceptedSequence")); });
    // One more must be a number as well.
    return sequence && *sequence < static_cast<std::uint64_t>(largest_sequence) ? std::optional(*sequence) : std::nullopt;
}

}  // namespace guestpatch
