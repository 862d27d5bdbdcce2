#include "platform/paths.hpp"

#include <windows.h>

#include <knownfolders.h>
#include <objbase.h>
#include <shlobj.h>

namespace guestpatch {
namespace {

/// Asked of the system: whoever starts us may have set the environment variable of that name.
Path program_data() {
    wchar_t* found = nullptr;
    Path folder = L"C:\\ProgramData";
    if (::SHGetKnownFolderPath(FOLDERID_ProgramData, KF_FLAG_DEFAULT, nullptr, &found) >= 0) folder = found;
    ::CoTaskMemFree(found);
    return folder;
}

}  // namespace

SystemPaths system_paths() {
    const Path ours = program_data() / L"guestpatch";
    return {{ours / L"config.d"}, ours / L"state", ours / L"state", ours / L"cache", {}, {}};  // no courier yet
}

}  // namespace guestpatch
