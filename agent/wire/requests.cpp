#include "agent/wire/requests.hpp"

#include "agent/wire/parts.hpp"

namespace guestpatch {
namespace {

constexpr std::int64_t schema = 1;

RequestBook read_book(const JsonReader& in) {
    if (in.member("schema").integer() > schema) in.member("schema").fail("written by a newer guestpatch");
    RequestBook book;
    for (const JsonReader& request : in.member("requests").elements()) {
        book.requests.push_back({request.member("activityId").string(), wire::read_enum<RequestState>(request.member("state")),
                                 request.member("at").parsed(parse_instant)});
    }
    return book;
}

}  // namespace

std::string encode(const RequestBook& book) {
    JsonWriter out;
    out.begin_object().key("schema").integer(schema);
    out.key("requests").begin_array();
    for (const Request& request : book.requests) {
        out.begin_object();
        out.key("activityId").string(request.activity_id);
        out.key("state").string(to_wire(request.state));
        out.key("at").string(format_instant(request.at));
        out.end_object();
    }
    out.end_array().end_object();
    return out.take();
}

Result<RequestBook> decode_requests(std::string_view text) { return wire::decode(text, read_book); }

}  // namespace guestpatch
