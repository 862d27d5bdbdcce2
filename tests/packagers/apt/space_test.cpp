#include "packagers/apt/space.hpp"

#include "tests/catch.hpp"
#include "tests/fakes/machine.hpp"

using namespace guestpatch;
using namespace guestpatch::apt;

namespace {

constexpr std::uint64_t megabyte = 1'000'000;

Patch patch(const std::string& name, std::uint64_t bytes) {
    return {.id = {name, "1"}, .download_bytes = bytes};
}

}  // namespace

TEST_CASE("A batch that fits is not refused", "[apt][space]") {
    FakeMachine machine;
    CHECK_FALSE(refuse_for_space(machine.files, {patch("a", 10 * megabyte)}, std::nullopt));
    CHECK_FALSE(refuse_for_space(machine.files, {}, std::nullopt));
}

TEST_CASE("Too little room for the archives names the folder, what is there and what is needed", "[apt][space]") {
    FakeMachine machine;
    machine.files.set_free_space(5 * megabyte);
    const auto refusal = refuse_for_space(machine.files, {patch("a", 6 * megabyte), patch("b", 500'000)}, std::nullopt);
    REQUIRE(refusal);
    CHECK(refusal->reason == Reason::disk_full);
    CHECK(refusal->message == "/var/cache/apt/archives has 5.0 MB free; fetching the archives needs 6.5 MB");
}

TEST_CASE("Unpacking needs the batch's share of the growth, and room for the largest archive", "[apt][space]") {
    FakeMachine machine;
    const std::vector<Patch> batch{patch("a", 10 * megabyte), patch("b", 10 * megabyte)};
    const PlanSize plan{.growth = static_cast<std::int64_t>(400 * megabyte), .download_bytes = 80 * megabyte};
    machine.files.set_free_space(140 * megabyte);  // a quarter of the growth, four times the largest archive
    CHECK_FALSE(refuse_for_space(machine.files, batch, plan));
    machine.files.set_free_space(139 * megabyte);
    REQUIRE(refuse_for_space(machine.files, batch, plan));
    CHECK(refuse_for_space(machine.files, batch, plan)->message ==
          "/usr has 139.0 MB free; unpacking them needs 140.0 MB");
    CHECK_FALSE(refuse_for_space(machine.files, batch, std::nullopt));
    const PlanSize shrinks{.growth = -static_cast<std::int64_t>(400 * megabyte), .download_bytes = 80 * megabyte};
    CHECK_FALSE(refuse_for_space(machine.files, batch, shrinks));
}

TEST_CASE("A kernel needs as much of /boot as the newest there, and a tenth more", "[apt][space]") {
    FakeMachine machine;
    machine.files.put("/boot/vmlinuz-6.1.0-9-amd64", std::string(100'000, 'x'));
    machine.files.put("/boot/initrd.img-6.1.0-9-amd64", std::string(900'000, 'x'));
    machine.files.put("/boot/vmlinuz-6.1.0-10-amd64", std::string(10'000, 'x'));
    machine.files.put("/boot/initrd.img-6.1.0-10-amd64", std::string(90'000, 'x'));
    machine.files.put("/boot/initrd.img-6.1.0-10-amd64.bak", std::string(90'000, 'x'));
    machine.files.set_free_space(109'000);
    const auto refusal = refuse_for_space(machine.files, {patch("linux-image-6.1.0-11-amd64", 0)}, std::nullopt);
    REQUIRE(refusal);
    CHECK(refusal->message == "/boot has 109 kB free; another kernel needs 110 kB");
    CHECK_FALSE(refuse_for_space(machine.files, {patch("curl", 0)}, std::nullopt));
    machine.files.set_free_space(110'000);
    CHECK_FALSE(refuse_for_space(machine.files, {patch("linux-image-6.1.0-11-amd64", 0)}, std::nullopt));
}
