#include "agent/host/place.hpp"

#include <fmt/format.h>

#include "agent/wire/imds.hpp"
#include "agent/wire/place.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr milliseconds budget{1000};
/// Linux shows it to everybody; where there is no such file, nobody is asked unless configuration says so.
constexpr const char* chassis_file = "/sys/class/dmi/id/chassis_asset_tag";

std::string chassis_asset_tag(Files& files) {
    const auto text = files.read(chassis_file);
    return text ? std::string(trim(*text)) : "";
}

Exchange question() {
    return {.peer = Peer::imds,
            .url = "http://169.254.169.254",
            .calls = {{.id = "compute",
                       .path = "/metadata/instance/compute?api-version=2021-12-13",
                       .headers = {{"Metadata", "true"}},
                       .limit = std::chrono::duration_cast<seconds>(budget)}}};
}

/// An answer that will be no other in this boot. 410, 429 and 5xx are the service's way of saying "later".
bool is_final(int status) { return status >= 200 && status < 500 && status != 410 && status != 429; }

Result<Reply> ask(const Courier& courier, std::stop_token stop) {
    auto replies = courier.exchange(question(), budget, std::move(stop));
    if (!replies) return replies.error();
    if (replies->size() != 1) return Error{Errc::failed, "no answer"};
    if (replies->front().status == 0) return Error{Errc::failed, replies->front().message};
    return std::move(replies->front());
}

Result<Learned> keep(Files& files, const Path& known, const MachinePlace& place) {
    const std::string text = encode(place);
    if (const auto before = files.read(known); before && *before == text) return Learned::unchanged;
    if (auto written = files.write_durably(known, text, Readers::everyone); !written) return written.error();
    return Learned::changed;
}

Result<Learned> forget(Files& files, const Path& known) {
    if (const auto before = files.info(known); !before) return Learned::not_asked;
    if (auto removed = files.remove(known); !removed) return removed.error();
    return Learned::changed;
}

}  // namespace

bool should_ask(Imds setting, const std::string& chassis_asset_tag) {
    return setting == Imds::always || (setting == Imds::automatic && chassis_asset_tag == azure_chassis);
}

bool may_ask(Files& files, Imds setting) { return should_ask(setting, chassis_asset_tag(files)); }

Result<Learned> learn_place(Seams seams, const Courier& courier, Imds setting, const PlaceFiles& places, AskPlace when,
                            std::stop_token stop) {
    Files& files = seams.files;
    if (!may_ask(files, setting)) return forget(files, places.known).within("location facts");
    const std::string boot = seams.clocks.boot_id();
    const auto asked = files.read(places.asked);
    if (when == AskPlace::once_per_boot && asked && !boot.empty() && *asked == boot) return Learned::not_asked;

    const auto reply = ask(courier, std::move(stop));
    if (!reply) return reply.error().within("instance metadata service");
    if (is_final(reply->status)) {
        if (auto noted = files.write_volatile(places.asked, boot, Readers::owner); !noted) seams.log.debug(noted.error().message);
    }
    if (reply->status != 200) {
        return Error{Errc::failed, fmt::format("instance metadata service: it answered {}", reply->status)};
    }
    const auto place = decode_imds_compute(reply->body);
    if (!place) return place.error().within("instance metadata service");
    return keep(files, places.known, *place).within("location facts");
}

}  // namespace guestpatch
