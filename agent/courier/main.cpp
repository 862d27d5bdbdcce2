// The courier: the only program of ours that speaks to a network. One start, one exchange.
#include <fmt/format.h>

#include <iostream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "agent/courier/exchange.hpp"
#include "platform/console.hpp"
#include "platform/memory.hpp"

namespace guestpatch {
namespace {

constexpr std::string_view version = GUESTPATCH_VERSION;
constexpr int usage = 2;
constexpr std::string_view help =
    "guestpatch-courier carries one exchange of guestpatch's with a host.\n"
    "\n"
    "  guestpatch-courier exchange   read the exchange from standard input, write the replies to standard output\n"
    "  guestpatch-courier --version\n"
    "  guestpatch-courier --help\n"
    "\n"
    "It is started by guestpatch, as a user of its own. Exit status: 0 replies were written, whatever they say;\n"
    "1 they could not be written; 2 the exchange or the command line means nothing.\n";

int carry() {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    const auto exchange = decode_exchange(text);
    if (!exchange) {
        std::cerr << "guestpatch-courier: exchange: " << exchange.error().message << "\n";
        return usage;
    }
    const Credentials& credentials = exchange->credentials;
    const auto http = make_http({.ca = credentials.ca, .certificate = credentials.certificate, .key = credentials.key});
    std::cout << encode(carry_out(*exchange, *http, fmt::format("guestpatch/{}", version))) << "\n" << std::flush;
    return std::cout ? 0 : 1;
}

int run(std::span<char*> words) {
    const std::string_view word = words.size() == 2 ? words[1] : "";
    if (word == "exchange") return carry();
    if (word == "--help") {
        std::cout << help;
        return 0;
    }
    if (word == "--version") {
        std::cout << fmt::format("guestpatch-courier {}, {}\n", version, http_library());
        return 0;
    }
    std::cerr << "guestpatch-courier: expected exchange, --version or --help\n";
    return usage;
}

}  // namespace
}  // namespace guestpatch

int main(int argc, char** argv) {
    guestpatch::reserve_standard_streams();
    guestpatch::keep_secrets();
    return guestpatch::run({argv, static_cast<std::size_t>(argc)});
}
