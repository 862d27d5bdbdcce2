#include "packagers/apt/pro_output.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;
using namespace guestpatch::apt;

TEST_CASE("Extended maintenance this machine is not entitled to is Security and kept back", "[apt][pro]") {
    const auto patches = parse_pro_status(R"({"_schema_version": "0.1", "packages": [
        {"package": "zlib1g", "version": "1:1.2+esm1", "service_name": "esm-infra", "origin": "esm.ubuntu.com", "status": "pending_attach", "download_size": 123},
        {"package": "curl", "version": "7+esm1", "service_name": "esm-apps", "status": "pending_enable"},
        {"package": "apt", "version": "2", "service_name": "esm-infra", "status": "upgrade_available"},
        {"package": "bash", "version": "5", "service_name": "standard-security", "status": "upgrade_available"}], "summary": {}})");
    REQUIRE(patches);
    REQUIRE(patches->size() == 2);
    CHECK(patches->front().id == PatchId{"zlib1g", "1:1.2+esm1"});
    CHECK(patches->front().classification == Classification::security);
    CHECK(patches->front().reason == Reason::ua_esm_required);
    CHECK(patches->front().held_back == HeldBack::kept_back);
    CHECK(patches->front().download_bytes == 123);
    CHECK(patches->front().source == "esm.ubuntu.com esm-infra");
}

TEST_CASE("An answer that cannot be read is an error that names the place", "[apt][pro]") {
    CHECK(parse_pro_status("This machine is not attached").error().message.starts_with("pro security-status: line 1"));
    CHECK(parse_pro_status(R"({"packages": [{"service_name": "esm-infra", "status": "pending_attach", "version": "1"}]})").error().message ==
          "pro security-status: packages[0].package: is missing");
    CHECK(parse_pro_status("{}")->empty());
}
