// patchStatus as a part of other documents. For the codecs in this folder only.
#pragma once

#include "agent/domain/patch_status.hpp"
#include "platform/base/json.hpp"

namespace guestpatch::wire {

void write_patch_status(JsonWriter& out, const PatchStatus& status);

}  // namespace guestpatch::wire
