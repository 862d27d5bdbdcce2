// Where the host's API keeps what belongs to one machine.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace guestpatch {

/// "/machines/<id>/<what>"; an id may be anything the administrator likes.
[[nodiscard]] inline std::string machine_path(std::string_view machine_id, std::string_view what) {
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string encoded;
    for (const char c : machine_id) {
        encoded += plain.contains(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return fmt::format("/machines/{}/{}", encoded, what);
}

}  // namespace guestpatch
