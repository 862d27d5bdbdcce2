#include "platform/linux/program.hpp"

#include <signal.h>
#include <unistd.h>

#include "platform/base/text.hpp"

namespace guestpatch::os {
namespace {

constexpr const char* search_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

}  // namespace

std::string find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0 ? name : "";
    std::string_view folders = search_path;
    while (!folders.empty()) {
        const std::string candidate = std::string(take_until(folders, ':')) + "/" + name;
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return "";
}

std::vector<std::string> environment_of(const Command& command) {
    std::vector<std::string> environment{std::string("PATH=") + search_path, "LC_ALL=C.UTF-8",
                                         command.user.empty() ? "HOME=/root" : "HOME=/"};
    environment.insert(environment.end(), command.environment.begin(), command.environment.end());
    return environment;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

void reset_signals() {
    for (int number = 1; number < NSIG; ++number)
        ::signal(number, SIG_DFL);  // refused for a few, who cannot be changed
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace guestpatch::os
