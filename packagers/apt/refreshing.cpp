#include "packagers/apt/refreshing.hpp"

#include "packagers/apt/blind_spots.hpp"
#include "packagers/apt/update_output.hpp"
#include "platform/base/text.hpp"
#include "platform/messages.hpp"

namespace guestpatch::apt {
namespace {

constexpr std::chrono::minutes lock_patience{1};

const Path lists_lock = "/var/lib/apt/lists/lock";

class Refresher {
  public:
    Refresher(Seams seams, const Questions& questions, Looker& looker, Context& context)
        : seams_(seams), questions_(questions), looker_(looker), context_(context) {}

    Refresh work();

  private:
    void remove_damaged_lists(Refresh& refresh);
    [[nodiscard]] Result<Completion> update_when_free();
    void judge_security(std::vector<BlindSpot>& spots);

    Seams seams_;
    const Questions& questions_;
    Looker& looker_;
    Context& context_;
};

void Refresher::remove_damaged_lists(Refresh& refresh) {
    const auto lists = looker_.inspect(context_);
    if (!lists || lists->damaged.empty()) return;
    std::vector<std::string> names;
    for (const Path& file : lists->damaged) {
        if (auto removed = seams_.files.remove(file); !removed) {
            seams_.log.tell(message::lists_not_removed, removed.error().message);
        }
        names.push_back(file.filename().string());
    }
    refresh.notes.push_back(
        {"LISTS_REBUILT", "package lists were missing or damaged and have to be fetched anew: " + join(names)});
}

/// Another apt may be refreshing at this moment: it is waited for, for a while.
Result<Completion> Refresher::update_when_free() {
    auto completion = questions_.update(context_);
    if (!completion) return completion;
    const UpdateFailures failures = parse_update_failures(completion->err);
    if (!failures.lists_locked) return completion;
    context_.progress.step("waiting for another apt to finish", std::nullopt);
    seams_.log.tell(message::package_manager_busy, failures.lock_holder);
    if (auto waited = seams_.locks.wait_until_free(lists_lock, lock_patience, context_.stop); !waited) {
        seams_.log.tell(message::package_manager_busy, waited.error().message);
        return completion;
    }
    return questions_.update(context_);
}

/// Whether a source that failed is one that brings security updates.
void Refresher::judge_security(std::vector<BlindSpot>& spots) {
    const auto lists = looker_.inspect(context_);
    for (BlindSpot& spot : spots) {
        spot.security = looks_like_security(spot.source);
        if (!lists) continue;
        for (const auto& [description, source] : lists->by_description) {
            if (source.repository == spot.source) spot.security = spot.security || source.security;
        }
    }
}

Refresh Refresher::work() {
    Refresh refreshed;
    context_.progress.step("refreshing package lists", std::nullopt);
    remove_damaged_lists(refreshed);
    const auto completion = update_when_free();
    UpdateFailures failures = completion ? parse_update_failures(completion->err) : UpdateFailures();
    const auto whole = whole_failure(completion, failures);
    refreshed.blind_spots = std::move(failures.sources);
    judge_security(refreshed.blind_spots);
    if (whole) refreshed.blind_spots.push_back(*whole);
    return refreshed;
}

}  // namespace

Refresh refresh(Seams seams, const Questions& questions, Looker& looker, Context& context) {
    return Refresher(seams, questions, looker, context).work();
}

}  // namespace guestpatch::apt
