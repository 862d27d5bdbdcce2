#include "agent/wire/parts.hpp"

namespace guestpatch::wire {

void write_text(JsonWriter& out, std::string_view key, std::string_view text) {
    if (!text.empty()) out.key(key).string(text);
}

void write_strings(JsonWriter& out, std::string_view key, const std::vector<std::string>& strings) {
    out.key(key).begin_array();
    for (const std::string& text : strings) out.string(text);
    out.end_array();
}

void write_instant(JsonWriter& out, std::string_view key, const std::optional<Instant>& instant) {
    if (instant) out.key(key).string(format_instant(*instant));
}

void write_error(JsonWriter& out, const ApiError& error) {
    out.begin_object();
    out.key("code").string(error.code);
    out.key("message").string(error.message);
    out.key("details").begin_array();
    for (const ErrorDetail& detail : error.details) {
        out.begin_object();
        out.key("code").string(detail.code);
        write_text(out, "target", detail.target);
        out.key("message").string(detail.message);
        out.end_object();
    }
    out.end_array().end_object();
}

void write_compliance(JsonWriter& out, const Compliance& compliance) {
    out.begin_object();
    out.key("state").string(to_wire(compliance.state));
    out.key("since").string(format_instant(compliance.since));
    write_strings(out, "reasons", compliance.reasons);
    out.end_object();
}

void write_blind_spots(JsonWriter& out, const std::vector<BlindSpot>& blind_spots) {
    out.begin_array();
    for (const BlindSpot& spot : blind_spots) {
        out.begin_object();
        out.key("source").string(spot.source);
        out.key("code").string(to_wire(spot.code));
        out.key("message").string(spot.message);
        out.key("hidesSecurity").boolean(spot.security);
        out.end_object();
    }
    out.end_array();
}

void write_notes(JsonWriter& out, const std::vector<Note>& notes) {
    out.begin_array();
    for (const Note& note : notes) {
        out.begin_object().key("code").string(note.code).key("message").string(note.message).end_object();
    }
    out.end_array();
}

std::vector<std::string> read_strings(const JsonReader& in) {
    std::vector<std::string> strings;
    for (const JsonReader& element : in.elements()) strings.push_back(element.string());
    return strings;
}

ApiError read_error(const JsonReader& in) {
    ApiError error{.code = in.member("code").string_or("0"), .message = in.member("message").string_or("")};
    for (const JsonReader& detail : in.member("details").elements()) {
        error.details.push_back({detail.member("code").string(), detail.member("target").string_or(""),
                                 detail.member("message").string_or("")});
    }
    return error;
}

Compliance read_compliance(const JsonReader& in) {
    return {read_enum<ComplianceState>(in.member("state")), in.member("since").parsed(parse_instant),
            read_strings(in.member("reasons"))};
}

std::vector<BlindSpot> read_blind_spots(const JsonReader& in) {
    std::vector<BlindSpot> spots;
    for (const JsonReader& spot : in.elements()) {
        spots.push_back({spot.member("source").string(), read_enum<BlindSpotCode>(spot.member("code")),
                         spot.member("message").string_or(""), spot.member("hidesSecurity").boolean_or(false)});
    }
    return spots;
}

std::vector<Note> read_notes(const JsonReader& in) {
    std::vector<Note> notes;
    for (const JsonReader& note : in.elements()) {
        notes.push_back({note.member("code").string(), note.member("message").string_or("")});
    }
    return notes;
}

}  // namespace guestpatch::wire
