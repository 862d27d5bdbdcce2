// Who may do what with the files and folders we make. For this folder only.
#pragma once

#include <windows.h>

#include "platform/files.hpp"

namespace guestpatch::os {

/// Says that SYSTEM, administrators and the owner may do anything, and everyone may read if they may at all.
/// Never inherited: below ProgramData ordinary users may add files by default.
class Access {
  public:
    static Access file(Readers readers);
    static Access folder();

    Access(const Access&) = delete;
    Access& operator=(const Access&) = delete;
    ~Access();

    [[nodiscard]] SECURITY_ATTRIBUTES* attributes() { return &attributes_; }

  private:
    explicit Access(const wchar_t* sddl);
    SECURITY_ATTRIBUTES attributes_;
};

/// Makes a folder and those above it, where missing.
Result<void> make_folder(const Path& folder);

}  // namespace guestpatch::os
