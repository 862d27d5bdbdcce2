// patchStatus as a part of other documents. For the codecs in this folder only.
#pragma once

#include "agent/domain/patch_status.hpp"
#include "platform/base/json.hpp"

namespace guestpatch::wire {

/// The member `configurationStatuses`, with its key.
void write_configuration(JsonWriter& out, const std::vector<InstanceViewStatus>& statuses);
std::vector<InstanceViewStatus> read_configuration(const JsonReader& in);

void write_patch_status(JsonWriter& out, const PatchStatus& status);
/// The object itself.
PatchStatus read_patch_status(const JsonReader& in);

}  // namespace guestpatch::wire
