#include "agent/wire/journal.hpp"

#include "agent/wire/parts.hpp"

namespace guestpatch {
namespace {

using namespace wire;

constexpr std::int64_t schema = 1;

void write_masks(JsonWriter& out, std::string_view key, const std::vector<PatchMask>& masks) {
    out.key(key).begin_array();
    for (const PatchMask& mask : masks) out.string(mask.text());
    out.end_array();
}

std::vector<PatchMask> read_masks(const JsonReader& in) {
    std::vector<PatchMask> masks;
    for (const JsonReader& mask : in.elements()) masks.push_back(mask.parsed(parse_mask));
    return masks;
}

void write_request(JsonWriter& out, const InstallationRequest& request) {
    out.key("request").begin_object();
    out.key("classifications").begin_array();
    for (const Classification classification : request.selection.classifications) out.string(to_wire(classification));
    out.end_array();
    write_masks(out, "include", request.selection.include);
    write_masks(out, "exclude", request.selection.exclude);
    write_instant(out, "maxPublishDate", request.selection.max_publish_date);
    out.key("excludeReboot").boolean(request.exclude_reboot);
    out.end_object();
}

InstallationRequest read_request(const JsonReader& in) {
    InstallationRequest request{.exclude_reboot = in.member("excludeReboot").boolean_or(false)};
    for (const JsonReader& word : in.member("classifications").elements()) {
        request.selection.classifications.push_back(read_enum<Classification>(word));
    }
    request.selection.include = read_masks(in.member("include"));
    request.selection.exclude = read_masks(in.member("exclude"));
    const JsonReader ceiling = in.member("maxPublishDate");
    if (ceiling.present()) request.selection.max_publish_date = ceiling.parsed(parse_instant);
    return request;
}

void write_run(JsonWriter& out, const Run& run) {
    out.key("run").begin_object();
    out.key("activityId").string(run.activity_id);
    out.key("startedBy").string(to_wire(run.started_by));
    out.key("unattended").boolean(run.unattended);
    write_text(out, "maintenanceRunId", run.maintenance_run_id);
    out.key("began").begin_object();
    out.key("wall").string(format_instant(run.began.wall));
    out.key("bootMilliseconds").integer(run.began.boot.time_since_epoch().count());
    out.key("bootId").string(run.began.boot_id);
    out.end_object();
    write_request(out, run.request);
    out.key("opens").string(format_instant(run.window.opens));
    out.key("closes").string(format_instant(run.window.closes));
    write_instant(out, "admittedUntil", run.admitted_until);
    out.key("rebootSetting").string(to_wire(run.reboot_setting));
    out.key("rebootReserve").string(format_duration(run.reboot_reserve));
    out.key("rebootWarning").string(format_duration(run.reboot_warning));
    out.key("rebootsLeft").integer(run.reboots_left);
    out.key("interrupted").boolean(run.interrupted);
    out.key("interruptions").integer(run.interruptions);
    out.key("prepared").boolean(run.prepared);
    out.end_object();
}

Run read_run(const JsonReader& in) {
    const JsonReader began = in.member("began");
    std::string activity_id = in.member("activityId").string();
    const auto started_by = read_enum<StartedBy>(in.member("startedBy"));
    return {.activity_id = std::move(activity_id),
            .started_by = started_by,
            .unattended = in.member("unattended").boolean_or(started_by == StartedBy::platform),
            .maintenance_run_id = in.member("maintenanceRunId").string_or(""),
            .began = {began.member("wall").parsed(parse_instant),
                      BootTime(milliseconds(began.member("bootMilliseconds").integer())), began.member("bootId").string_or("")},
            .request = read_request(in.member("request")),
            .window = {in.member("opens").parsed(parse_instant), in.member("closes").parsed(parse_instant)},
            .admitted_until = in.member("admittedUntil").present() ? std::optional(in.member("admittedUntil").parsed(parse_instant)) : std::nullopt,
            .reboot_setting = read_enum<RebootSetting>(in.member("rebootSetting")),
            .reboot_reserve = in.member("rebootReserve").parsed(parse_duration),
            .reboot_warning = in.member("rebootWarning").parsed(parse_duration),
            .reboots_left = static_cast<int>(in.member("rebootsLeft").integer()),
            .interrupted = in.member("interrupted").boolean_or(false),
            .interruptions = static_cast<int>(in.member("interruptions").integer_or(0)),
            .prepared = in.member("prepared").boolean_or(false)};
}

void write_failures(JsonWriter& out, const std::vector<PatchFailure>& failures) {
    out.key("failures").begin_array();
    for (const PatchFailure& failure : failures) {
        out.begin_object();
        out.key("name").string(failure.id.name);
        out.key("version").string(failure.id.version);
        out.key("reason").string(to_wire(failure.reason));
        out.key("message").string(failure.message);
        out.end_object();
    }
    out.end_array();
}

std::vector<PatchFailure> read_failures(const JsonReader& in) {
    std::vector<PatchFailure> failures;
    for (const JsonReader& failure : in.elements()) {
        failures.push_back({{failure.member("name").string(), failure.member("version").string()},
                            read_enum<Reason>(failure.member("reason")),
                            failure.member("message").string_or("")});
    }
    return failures;
}

struct Writer {
    JsonWriter& out;

    void operator()(const Idle&) const {}
    void operator()(const Assessing& state) const {
        write_run(out, state.run);
        out.key("repaired").boolean(state.repaired);
        write_text(out, "job", state.job);
    }
    void operator()(const Installing& state) const {
        write_run(out, state.run);
        out.key("stage").string(to_wire(state.stage));
        out.key("job").string(state.job);
        write_strings(out, "leftovers", state.leftovers);
        write_failures(out, state.failures);
    }
    void operator()(const AwaitingReboot& state) const {
        write_run(out, state.run);
        out.key("reason").string(state.reason);
        write_failures(out, state.failures);
    }
    void operator()(const Rebooting& state) const {
        write_run(out, state.run);
        out.key("due").string(format_instant(state.due));
        out.key("arranged").boolean(state.arranged);
    }
    void operator()(const Verifying& state) const {
        write_run(out, state.run);
        out.key("reboot").string(to_wire(state.reboot));
        out.key("reason").string(state.reason);
        write_failures(out, state.failures);
        out.key("ending").string(to_wire(state.ending));
    }
};

State read_state(const JsonReader& in) {
    if (in.member("schema").integer() > schema) in.member("schema").fail("written by a newer guestpatch");
    const std::string name = in.member("state").string();
    if (name == "Idle") return Idle();
    Run run = read_run(in.member("run"));
    const std::string reason = in.member("reason").string_or("");
    if (name == "Assessing") return Assessing{std::move(run), in.member("repaired").boolean_or(false), in.member("job").string_or("")};
    if (name == "Rebooting") return Rebooting{std::move(run), in.member("due").parsed(parse_instant), in.member("arranged").boolean_or(true)};
    std::vector<PatchFailure> failures = read_failures(in.member("failures"));
    if (name == "AwaitingReboot") return AwaitingReboot{std::move(run), reason, std::move(failures)};
    if (name == "Installing") {
        return Installing{std::move(run), read_enum<Stage>(in.member("stage")), in.member("job").string(),
                          read_strings(in.member("leftovers")), std::move(failures)};
    }
    if (name == "Verifying") {
        return Verifying{std::move(run), read_enum<RebootStatus>(in.member("reboot")), reason, std::move(failures),
                         read_optional_enum<Ending>(in.member("ending")).value_or(Ending::concluding)};
    }
    in.member("state").fail("\"" + name + "\" is not a state");
    return Idle();
}

}  // namespace

std::string encode(const State& state) {
    JsonWriter out;
    out.begin_object();
    out.key("schema").integer(schema);
    out.key("state").string(name_of(state));
    std::visit(Writer{out}, state);
    out.end_object();
    return out.take();
}

Result<State> decode_journal(std::string_view text) { return decode(text, read_state); }

}  // namespace guestpatch
