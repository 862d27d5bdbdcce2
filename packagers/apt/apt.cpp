#include "packagers/apt/apt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>
#include <optional>

#include "packagers/apt/blind_spots.hpp"
#include "packagers/apt/dpkg_status.hpp"
#include "packagers/apt/lists.hpp"
#include "packagers/apt/plan_output.hpp"
#include "packagers/apt/policy_output.hpp"
#include "packagers/apt/pro_output.hpp"
#include "packagers/apt/questions.hpp"
#include "packagers/apt/sight.hpp"
#include "packagers/apt/update_output.hpp"
#include "platform/base/text.hpp"

namespace guestpatch::apt {
namespace {

constexpr std::chrono::minutes lock_patience{1};

const Path dpkg_folder = "/var/lib/dpkg";
const Path lists_lock = "/var/lib/apt/lists/lock";

using InstalledPackages = std::map<std::string, InstalledPackage, std::less<>>;

/// apt's answer about what it would do. The plan borrows from the text beside it.
struct Plan {
    std::string text;
    std::optional<UpgradePlan> plan;
    std::string why_not;  ///< set when there is no plan
};

class Apt final : public PackageManager {
  public:
    Apt(Seams seams, const PackageManagerSettings& settings)
        : seams_(seams),
          os_release_(seams.host.facts().os_release),
          rules_(security_rules(os_release_, settings.security_origins)),
          allow_removals_(settings.allow_removals),
          questions_(seams, settings.private_cache) {}

    Refresh refresh(Context& context) override;
    Result<Sight> pending(Context& context) override;
    Result<RebootNeed> reboot_need(Context& context) override;

  private:
    void remove_damaged_lists(Context& context, Refresh& refresh);
    [[nodiscard]] Result<Completion> update_when_free(Context& context) const;
    void judge_security(Context& context, std::vector<BlindSpot>& spots);

    [[nodiscard]] Result<Lists> inspect(Context& context);
    [[nodiscard]] Result<InstalledPackages> read_installed() const;
    [[nodiscard]] Result<std::unique_ptr<Plan>> resolve(Context& context, const std::vector<std::string>& verb) const;
    [[nodiscard]] Result<std::unique_ptr<Plan>> resolve_without_removals(Context& context, const Plan& plan) const;
    [[nodiscard]] std::optional<Instant> metadata_time(const Lists& lists) const;
    void add_pro_patches(Context& context, Sight& sight) const;

    Seams seams_;
    std::map<std::string, std::string> os_release_;
    SecurityRules rules_;
    bool allow_removals_;
    Questions questions_;
    // The sources do not change between a refresh and the look that follows it: asked once.
    std::optional<ConfiguredSources> sources_;
};

Result<Lists> Apt::inspect(Context& context) {
    if (!sources_) {
        auto sources = questions_.sources(context);
        if (!sources) return sources.error();
        sources_ = std::move(*sources);
    }
    Lists lists = inspect_lists(seams_.files, sources_->targets, rules_);
    for (const std::string& path : sources_->passed_over) {
        lists.blind_spots.push_back(
            {path, BlindSpotCode::source_not_fetched, path + " may be read by root only", true});
    }
    return lists;
}

// --- refreshing ------------------------------------------------------------------------------------

void Apt::remove_damaged_lists(Context& context, Refresh& refresh) {
    const auto lists = inspect(context);
    if (!lists || lists->damaged.empty()) return;
    std::vector<std::string> names;
    for (const Path& file : lists->damaged) {
        if (auto removed = seams_.files.remove(file); !removed) seams_.log.warning(removed.error().message);
        names.push_back(file.filename().string());
    }
    refresh.notes.push_back({"LISTS_REBUILT", "package lists were missing or damaged and have to be fetched anew: " + join(names)});
}

/// Another apt may be refreshing at this moment: it is waited for, for a while.
Result<Completion> Apt::update_when_free(Context& context) const {
    auto completion = questions_.update(context);
    if (!completion) return completion;
    const UpdateFailures failures = parse_update_failures(completion->err);
    if (!failures.lists_locked) return completion;
    context.progress.step("waiting for another apt to finish", std::nullopt);
    seams_.log.warning(failures.lock_holder);
    if (auto waited = seams_.locks.wait_until_free(lists_lock, lock_patience, context.stop); !waited) {
        seams_.log.warning(waited.error().message);
        return completion;
    }
    return questions_.update(context);
}

/// Whether a source that failed is one that brings security updates.
void Apt::judge_security(Context& context, std::vector<BlindSpot>& spots) {
    const auto lists = inspect(context);
    for (BlindSpot& spot : spots) {
        spot.security = looks_like_security(spot.source);
        if (!lists) continue;
        for (const auto& [description, source] : lists->by_description) {
            if (source.repository == spot.source) spot.security = spot.security || source.security;
        }
    }
}

Refresh Apt::refresh(Context& context) {
    Refresh refreshed;
    context.progress.step("refreshing package lists", std::nullopt);
    remove_damaged_lists(context, refreshed);
    const auto completion = update_when_free(context);
    UpdateFailures failures = completion ? parse_update_failures(completion->err) : UpdateFailures();
    const auto whole = whole_failure(completion, failures);
    refreshed.blind_spots = std::move(failures.sources);
    judge_security(context, refreshed.blind_spots);
    if (whole) refreshed.blind_spots.push_back(*whole);
    return refreshed;
}

// --- looking ---------------------------------------------------------------------------------------

Result<InstalledPackages> Apt::read_installed() const {
    auto status = seams_.files.read(dpkg_folder / "status");
    if (!status) return status.error();
    std::vector<std::string> texts{std::move(*status)};
    // A dpkg that was interrupted leaves its journal here, newer than the status file; apt does not mention it.
    if (const auto journal = seams_.files.list(dpkg_folder / "updates")) {
        for (const FileInfo& entry : *journal) {
            if (auto text = seams_.files.read(dpkg_folder / "updates" / entry.name)) texts.push_back(std::move(*text));
        }
    }
    return parse_dpkg_status(texts);
}

Result<std::unique_ptr<Plan>> Apt::resolve(Context& context, const std::vector<std::string>& verb) const {
    auto answer = questions_.plan(context, verb);
    if (!answer) return answer.error();
    auto resolved = std::make_unique<Plan>();
    resolved->text = std::move(answer->out);
    auto plan = answer->exited_with(0) ? parse_plan(resolved->text) : Error{Errc::failed, first_complaint(*answer)};
    if (plan) {
        resolved->plan = std::move(*plan);
    } else {
        resolved->why_not = plan.error().message;
        if (const auto unmet = unmet_dependencies(resolved->text); !unmet.empty()) resolved->why_not += " " + unmet;
    }
    return resolved;
}

/// What goes in without removing anything; nullptr when that question does not arise.
Result<std::unique_ptr<Plan>> Apt::resolve_without_removals(Context& context, const Plan& plan) const {
    if (!plan.plan || plan.plan->removed.empty() || allow_removals_) return std::unique_ptr<Plan>();
    context.progress.step("resolving upgrades without removals", std::nullopt);
    auto gentle = resolve(context, {"upgrade", "--with-new-pkgs"});
    // No answer: then nothing is known to go in without a removal.
    if (gentle && !(*gentle)->plan) (*gentle)->plan = UpgradePlan();
    return gentle;
}

std::vector<std::string> names_of(const InstalledPackages& installed) {
    std::vector<std::string> names;
    names.reserve(installed.size());
    for (const auto& [name, package] : installed) names.push_back(name);
    return names;
}

const UpgradePlan* plan_of(const Plan* plan) {
    return plan != nullptr && plan->plan ? &*plan->plan : nullptr;
}

std::vector<std::string> new_names(const Plan& plan) {
    std::vector<std::string> names;
    if (!plan.plan) return names;
    for (const PlannedPackage& package : plan.plan->added) names.emplace_back(package.name);
    return names;
}

std::optional<Instant> Apt::metadata_time(const Lists& lists) const {
    std::optional<Instant> newest = lists.last_change;
    // update-notifier and others stamp every successful refresh here, also one that changed nothing.
    if (const auto stamp = seams_.files.info("/var/lib/apt/periodic/update-success-stamp")) {
        newest = std::max(newest.value_or(Instant()), stamp->modified);
    }
    return newest;
}

void Apt::add_pro_patches(Context& context, Sight& sight) const {
    const auto id = os_release_.find("ID");
    if (id == os_release_.end() || id->second != "ubuntu") return;
    const auto text = questions_.pro_status(context);
    if (!text && text.error().code == Errc::not_found) return;
    auto patches = text ? parse_pro_status(*text) : text.error();
    if (!patches) {
        sight.blind_spots.push_back({"pro", BlindSpotCode::advisories_unreadable, patches.error().message, true});
        return;
    }
    for (Patch& patch : *patches) {
        const bool seen = std::ranges::find(sight.patches, patch.id, &Patch::id) != sight.patches.end();
        if (!seen) sight.patches.push_back(std::move(patch));
    }
    std::ranges::sort(sight.patches, {}, &Patch::id);
}

Result<Sight> Apt::pending(Context& context) {
    const auto installed = read_installed();
    if (!installed) return installed.error();

    // The small questions run beside the resolver, which takes longest.
    context.progress.step("resolving upgrades", std::nullopt);
    auto small_questions = std::async(std::launch::async, [&] {
        auto lists = inspect(context);
        return std::pair(std::move(lists), questions_.policy(context, names_of(*installed)));
    });
    const auto plan = resolve(context, {"dist-upgrade"});
    auto [lists, tables] = small_questions.get();
    if (!plan) return plan.error();
    if (!lists) return lists.error();
    if (!tables) return tables.error();

    const auto gentle = resolve_without_removals(context, **plan);
    if (!gentle) return gentle.error();
    if (const auto names = new_names(**plan); !names.empty()) {
        const auto more = questions_.policy(context, names);
        if (!more) return more.error();
        *tables += *more;
    }
    const auto policies = parse_policy(*tables);
    if (!policies) return policies.error();

    Sight sight{.blind_spots = lists->blind_spots,
                .metadata_time = metadata_time(*lists),
                .extended_support = lists->extended_support};
    const UpgradePlan* full = plan_of(plan->get());
    sight.patches = assemble_patches({*installed, full, plan_of(gentle->get()), *policies, *lists});
    // What an upgrade would newly bring in, kernels among it, only the resolver knows.
    if (full == nullptr) sight.blind_spots.push_back({"apt-get", BlindSpotCode::resolver_failed, (*plan)->why_not, true});
    note_broken_packages(sight, *installed);
    note_missing_sources(sight, *lists);
    add_pro_patches(context, sight);
    return sight;
}

Result<RebootNeed> Apt::reboot_need(Context&) {
    const auto flag = seams_.files.info("/run/reboot-required");
    if (!flag) return flag.error().code == Errc::not_found ? Result<RebootNeed>(RebootNeed{}) : flag.error();
    RebootNeed need{.required = true, .since = flag->modified};
    if (const auto packages = seams_.files.read("/run/reboot-required.pkgs")) {
        std::string_view rest = *packages;
        while (!rest.empty()) {
            const std::string name(trim(take_line(rest)));
            if (!name.empty() && std::ranges::find(need.reasons, name) == need.reasons.end())
                need.reasons.push_back(name);
        }
    }
    return need;
}

}  // namespace

std::unique_ptr<PackageManager> make_apt(Seams seams, const PackageManagerSettings& settings) {
    return std::make_unique<Apt>(seams, settings);
}

}  // namespace guestpatch::apt
