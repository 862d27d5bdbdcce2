// How fast 100,000 patches go through the parsers and the encoder, each beside the least that has to be done with the
// same bytes on the same machine in the same round. Prints a table; exits 1 below a bar.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <string_view>
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

double processor_time(const std::function<void()>& work) {
    const std::clock_t start = std::clock();
    work();
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

/// Looks at each line of a text and keeps nothing.
std::size_t lines_of(std::string_view text) {
    std::size_t lines = 0;
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) ++lines;
    return lines;
}

/// Keeps each line of a text in a string of its own.
std::size_t kept_lines_of(std::string_view text) {
    std::vector<std::string> lines;
    std::size_t from = 0;
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', from)) {
        lines.emplace_back(text.substr(from, at - from));
        from = at + 1;
    }
    return lines.size();
}

/// Writes a text anew, looking at each character for what JSON has to escape.
std::string looked_at(std::string_view text) {
    std::string copy;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20) copy.push_back('\\');
        copy.push_back(c);
    }
    return copy;
}

/// Our speed over the floor's: the median of what each round says, the two of a round right after each other.
bool measure(const char* what, std::size_t bytes, double bar, const std::function<void()>& floor, const std::function<void()>& work) {
    std::vector<double> ratios;
    double fastest = 0;
    for (int i = 0; i < rounds; ++i) {
        const double least = processor_time(floor);
        const double ours = processor_time(work);
        ratios.push_back(least / ours);
        fastest = std::max(fastest, static_cast<double>(bytes) / 1e6 / ours);
    }
    std::ranges::nth_element(ratios, ratios.begin() + rounds / 2);
    const double found = ratios[rounds / 2];
    std::printf("%-44s %7.3f of its floor   bar %5.3f   %6.0f MB/s   %s\n", what, found, bar, fastest, found >= bar ? "ok" : "MISSED");
    return found >= bar;
}

}  // namespace

int main() {
    const Texts texts;
    const std::string both = texts.plan + texts.policy;
    std::size_t lines = 0;
    std::size_t bytes = 0;
    bool met = true;
    met &= measure("apt's plan split", texts.plan.size(), 0.25, [&] { lines += lines_of(texts.plan); }, [&] {
        if (!apt::parse_plan(texts.plan)) std::abort();
    });

    std::vector<Patch> found;
    met &= measure("plan and version tables to owned patches", both.size(), 0.17, [&] { lines += kept_lines_of(both); }, [&] {
        found.clear();
        const auto plan = apt::parse_plan(texts.plan);
        const auto policies = apt::parse_policy(texts.policy);
        found = apt::assemble_patches({texts.installed, &*plan, nullptr, *policies, texts.lists});
    });
    if (found.size() != patches || found.front().classification != Classification::security) std::abort();

    const Assessment assessment{.activity_id = "6a3f0f0e-52a1-4c7b-9d5e-0b6f2f5f9a11", .on = {"apt", "APT", "Linux", "Debian", "12"}, .patches = found};
    std::string json = encode(assessment);
    const std::string floor = json;
    met &= measure("assessment encoded to JSON", floor.size(), 0.37, [&] { bytes += looked_at(floor).size(); }, [&] { json = encode(assessment); });
    std::printf("%zu patches, plan %.1f MB, tables %.1f MB, JSON %.1f MB; floors saw %zu lines and %zu bytes\n", found.size(),
                static_cast<double>(texts.plan.size()) / 1e6, static_cast<double>(texts.policy.size()) / 1e6,
                static_cast<double>(floor.size()) / 1e6, lines, bytes);
    return met ? 0 : 1;
}
