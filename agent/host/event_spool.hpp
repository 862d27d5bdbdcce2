// Batches of events that wait for the host, one durable file each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/domain/event.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// One file of the spool: "<number>-<batch id>-<count>.json"; "...-lost<count>.json" holds the one event that tells of
/// `count` others that were dropped, and stands where the last of them stood.
struct SpooledBatch {
    enum class Holds { events, loss };

    std::uint64_t number = 0;  ///< rises from batch to batch
    std::string id;
    std::uint64_t count = 0;   ///< events it holds, or tells the loss of
    Holds holds = Holds::events;
    std::uint64_t size = 0;    ///< bytes
    Instant since;

    friend bool operator==(const SpooledBatch&, const SpooledBatch&) = default;
};

/// The name of a batch's file, and back without size and time; nothing for a name that is not one of ours.
[[nodiscard]] std::string file_name(const SpooledBatch& batch);
[[nodiscard]] std::optional<SpooledBatch> parse_file_name(std::string_view name);

/// A power cut leaves each batch whole or not there. Not to be used from two threads at once.
class EventSpool {
  public:
    static constexpr std::uint64_t usual_bound = std::uint64_t{40} << 20U;

    /// `folder` is made when something is added to it; at most `bound` bytes wait in it.
    EventSpool(Seams seams, Path folder, std::uint64_t bound = usual_bound)
        : seams_(seams), folder_(std::move(folder)), bound_(bound) {}

    /// Appends `events` as batches of their own. Where they do not fit, the oldest make room, and one event that counts
    /// them takes their place. At the first write that fails it ends; what was written before it waits.
    Result<void> add(std::vector<HostEvent> events, const std::string& instance);

    /// What waits, the oldest first.
    [[nodiscard]] std::vector<SpooledBatch> list() const;

    /// A batch as it is to be sent: made anew from what the file says, the same bytes every time. Errc::not_found when it
    /// was dropped meanwhile, Errc::invalid when it is damaged: it no longer waits then, and is kept as "damaged".
    [[nodiscard]] Result<std::string> read(const SpooledBatch& batch) const;

    /// It was acknowledged, or never will be. One that is not there is fine.
    Result<void> remove(const SpooledBatch& batch) const;

  private:
    struct Content;
    [[nodiscard]] Content look() const;
    Result<void> write(SpooledBatch batch, const std::string& instance, std::vector<HostEvent> events) const;
    Result<void> make_room(std::uint64_t wanted, const HostEvent& sample, const std::string& instance) const;

    Seams seams_;
    Path folder_;
    std::uint64_t bound_;
};

}  // namespace guestpatch
