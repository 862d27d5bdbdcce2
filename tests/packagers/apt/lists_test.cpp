#include "packagers/apt/lists.hpp"

#include <fmt/format.h>

#include "tests/catch.hpp"
#include "tests/fakes/clocks.hpp"
#include "tests/fakes/files.hpp"

using namespace guestpatch;
using namespace guestpatch::apt;

namespace {

const std::string prefix = "/var/lib/apt/lists/x_dists_stable-security_";

/// One configured source, its Release file and its list.
struct Disk {
    FakeClocks clocks;
    FakeFiles files{clocks};
    std::vector<IndexTarget> targets{target("amd64")};

    static IndexTarget target(const std::string& architecture) {
        return {fmt::format("http://x stable-security/main {} Packages", architecture), prefix + "main_binary-" + architecture + "_Packages",
                "main/binary-" + architecture + "/Packages", architecture, "/etc/apt/sources.list:1"};
    }
    void release(std::uint64_t size, const std::string& extra = "") {
        files.put(prefix + "InRelease", fmt::format("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\nLabel: Debian-Security\n"
                                                    "Suite: stable-security\nArchitectures: all amd64 i386\n{}SHA256:\n"
                                                    " 00aa {} main/binary-amd64/Packages\n 00bb 33 main/binary-amd64/Packages.xz\n"
                                                    " 00cc {} main/binary-all/Packages\n", extra, size, size));
    }
    void list(const std::string& text, const std::string& suffix = "") { files.put(prefix + "main_binary-amd64_Packages" + suffix, text); }
    Lists inspect() { return inspect_lists(files, targets, security_rules({{"ID", "debian"}}, {})); }
};

}  // namespace

TEST_CASE("A list of the size its Release file states is sight", "[apt][lists]") {
    Disk disk;
    disk.release(5);
    disk.list("12345");
    const Lists lists = disk.inspect();
    CHECK(lists.blind_spots.empty());
    CHECK(lists.damaged.empty());
    CHECK(lists.by_description.at(disk.targets[0].description).security);
    CHECK(lists.by_description.at(disk.targets[0].description).repository == "http://x stable-security");
}

TEST_CASE("An empty, missing, shortened or never fetched list is a blind spot", "[apt][lists]") {
    Disk disk;
    SECTION("empty") {
        disk.release(5);
        disk.list("");
        CHECK(disk.inspect().blind_spots.at(0).code == BlindSpotCode::list_empty);
        CHECK(disk.inspect().damaged == std::vector<Path>{prefix + "main_binary-amd64_Packages"});
    }
    SECTION("empty and compressed") {
        disk.release(5);
        disk.list("", ".lz4");
        CHECK(disk.inspect().blind_spots.at(0).code == BlindSpotCode::list_empty);
        CHECK(disk.inspect().damaged == std::vector<Path>{prefix + "main_binary-amd64_Packages.lz4"});
    }
    SECTION("missing") {
        disk.release(5);
        CHECK(disk.inspect().blind_spots.at(0).code == BlindSpotCode::source_not_fetched);
    }
    SECTION("shortened") {
        disk.release(5);
        disk.list("123");
        CHECK(disk.inspect().blind_spots.at(0).code == BlindSpotCode::list_damaged);
    }
    SECTION("never fetched") {
        CHECK(disk.inspect().blind_spots.at(0).code == BlindSpotCode::source_not_fetched);
        CHECK(disk.inspect().damaged.empty());
    }
    SECTION("an empty Release file") {
        disk.files.put(prefix + "InRelease", "");
        CHECK(disk.inspect().blind_spots.at(0).code == BlindSpotCode::source_not_fetched);
        CHECK(disk.inspect().damaged == std::vector<Path>{prefix + "InRelease"});
    }
    const BlindSpot spot = disk.inspect().blind_spots.at(0);
    CHECK(spot.source == "http://x stable-security");
    CHECK(spot.security);
    CHECK(spot.message.find("/etc/apt/sources.list:1") != std::string::npos);
}

TEST_CASE("A list that should not be there is not missed", "[apt][lists]") {
    Disk disk;
    SECTION("the repository has no packages") { disk.release(0); }
    SECTION("the architecture is not published") {
        disk.targets = {Disk::target("arm64")};
        disk.release(5);
    }
    SECTION("packages for all stand in every architecture's list") {
        disk.targets = {Disk::target("all")};
        disk.release(5, "No-Support-for-Architecture-all: Packages\n");
    }
    CHECK(disk.inspect().blind_spots.empty());
}

TEST_CASE("A compressed list is not compared with the plain size", "[apt][lists]") {
    Disk disk;
    disk.release(5);
    disk.list("xx", ".lz4");
    CHECK(disk.inspect().blind_spots.empty());
}

TEST_CASE("One line per repository, however many of its lists are missing", "[apt][lists]") {
    Disk disk;
    disk.targets = {Disk::target("amd64"), Disk::target("all")};
    CHECK(disk.inspect().blind_spots.size() == 1);
}
