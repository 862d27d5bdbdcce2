#include "platform/windows/access.hpp"

#include <sddl.h>

#include "platform/windows/handle.hpp"
#include "platform/windows/utf.hpp"

namespace guestpatch::os {
namespace {

// OW is whoever made it: someone without administrator's rights must be able to read what they wrote.
constexpr const wchar_t* owner_file = L"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)";
constexpr const wchar_t* public_file = L"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)(A;;FR;;;WD)";
constexpr const wchar_t* public_folder = L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)(A;OICI;FRFX;;;WD)";

}  // namespace

Access Access::file(Readers readers) {
    return Access(readers == Readers::owner ? owner_file : public_file);
}

Access Access::folder() {
    return Access(public_folder);
}

Access::Access(const wchar_t* sddl) : attributes_{sizeof attributes_, nullptr, FALSE} {
    ::ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1, &attributes_.lpSecurityDescriptor,
                                                           nullptr);
}

Access::~Access() {
    ::LocalFree(attributes_.lpSecurityDescriptor);
}

Result<void> make_folder(const Path& folder) {
    if (folder.relative_path().empty() || ::GetFileAttributesW(folder.c_str()) != INVALID_FILE_ATTRIBUTES) return {};
    if (auto parent = make_folder(folder.parent_path()); !parent) return parent;
    Access access = Access::folder();
    if (::CreateDirectoryW(folder.c_str(), access.attributes()) == 0) {
        if (const DWORD error = ::GetLastError(); error != ERROR_ALREADY_EXISTS) {
            return system_error(utf8(folder.native()), error);
        }
    }
    return {};
}

}  // namespace guestpatch::os
