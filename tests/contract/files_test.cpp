// What Files promises, kept by the disk and by the fake alike.
#include "platform/files.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "platform/host.hpp"
#include "tests/catch.hpp"
#include "tests/contract/talking.hpp"
#include "tests/fakes/files.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

struct RealFiles {
    TemporaryFolder folder;
    std::unique_ptr<Clocks> clocks = make_clocks();
    std::unique_ptr<Files> files = make_files();

    [[nodiscard]] Path at(std::string_view name) const { return folder.at(name); }
    /// What a power cut leaves behind in the middle of a write.
    void leave_temporary(std::string_view name) const {
        std::ofstream(at(std::string(name) + ".guestpatch-new")) << "half";
    }
    [[nodiscard]] std::optional<Readers> readers(const Path& path) const {
        if (!on_linux()) return std::nullopt;  // an access list, which the standard library cannot read
        const auto mode = std::filesystem::status(path).permissions() & std::filesystem::perms::all;
        if (mode == std::filesystem::perms(0644)) return Readers::everyone;
        if (mode == std::filesystem::perms(0600)) return Readers::owner;
        return std::nullopt;
    }
    [[nodiscard]] bool refuse(const Path& path) const {
        if (make_host()->privileged()) return false;
        std::filesystem::permissions(path, std::filesystem::perms::none);
        return true;
    }
};

struct FakedFiles {
    std::unique_ptr<FakeClocks> clocks = std::make_unique<FakeClocks>();
    std::unique_ptr<FakeFiles> files = std::make_unique<FakeFiles>(*clocks);

    [[nodiscard]] Path at(std::string_view name) const {
        return Path("/folder") / std::u8string(name.begin(), name.end());
    }
    void leave_temporary(std::string_view) const {}
    [[nodiscard]] std::optional<Readers> readers(const Path& path) const { return files->readers(path); }
    [[nodiscard]] bool refuse(const Path& path) const {
        files->forbid(path);
        return true;
    }
};

std::vector<std::string> names(const std::vector<FileInfo>& infos) {
    std::vector<std::string> names;
    for (const FileInfo& info : infos) names.push_back(info.name);
    return names;
}

TEMPLATE_TEST_CASE("what was written is read back, whatever it is", "[files]", RealFiles, FakedFiles) {
    TestType subject;
    using namespace std::string_literals;
    for (const std::string& content : {""s, "one line\n"s, "\0\r\n\xff\x1a binary"s, std::string(1 << 20, 'x')}) {
        REQUIRE(subject.files->write_durably(subject.at("file"), content, Readers::owner));
        CHECK((subject.files->read(subject.at("file")) == content));
        CHECK(subject.files->info(subject.at("file"))->size == content.size());
    }
}

TEMPLATE_TEST_CASE("a reader sees the old or the new content, never a mixture", "[files]", RealFiles, FakedFiles) {
    TestType subject;
    const Path path = subject.at("file");
    const std::string one(100, '1');
    const std::string two(200'000, '2');
    REQUIRE(subject.files->write_durably(path, one, Readers::owner));
    std::atomic<bool> failed = false;
    std::jthread writer([&] {
        for (int i = 0; i < 50; ++i) {
            if (!subject.files->write_durably(path, i % 2 == 0 ? two : one, Readers::owner)) failed = true;
        }
    });
    for (int i = 0; i < 200; ++i) {
        const Result<std::string> seen = subject.files->read(path);
        REQUIRE(seen);
        REQUIRE((*seen == one || *seen == two));
    }
    writer.join();
    CHECK_FALSE(failed);
}

TEMPLATE_TEST_CASE("a file is for the readers it was last written for", "[files]", RealFiles, FakedFiles) {
    TestType subject;
    const Path path = subject.at("file");
    REQUIRE(subject.files->write_durably(path, "public", Readers::everyone));
    if (!subject.readers(path)) {
        WARN("who may read a file cannot be seen from here: skipped");
        return;
    }
    CHECK(subject.readers(path) == Readers::everyone);
    REQUIRE(subject.files->write_durably(path, "secret", Readers::owner));
    CHECK(subject.readers(path) == Readers::owner);
    REQUIRE(subject.files->write_durably(path, "public", Readers::everyone));
    CHECK(subject.readers(path) == Readers::everyone);
}

TEMPLATE_TEST_CASE("a folder lists its names in order, without temporary files", "[files]", RealFiles, FakedFiles) {
    TestType subject;
    const Instant before = subject.clocks->wall();
    for (const char* name : {"b", "a", "folder/inside", "c.json"}) {
        REQUIRE(subject.files->write_durably(subject.at(name), "1234", Readers::owner));
    }
    subject.leave_temporary("a");
    const auto infos = subject.files->list(subject.at(""));
    REQUIRE(infos);
    CHECK(names(*infos) == std::vector<std::string>{"a", "b", "c.json", "folder"});
    CHECK(infos->at(0).kind == FileKind::regular);
    CHECK(infos->at(0).size == 4);
    CHECK(infos->at(0).modified >= before - 2s);
    CHECK(infos->at(0).modified <= subject.clocks->wall() + 2s);
    CHECK(infos->at(3).kind == FileKind::directory);
    CHECK(infos->at(3).size == 0);
    CHECK(subject.files->info(subject.at("a")) == infos->at(0));
}

TEMPLATE_TEST_CASE("a temporary file left by a power cut does not hinder the next write", "[files]", RealFiles,
                   FakedFiles) {
    TestType subject;
    REQUIRE(subject.files->write_durably(subject.at("file"), "old", Readers::owner));
    subject.leave_temporary("file");
    REQUIRE(subject.files->write_durably(subject.at("file"), "new", Readers::owner));
    CHECK(subject.files->read(subject.at("file")) == "new");
}

TEMPLATE_TEST_CASE("what is not there is not found", "[files]", RealFiles, FakedFiles) {
    TestType subject;
    REQUIRE(subject.files->write_durably(subject.at("file"), "x", Readers::owner));
    CHECK(subject.files->read(subject.at("none")).error().code == Errc::not_found);
    CHECK(subject.files->info(subject.at("none")).error().code == Errc::not_found);
    CHECK(subject.files->list(subject.at("none")).error().code == Errc::not_found);
    CHECK(subject.files->read(subject.at("file/below")).error().code == Errc::not_found);
    CHECK_FALSE(subject.files->list(subject.at("file")));
}

TEMPLATE_TEST_CASE("missing parent folders are made", "[files]", RealFiles, FakedFiles) {
    TestType subject;
    REQUIRE(subject.files->write_durably(subject.at("a/b/c/file"), "deep", Readers::owner));
    CHECK(subject.files->read(subject.at("a/b/c/file")) == "deep");
    CHECK(subject.files->info(subject.at("a/b"))->kind == FileKind::directory);
}

TEMPLATE_TEST_CASE("a volatile write replaces the whole file, for its readers alone", "[files]", RealFiles,
                   FakedFiles) {
    TestType subject;
    const Path path = subject.at("a/b/file");
    REQUIRE(subject.files->write_volatile(path, "first, and longer", Readers::everyone));
    REQUIRE(subject.files->write_volatile(path, "second", Readers::owner));
    CHECK(subject.files->read(path) == "second");
    if (subject.readers(path)) CHECK(subject.readers(path) == Readers::owner);
    CHECK(names(*subject.files->list(subject.at("a/b"))) == std::vector<std::string>{"file"});
    CHECK_FALSE(subject.files->write_volatile(subject.at("a/b"), "a folder", Readers::owner));
}

TEMPLATE_TEST_CASE("a folder cannot be read, replaced or removed as a file", "[files]", RealFiles, FakedFiles) {
    TestType subject;
    REQUIRE(subject.files->write_durably(subject.at("folder/file"), "x", Readers::owner));
    CHECK_FALSE(subject.files->read(subject.at("folder")));
    CHECK_FALSE(subject.files->write_durably(subject.at("folder"), "y", Readers::owner));
    CHECK_FALSE(subject.files->remove(subject.at("folder")));
    CHECK(subject.files->read(subject.at("folder/file")) == "x");
}

TEMPLATE_TEST_CASE("removing removes, and removing again is fine", "[files]", RealFiles, FakedFiles) {
    TestType subject;
    REQUIRE(subject.files->write_durably(subject.at("file"), "x", Readers::owner));
    CHECK(subject.files->remove(subject.at("file")));
    CHECK(subject.files->read(subject.at("file")).error().code == Errc::not_found);
    CHECK(subject.files->remove(subject.at("file")));
    CHECK(subject.files->remove(subject.at("no/such/folder/file")));
}

TEMPLATE_TEST_CASE("a folder is removed with everything in it", "[files]", RealFiles, FakedFiles) {
    TestType subject;
    for (const char* name : {"folder/file", "folder/a/b/c", "folder-beside/file"}) {
        REQUIRE(subject.files->write_durably(subject.at(name), "x", Readers::owner));
    }
    CHECK(subject.files->remove_folder(subject.at("folder")));
    CHECK(subject.files->info(subject.at("folder")).error().code == Errc::not_found);
    CHECK(subject.files->read(subject.at("folder-beside/file")) == "x");
    CHECK(subject.files->remove_folder(subject.at("folder")));
    CHECK(subject.files->remove_folder(subject.at("no/such/folder/")));
    CHECK(subject.files->remove_folder(subject.at("folder-beside/")));
    CHECK(names(*subject.files->list(subject.at(""))).empty());
}

TEMPLATE_TEST_CASE("free space is known where files are and where they will be", "[files]", RealFiles, FakedFiles) {
    TestType subject;
    REQUIRE(subject.files->write_durably(subject.at("file"), "x", Readers::owner));
    for (const char* name : {"", "file", "not/yet/there"}) {
        const auto space = subject.files->free_space(subject.at(name));
        REQUIRE(space);
        CHECK(*space > 0);
    }
    CHECK(subject.files->free_space("not-yet-there"));
}

TEMPLATE_TEST_CASE("names are UTF-8 whatever the alphabet", "[files]", RealFiles, FakedFiles) {
    TestType subject;
    const std::string name = "Grüße-補丁-🩹.json";
    REQUIRE(subject.files->write_durably(subject.at(name), "x", Readers::owner));
    CHECK(subject.files->read(subject.at(name)) == "x");
    CHECK(names(*subject.files->list(subject.at(""))) == std::vector<std::string>{name});
    CHECK(subject.files->info(subject.at(name))->name == name);
}

TEMPLATE_TEST_CASE("a refusal is told from an absence", "[files]", RealFiles, FakedFiles) {
    TestType subject;
    REQUIRE(subject.files->write_durably(subject.at("closed/file"), "x", Readers::owner));
    if (!subject.refuse(subject.at("closed"))) {
        WARN("root cannot be refused: skipped");
        return;
    }
    CHECK(subject.files->read(subject.at("closed/file")).error().code == Errc::permission);
    CHECK(subject.files->info(subject.at("closed/file")).error().code == Errc::permission);
    CHECK(subject.files->list(subject.at("closed")).error().code == Errc::permission);
    CHECK(subject.files->write_durably(subject.at("closed/new"), "x", Readers::owner).error().code == Errc::permission);
    CHECK(subject.files->remove(subject.at("closed/file")).error().code == Errc::permission);
}

TEST_CASE("a make-believe power cut takes what was written volatilely", "[files][fakes]") {
    const FakedFiles subject;
    subject.files->cut_power_after(2);
    REQUIRE(subject.files->write_durably(subject.at("kept"), "x", Readers::owner));
    REQUIRE(subject.files->write_volatile(subject.at("lost"), "x", Readers::owner));
    REQUIRE(subject.files->write_volatile(subject.at("hardened"), "x", Readers::owner));
    CHECK(subject.files->durable_writes() == 1);
    REQUIRE(subject.files->write_durably(subject.at("hardened"), "y", Readers::owner));
    CHECK_FALSE(subject.files->write_volatile(subject.at("late"), "x", Readers::owner));
    CHECK_FALSE(subject.files->remove_folder(subject.at("")));
    CHECK_FALSE(subject.files->free_space(subject.at("")));
    subject.files->restore_power();
    CHECK(names(*subject.files->list(subject.at(""))) == std::vector<std::string>{"hardened", "kept"});
    subject.files->fill_disk();
    CHECK(subject.files->write_volatile(subject.at("late"), "x", Readers::owner).error().code == Errc::no_space);
    CHECK(subject.files->free_space(subject.at("")) == std::uint64_t{0});
    subject.files->free_disk();
    subject.files->set_free_space(4096);
    CHECK(subject.files->free_space(subject.at("")) == std::uint64_t{4096});
}

TEST_CASE("a write that fails leaves no temporary file behind", "[files]") {
    const RealFiles subject;
    REQUIRE(subject.files->write_durably(subject.at("folder/file"), "x", Readers::owner));
    CHECK_FALSE(subject.files->write_durably(subject.at("folder"), "y", Readers::owner));
    const std::filesystem::directory_iterator entries(subject.folder.path());
    CHECK(std::distance(begin(entries), end(entries)) == 1);
}

TEST_CASE("removing a folder does not follow links out of it", "[files]") {
    const RealFiles subject;
    if (!on_linux()) {
        WARN("making links needs a right of its own on Windows: skipped");
        return;
    }
    REQUIRE(subject.files->write_durably(subject.at("kept/file"), "x", Readers::owner));
    REQUIRE(subject.files->write_durably(subject.at("folder/file"), "x", Readers::owner));
    std::filesystem::create_directory_symlink(subject.at("kept"), subject.at("folder/link"));
    CHECK(subject.files->remove_folder(subject.at("folder")));
    CHECK(subject.files->read(subject.at("kept/file")) == "x");
}

TEST_CASE("a link to the null device is told apart, and a dangling link is left out", "[files]") {
    const RealFiles subject;
    if (!on_linux()) {
        WARN("links to the null device are systemd's way to mask: skipped");
        return;
    }
    std::filesystem::create_symlink("/dev/null", subject.at("masked"));
    std::filesystem::create_symlink("nowhere", subject.at("dangling"));
    CHECK(subject.files->info(subject.at("masked"))->kind == FileKind::null_device);
    CHECK(names(*subject.files->list(subject.at(""))) == std::vector<std::string>{"masked"});
}

}  // namespace
}  // namespace guestpatch
