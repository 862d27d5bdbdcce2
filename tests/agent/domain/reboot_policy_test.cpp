#include "agent/domain/reboot_policy.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;
using namespace std::chrono_literals;

TEST_CASE("a reboot is made when it is needed, wanted, and fits") {
    using enum RebootSetting;
    struct Row {
        const char* story;
        RebootSetting setting;
        bool required;
        std::size_t installed;
        int left;
        bool may;
        seconds time;
        RebootStatus status;
    };
    using enum RebootStatus;
    const Row rows[]{
        {"nothing needs one", if_required, false, 3, 2, true, 1h, not_needed},
        {"needed", if_required, true, 3, 2, true, 1h, started},
        {"needed since earlier", if_required, true, 0, 2, true, 1h, started},
        {"needed, forbidden", never, true, 3, 2, true, 1h, required},
        {"not needed, forbidden", never, false, 3, 2, true, 1h, not_needed},
        {"always", always, false, 1, 2, true, 1h, started},
        {"always, but nothing was done", always, false, 0, 2, true, 1h, not_needed},
        {"no time left", if_required, true, 3, 2, true, 0s, required},
        {"always, no time left", always, false, 3, 2, true, 0s, not_needed},
        {"often enough", if_required, true, 3, 0, true, 1h, required},
        {"interrupted", if_required, true, 3, 2, false, 1h, required},
    };
    for (const Row& row : rows) {
        INFO(row.story);
        const Run run{.reboot_setting = row.setting, .reboots_left = row.left};
        const RebootNeed need{.required = row.required, .reasons = {"linux-image"}};
        const RebootJudged judged = decide_reboot({run, need, row.installed, row.may, row.time});
        CHECK(judged.status == row.status);
        if (row.required) CHECK(judged.reason.contains("linux-image"));
        if (judged.status == required) CHECK(judged.reason.contains("; "));
    }
}
