#include "packagers/apt/looking.hpp"

#include <algorithm>
#include <future>

#include "packagers/apt/blind_spots.hpp"
#include "packagers/apt/database.hpp"
#include "packagers/apt/policy_output.hpp"
#include "packagers/apt/pro_output.hpp"
#include "packagers/apt/sight.hpp"

namespace guestpatch::apt {
namespace {

std::vector<std::string> names_of(const InstalledPackages& installed) {
    std::vector<std::string> names;
    names.reserve(installed.size());
    for (const auto& [name, package] : installed) names.push_back(name);
    return names;
}

const UpgradePlan* plan_of(const Plan* plan) {
    return plan != nullptr && plan->plan ? &*plan->plan : nullptr;
}

std::optional<PlanSize> size_of(const UpgradePlan* plan) {
    if (plan == nullptr || !plan->growth) return std::nullopt;
    return PlanSize{*plan->growth, plan->download_bytes()};
}

std::vector<std::string> new_names(const Plan& plan) {
    std::vector<std::string> names;
    if (!plan.plan) return names;
    for (const PlannedPackage& package : plan.plan->added) names.emplace_back(package.name);
    return names;
}

}  // namespace

Looker::Looker(Seams seams, const Questions& questions, const PackageManagerSettings& settings)
    : seams_(seams),
      questions_(questions),
      os_release_(seams.host.facts().os_release),
      rules_(security_rules(os_release_, settings.security_origins)),
      allow_removals_(settings.allow_removals) {}

Result<Lists> Looker::inspect(Context& context) {
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

Result<std::unique_ptr<Plan>> Looker::resolve(Context& context, const std::vector<std::string>& verb) const {
    auto answer = questions_.plan(context, verb);
    if (!answer) return answer.error();
    auto resolved = std::make_unique<Plan>();
    resolved->text = std::move(answer->out);
    auto plan = answer->exited_with(0) ? parse_plan(resolved->text) : Error{Errc::failed, first_complaint(*answer)};
    if (plan) {
        resolved->plan = std::move(*plan);
    } else {
        resolved->why_not = plan.error().message;
        const auto unmet = unmet_dependencies(resolved->text);
        resolved->unmet = !unmet.empty();
        if (resolved->unmet) resolved->why_not += " " + unmet;
    }
    return resolved;
}

/// What goes in without removing anything; nullptr when that question does not arise.
Result<std::unique_ptr<Plan>> Looker::resolve_without_removals(Context& context, const Plan& plan) const {
    if (!plan.plan || plan.plan->removed.empty() || allow_removals_) return std::unique_ptr<Plan>();
    context.progress.step("resolving upgrades without removals", std::nullopt);
    auto gentle = resolve(context, {"upgrade", "--with-new-pkgs"});
    // No answer: then nothing is known to go in without a removal.
    if (gentle && !(*gentle)->plan) (*gentle)->plan = UpgradePlan();
    return gentle;
}

std::optional<Instant> Looker::metadata_time(const Lists& lists) const {
    std::optional<Instant> newest = lists.last_change;
    // update-notifier and others stamp every successful refresh here, also one that changed nothing.
    if (const auto stamp = seams_.files.info("/var/lib/apt/periodic/update-success-stamp")) {
        newest = std::max(newest.value_or(Instant()), stamp->modified);
    }
    return newest;
}

void Looker::add_pro_patches(Context& context, Sight& sight) const {
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

Result<Sight> Looker::pending(Context& context) {
    const auto installed = read_installed(seams_.files);
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
    const UpgradePlan* without_removals = plan_of(gentle->get());
    sight.patches = assemble_patches({*installed, full, without_removals, *policies, *lists});
    plan_size_ = size_of(without_removals != nullptr ? without_removals : full);
    // What an upgrade would newly bring in, kernels among it, only the resolver knows.
    if (full == nullptr)
        sight.blind_spots.push_back({"apt-get", BlindSpotCode::resolver_failed, (*plan)->why_not, true});
    note_broken_packages(sight, *installed);
    sight.repair_needed = sight.repair_needed || journal_left(seams_.files) || (*plan)->unmet;
    note_missing_sources(sight, *lists);
    add_pro_patches(context, sight);
    return sight;
}

}  // namespace guestpatch::apt
