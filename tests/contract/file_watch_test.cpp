// Which changes of which files wake who waits.
#include <ctime>
#include <fstream>
#include <thread>

#include "platform/waiter.hpp"
#include "tests/catch.hpp"
#include "tests/contract/talking.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

/// Watches `a` and `b` in one folder and `c` in another; `b` is there.
struct Watched {
    TemporaryFolder folder;
    std::unique_ptr<Waiter> waiter;

    Watched() {
        std::filesystem::create_directory(folder.at("other"));
        write("b");
        waiter = make_waiter({folder.at("a"), folder.at("b"), folder.at("other/c")});
    }

    void write(std::string_view name) const { std::ofstream(folder.at(name)) << "text"; }
    void rename(std::string_view from, std::string_view to) const {
        std::filesystem::rename(folder.at(from), folder.at(to));
    }
    /// A change is noticed, once.
    void expect_change() const {
        CHECK(waiter->wait({}, a_while) == Wake{.changed = true});
        expect_nothing();
    }
    void expect_nothing() const { CHECK(waiter->wait({}, 20ms) == Wake{}); }
};

TEST_CASE("a file that is written, new or not, has changed", "[waiter]") {
    const Watched subject;
    subject.expect_nothing();
    for (const char* name : {"a", "b", "other/c", "a"}) {
        INFO(name);
        subject.write(name);
        subject.expect_change();
    }
}

TEST_CASE("a file that is replaced, moved away or removed has changed", "[waiter]") {
    const Watched subject;
    subject.write("new");
    subject.expect_nothing();
    subject.rename("new", "b");
    subject.expect_change();
    subject.rename("b", "elsewhere");
    subject.expect_change();
    subject.write("other/c");
    subject.expect_change();
    std::filesystem::remove(subject.folder.at("other/c"));
    subject.expect_change();
}

TEST_CASE("a link that is made or replaced has changed", "[waiter]") {
    if (!on_linux()) {
        WARN("links need a privilege on Windows: skipped");
        return;
    }
    const Watched subject;
    std::filesystem::create_symlink("Europe/Berlin", subject.folder.at("a"));
    subject.expect_change();
    std::filesystem::create_symlink("UTC", subject.folder.at("new"));
    subject.expect_nothing();
    subject.rename("new", "a");
    subject.expect_change();
    std::filesystem::create_hard_link(subject.folder.at("b"), subject.folder.at("other/c"));
    subject.expect_change();
}

TEST_CASE("a file is read when its writer is done with it", "[waiter]") {
    if (!on_linux()) {
        WARN("Windows says nothing of closing: skipped");
        return;
    }
    const Watched subject;
    {
        std::ofstream writer(subject.folder.at("a"));
        writer << "half" << std::flush;
        subject.expect_nothing();
        writer << " and half";
    }
    subject.expect_change();
}

TEST_CASE("other files are nobody's business", "[waiter]") {
    const Watched subject;
    for (const char* name : {"d", "aa", "other/a", "other/b"}) subject.write(name);
    subject.rename("d", "e");
    std::filesystem::remove(subject.folder.at("aa"));
    std::filesystem::create_directory(subject.folder.at("third"));
    subject.expect_nothing();
}

TEST_CASE("changes between two waits count", "[waiter]") {
    const Watched subject;
    subject.write("a");
    subject.write("b");
    subject.waiter->poke();
    CHECK(subject.waiter->wait({}, a_while) == Wake{.changed = true, .poked = true});
    subject.expect_nothing();
}

TEST_CASE("a change ends a wait that has begun", "[waiter]") {
    const Watched subject;
    std::jthread writer([&] { subject.write("other/c"); });
    CHECK(subject.waiter->wait({}, {}) == Wake{.changed = true});
}

TEST_CASE("a folder that vanishes is noticed once, and again when it is back", "[waiter]") {
    if (!on_linux()) {
        WARN("Windows keeps folders that somebody watches: skipped");
        return;
    }
    const Watched subject;
    subject.write("other/c");
    subject.expect_change();
    for (const char* how : {"removed", "moved"}) {
        INFO(how);
        if (how == std::string_view("removed")) std::filesystem::remove_all(subject.folder.at("other"));
        else subject.rename("other", "moved");
        CHECK(subject.waiter->wait({}, a_while) == Wake{.changed = true});
        const std::clock_t before = std::clock();
        CHECK(subject.waiter->wait({}, 300ms) == Wake{});
        CHECK(std::clock() - before < CLOCKS_PER_SEC / 10);
        std::filesystem::create_directory(subject.folder.at("other"));
        subject.expect_change();
        subject.write("other/c");
        subject.expect_change();
    }
}

TEST_CASE("folders that do not exist are not watched, and disturb nobody", "[waiter]") {
    const TemporaryFolder folder;
    const auto waiter = make_waiter({folder.at("nowhere/file"), folder.at("file")});
    CHECK(waiter->wait({}, 20ms) == Wake{});
    std::ofstream(folder.at("file")) << "text";
    CHECK(waiter->wait({}, a_while) == Wake{.changed = true});
}

TEST_CASE("nothing is lost when a thousand things happen at once", "[waiter]") {
    const Watched subject;
    for (int i = 0; i < 1'000; ++i) subject.write("x" + std::to_string(i));
    subject.write("a");
    subject.expect_change();
}

}  // namespace
}  // namespace guestpatch
