#include "packagers/apt/pro_output.hpp"

#include "platform/base/json.hpp"

namespace guestpatch::apt {

Result<std::vector<Patch>> parse_pro_status(std::string_view text) {
    const auto json = parse_json(text, JsonDialect::strict);
    if (!json) return json.error().within("pro security-status");
    const JsonReader in(*json);
    std::vector<Patch> patches;
    for (const JsonReader& package : in.member("packages").elements()) {
        const std::string service = package.member("service_name").string_or("");
        const std::string status = package.member("status").string_or("");
        const bool extended = service == "esm-infra" || service == "esm-apps";
        if (!extended || (status != "pending_attach" && status != "pending_enable")) continue;
        patches.push_back({.id = {package.member("package").string(), package.member("version").string()},
                           .classification = Classification::security,
                           .source = package.member("origin").string_or("esm.ubuntu.com") + " " + service,
                           .download_bytes = static_cast<std::uint64_t>(package.member("download_size").integer_or(0)),
                           .held_back = HeldBack::kept_back,
                           .reason = Reason::ua_esm_required});
    }
    if (const auto fault = in.fault()) return fault->within("pro security-status");
    return patches;
}

}  // namespace guestpatch::apt
