// How fast 100,000 patches go through the parsers and the encoder. Prints a table; exits 1 below a bar.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "agent/domain/assessment.hpp"
#include "agent/wire/assessment_result.hpp"
#include "packagers/apt/plan_output.hpp"
#include "packagers/apt/policy_output.hpp"
#include "packagers/apt/sight.hpp"

namespace {

using namespace guestpatch;

constexpr std::size_t patches = 100'000;
constexpr int rounds = 9;

/// What apt would print for a machine with that many upgrades, names and addresses of realistic length.
struct Texts {
    std::string plan = "Reading package lists...\nBuilding dependency tree...\nThe following packages will be upgraded:\n";
    std::string policy;
    std::map<std::string, apt::InstalledPackage, std::less<>> installed;
    apt::Lists lists;

    Texts() {
        std::string downloads;
        for (std::size_t i = 0; i < patches; ++i) {
            const std::string name = fmt::format("libexample{}-common", i);
            plan += fmt::format("   {} (2:3.{}-1+deb12u1 => 2:3.{}-1+deb12u2)\n", name, i, i);
            downloads += fmt::format("'http://deb.example.org/debian/pool/main/libe/libexample/{0}_3.{1}-1+deb12u2_amd64.deb' "
                                     "{0}_2%3a3.{1}-1+deb12u2_amd64.deb {2} "
                                     "SHA256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n", name, i, 1000 + i);
            policy += fmt::format("{0}:\n  Installed: 2:3.{1}-1+deb12u1\n  Candidate: 2:3.{1}-1+deb12u2\n  Version table:\n"
                                  "     2:3.{1}-1+deb12u2 500\n        500 http://deb.example.org/debian-security stable-security/main amd64 Packages\n"
                                  " *** 2:3.{1}-1+deb12u1 500\n        500 http://deb.example.org/debian stable/main amd64 Packages\n"
                                  "        100 /var/lib/dpkg/status\n", name, i);
            installed[name] = {.name = name, .version = fmt::format("2:3.{}-1+deb12u1", i), .architecture = "amd64"};
        }
        plan += fmt::format("{} upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n", patches) + downloads;
        lists.by_description["http://deb.example.org/debian-security stable-security/main amd64 Packages"] = {"http://deb.example.org/debian-security stable-security", {}, true};
        lists.by_description["http://deb.example.org/debian stable/main amd64 Packages"] = {"http://deb.example.org/debian stable", {}, false};
    }
};

/// Megabytes a second of processor time, so that a busy machine does not count; the median of some rounds.
double speed(std::size_t bytes, const std::function<void()>& work) {
    std::vector<double> seconds;
    for (int i = 0; i < rounds; ++i) {
        const std::clock_t start = std::clock();
        work();
        seconds.push_back(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    std::ranges::nth_element(seconds, seconds.begin() + rounds / 2);
    return static_cast<double>(bytes) / 1e6 / seconds[rounds / 2];
}

bool report(const char* what, double found, double bar) {
    std::printf("%-44s %8.0f MB/s   bar %5.0f   %s\n", what, found, bar, found >= bar ? "ok" : "MISSED");
    return found >= bar;
}

}  // namespace

int main() {
    const Texts texts;
    bool met = true;
    met &= report("apt's plan split", speed(texts.plan.size(), [&] {
        if (!apt::parse_plan(texts.plan)) std::abort();
    }), 1000);

    std::vector<Patch> found;
    met &= report("plan and version tables to owned patches", speed(texts.plan.size() + texts.policy.size(), [&] {
        found.clear();
        const auto plan = apt::parse_plan(texts.plan);
        const auto policies = apt::parse_policy(texts.policy);
        found = apt::assemble_patches({texts.installed, &*plan, nullptr, *policies, texts.lists});
    }), 200);
    if (found.size() != patches || found.front().classification != Classification::security) std::abort();

    const Assessment assessment{.activity_id = "6a3f0f0e-52a1-4c7b-9d5e-0b6f2f5f9a11", .on = {"apt", "APT", "Linux", "Debian", "12"}, .patches = found};
    std::string json = encode(assessment);
    const std::size_t bytes = json.size();
    met &= report("assessment encoded to JSON", speed(bytes, [&] { json = encode(assessment); }), 300);
    std::printf("%zu patches, plan %.1f MB, tables %.1f MB, JSON %.1f MB\n", found.size(), static_cast<double>(texts.plan.size()) / 1e6,
                static_cast<double>(texts.policy.size()) / 1e6, static_cast<double>(bytes) / 1e6);
    return met ? 0 : 1;
}
