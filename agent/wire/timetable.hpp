// timetable.json: the daemon's own memory of assessments tried and windows used; root's to write, everyone's to read.
#pragma once

#include <string>
#include <string_view>

#include "agent/domain/timetable.hpp"
#include "platform/base/result.hpp"

namespace guestpatch {

[[nodiscard]] std::string encode(const Timetable& timetable);
/// Refuses a document whose schema number is newer than ours.
Result<Timetable> decode_timetable(std::string_view text);

}  // namespace guestpatch
