// A patch, and where an operation ran, as parts of result documents. For the codecs in this folder only.
#pragma once

#include "agent/domain/assessment.hpp"
#include "platform/base/json.hpp"

namespace guestpatch::wire {

/// Azure's form: name_version_OSName_OSVersion.
[[nodiscard]] std::string patch_id(const Patch& patch, const Surroundings& on);
/// Members every list of patches has: patchId, name, version, classifications.
void write_patch_head(JsonWriter& out, const Patch& patch, const Surroundings& on);
/// Our own members of a patch, for an object the caller has begun.
void write_patch_facts(JsonWriter& out, const Patch& patch);
/// What both wrote, and rebootBehavior and publishedDate where present.
[[nodiscard]] Patch read_patch(const JsonReader& in);

/// packageManager, patchServiceUsed, osType, osName, osVersion.
void write_surroundings(JsonWriter& out, const Surroundings& on);
[[nodiscard]] Surroundings read_surroundings(const JsonReader& in);

}  // namespace guestpatch::wire
