#include "platform/base/os_release.hpp"

#include "tests/catch.hpp"

namespace guestpatch {
namespace {

using Fields = std::map<std::string, std::string>;

TEST_CASE("os-release is read as Debian and Red Hat write it", "[os_release]") {
    CHECK(parse_os_release("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
                           "NAME=\"Debian GNU/Linux\"\n"
                           "VERSION_ID=\"12\"\n"
                           "ID=debian\n") == Fields{{"PRETTY_NAME", "Debian GNU/Linux 12 (bookworm)"},
                                                    {"NAME", "Debian GNU/Linux"},
                                                    {"VERSION_ID", "12"},
                                                    {"ID", "debian"}});
    CHECK(parse_os_release("NAME=\"Rocky Linux\"\r\nID_LIKE='rhel centos fedora'\r\n") ==
          Fields{{"NAME", "Rocky Linux"}, {"ID_LIKE", "rhel centos fedora"}});
}

TEST_CASE("comments, blank lines and nonsense are skipped", "[os_release]") {
    CHECK(parse_os_release("# NAME=no\n\n   \nnonsense\n=x\nID=a\n  ID_LIKE=b  ") ==
          Fields{{"ID", "a"}, {"ID_LIKE", "b"}});
    CHECK(parse_os_release("").empty());
}

TEST_CASE("the last assignment wins, as in the shell", "[os_release]") {
    CHECK(parse_os_release("ID=a\nID=b") == Fields{{"ID", "b"}});
}

TEST_CASE("shell quoting is undone", "[os_release]") {
    CHECK(parse_os_release(R"(A="say \"hi\" for \$5")")["A"] == "say \"hi\" for $5");
    CHECK(parse_os_release(R"(A='back\slash')")["A"] == "back\\slash");
    CHECK(parse_os_release(R"(A=plain\ blank)")["A"] == "plain blank");
    CHECK(parse_os_release(R"(A="a"'b'c)")["A"] == "abc");
    CHECK(parse_os_release(R"(A="")")["A"].empty());
    CHECK(parse_os_release("A=\"never closed")["A"] == "never closed");
    CHECK(parse_os_release("A=b=c")["A"] == "b=c");
    CHECK(parse_os_release("A=\\")["A"] == "\\");
}

TEST_CASE("people call a system by its short name", "[os_release]") {
    CHECK(short_os_name({{"NAME", "Debian GNU/Linux"}}) == "Debian");
    CHECK(short_os_name({{"NAME", "Ubuntu"}}) == "Ubuntu");
    CHECK(short_os_name({{"NAME", ""}}) == "Linux");
    CHECK(short_os_name({}) == "Linux");
}

}  // namespace
}  // namespace guestpatch
