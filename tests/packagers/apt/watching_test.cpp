#include "packagers/apt/watching.hpp"

#include "tests/catch.hpp"
#include "tests/packagers/apt/machine.hpp"
#include "tests/packagers/golden.hpp"

using namespace guestpatch;
using apt::Watcher;

TEST_CASE("An installation is followed package by package", "[apt][watching]") {
    FakeProgress progress;
    Watcher watcher(progress, "downloading");
    const std::string text = golden("apt/debian-12.install.good.stdout");
    const std::size_t size = GENERATE(1U, 7U);
    for (std::size_t at = 0; at < text.size(); at += size) watcher(std::string_view(text).substr(at, size));
    CHECK(progress.steps.front() == FakeProgress::Step{"unpacking", 0, "gp-epoch"});
    CHECK(progress.steps[1] == FakeProgress::Step{"unpacking", 7, "gp-foreign:i386"});
    CHECK(progress.steps.back() == FakeProgress::Step{"configuring", 92, "gp-epoch"});
    CHECK(progress.steps.size() == 14);
}

TEST_CASE("Of one piece of output the last news is told", "[apt][watching]") {
    FakeProgress progress;
    Watcher watcher(progress, "downloading");
    watcher(golden("apt/debian-12.install.good.stdout"));
    CHECK(progress.steps == std::vector<FakeProgress::Step>{{"configuring", 92, "gp-epoch"}});
}

TEST_CASE("A download tells the percentage and the package", "[apt][watching]") {
    FakeProgress progress;
    Watcher watcher(progress, "downloading");
    watcher(golden("apt/debian-12.download.good.stdout"));
    REQUIRE_FALSE(progress.steps.empty());
    CHECK(progress.steps.back().text == "downloading");
    CHECK(progress.steps.back().percent == 100);
    CHECK(progress.steps.back().patch == "gp-upd");
}

TEST_CASE("While a refresh fetches lists no package is named", "[apt][watching]") {
    FakeProgress progress;
    Watcher watcher(progress, "refreshing package lists");
    watcher(golden("apt/debian-12.update.http.stdout"));
    for (const auto& report : progress.steps) CHECK(report.patch.empty());
}

TEST_CASE("Waiting for a lock is said, and for whom", "[apt][watching]") {
    FakeProgress progress;
    Watcher watcher(progress, "downloading");
    watcher(golden("apt/debian-12.install.frontend-locked.stdout"));
    CHECK(heard(progress,
                "waiting for the package manager's lock: /var/lib/dpkg/lock-frontend is held by process 11 (python3)"));
}

TEST_CASE("dpkg alone has no percentages, and removals and triggers are no steps", "[apt][watching]") {
    FakeProgress progress;
    Watcher watcher(progress, "");
    for (const char* line : {"Setting up a (1) ...\n", "Removing b (1) ...\n", "Processing triggers for man-db (2.1) ...\n", "no line end"}) {
        watcher(line);
    }
    CHECK(progress.steps == std::vector<FakeProgress::Step>{{"configuring", std::nullopt, "a"},
                                                            {"removing", std::nullopt, "b"},
                                                            {"processing triggers", std::nullopt, "man-db"}});
}
