// What --help prints.
#pragma once

#include <string_view>

namespace guestpatch::help {

extern const std::string_view overview;
extern const std::string_view assess;
extern const std::string_view install;
extern const std::string_view plan;
extern const std::string_view status;
extern const std::string_view history;
extern const std::string_view windows;
extern const std::string_view configure;
extern const std::string_view config;
extern const std::string_view run;

}  // namespace guestpatch::help
