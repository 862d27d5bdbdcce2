#include "platform/memory.hpp"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdint>

namespace guestpatch {
namespace {

/// Forgets the mapped pages of a segment of code. It is never written to, so that nothing but its files is needed to get
/// them back.
int forget_code(dl_phdr_info* object, std::size_t, void*) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    for (std::size_t i = 0; i < object->dlpi_phnum; ++i) {
        const ElfW(Phdr)& segment = object->dlpi_phdr[i];
        const bool is_code = segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0 && (segment.p_flags & PF_W) == 0;
        if (!is_code) continue;
        const std::uintptr_t from = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
        const std::uintptr_t to = object->dlpi_addr + segment.p_vaddr + segment.p_filesz;
        ::madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
    }
    return 0;
}

}  // namespace

void keep_one_heap() { ::mallopt(M_ARENA_MAX, 1); }

void release_memory() {
    ::malloc_trim(0);
    ::dl_iterate_phdr(forget_code, nullptr);
}

void keep_secrets() { ::prctl(PR_SET_DUMPABLE, 0); }

}  // namespace guestpatch
