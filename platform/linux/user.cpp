#include "platform/linux/user.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "platform/linux/descriptor.hpp"

namespace guestpatch::os {

Result<std::optional<User>> find_user(const std::string& name) {
    if (name.empty()) return std::nullopt;
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> strings(1024);
    int number = 0;
    while ((number = ::getpwnam_r(name.c_str(), &entry, strings.data(), strings.size(), &found)) == ERANGE) {
        strings.resize(strings.size() * 2);
    }
    if (found != nullptr) return std::optional(User{.user = entry.pw_uid, .group = entry.pw_gid});
    // Some name services report a missing user as an error of several kinds (getpwnam(3)).
    if (number == EIO || number == EMFILE || number == ENFILE || number == ENOMEM) return system_error(name, number);
    return Error{Errc::not_found, fmt::format("no such user: {}", name)};
}

bool become_user(const User& user) {
    // What others let us inherit is not this user's to have. Before Linux 5.11 it is.
    ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    ::umask(077);
    constexpr rlimit no_core{0, 0};  // secrets are in its memory
    // The groups first, while we may. A child of fork() has one thread: glibc has no others to take along.
    return ::setrlimit(RLIMIT_CORE, &no_core) == 0 && ::setgroups(0, nullptr) == 0 &&
           ::setresgid(user.group, user.group, user.group) == 0 && ::setresuid(user.user, user.user, user.user) == 0 &&
           ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::chdir("/") == 0;
}

}  // namespace guestpatch::os
