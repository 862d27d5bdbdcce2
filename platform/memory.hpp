// Memory of a resident process: what one operation needed is not kept until the next.
#pragma once

namespace guestpatch {

/// Call it before any other thread exists: threads that come and go then leave no heap of their own behind.
void keep_one_heap();

/// Gives back what was freed, and the pages of code that an idle process does not look at: they are read again from
/// their files when they are needed.
void release_memory();

/// Nobody else of our user's may look into this process, and it leaves no core behind.
void keep_secrets();

}  // namespace guestpatch
