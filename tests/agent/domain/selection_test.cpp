#include "agent/domain/selection.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

Patch curl(Classification classification = Classification::security) {
    return {.id = {"curl", "7.1"}, .classification = classification, .source = "http://x s"};
}

const Selection security_only{.classifications = {Classification::critical, Classification::security}};

PatchMask mask(std::string_view text) { return *parse_mask(text); }

}  // namespace

TEST_CASE("Classifications select", "[selection]") {
    CHECK_FALSE(left_out(security_only, curl()));
    CHECK(left_out(security_only, curl(Classification::other)) == Reason::not_selected);
}

TEST_CASE("Inclusion adds to the classifications", "[selection]") {
    Selection selection = security_only;
    selection.include = {mask("cur?")};
    CHECK_FALSE(left_out(selection, curl(Classification::other)));
    selection.include = {mask("curl=7.1")};
    CHECK_FALSE(left_out(selection, curl(Classification::other)));
    selection.include = {mask("curl=8*")};
    CHECK(left_out(selection, curl(Classification::other)) == Reason::not_selected);
}

TEST_CASE("Exclusion wins over everything", "[selection]") {
    Selection selection = security_only;
    selection.include = {mask("curl")};
    selection.exclude = {mask("*")};
    Patch held = curl();
    held.held_back = HeldBack::held;
    held.reason = Reason::held;
    CHECK(left_out(selection, held) == Reason::excluded);
}

TEST_CASE("What cannot go in keeps its own reason", "[selection]") {
    Patch esm = curl();
    esm.held_back = HeldBack::kept_back;
    esm.reason = Reason::ua_esm_required;
    CHECK(left_out(security_only, esm) == Reason::ua_esm_required);
}

TEST_CASE("A foreign architecture answers to its plain name", "[selection]") {
    Patch foreign = curl();
    foreign.id.name = "curl:i386";
    Selection selection = security_only;
    selection.exclude = {mask("curl")};
    CHECK(left_out(selection, foreign) == Reason::excluded);
    selection.exclude = {mask("curl:amd64")};
    CHECK_FALSE(left_out(selection, foreign));
}

TEST_CASE("A publish-date ceiling leaves out what is younger and refuses what is undated", "[selection]") {
    Selection selection = security_only;
    selection.max_publish_date = *parse_instant("2026-11-01T00:00:00Z");
    std::vector<Patch> patches{curl(), curl(Classification::other)};
    patches[0].published = *parse_instant("2026-11-01T00:00:01Z");
    CHECK(select(selection, patches));
    CHECK(patches[0].reason == Reason::published_too_late);
    patches[0].published = selection.max_publish_date;
    CHECK(select(selection, patches));
    CHECK_FALSE(patches[0].reason);
    patches[0].published.reset();
    const auto refused = select(selection, patches);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::invalid);
    CHECK(refused.error().message.ends_with(": http://x s"));
}
