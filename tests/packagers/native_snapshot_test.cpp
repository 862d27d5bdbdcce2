#include "packagers/native_snapshot.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;

TEST_CASE("How native updates were found survives writing and reading", "[native]") {
    const NativeSnapshot snapshot{.restoring = true,
                                  .units = {{"apt-daily.timer", UnitLock::disable, "enabled", "active", true},
                                            {"packagekit.service", UnitLock::mask, "static", "inactive", false}},
                                  .files = {{"/etc/x", true, std::nullopt, "a \"b\"\n", true},
                                            {"/etc/y", false, std::string("\0\xff\n", 3), "", false}},
                                  .kept = {"somebody's"}};
    CHECK(decode_native_snapshot(encode(snapshot)) == snapshot);
    CHECK(decode_native_snapshot(encode(NativeSnapshot())) == NativeSnapshot());
}

TEST_CASE("What cannot be read as a snapshot is refused with its place", "[native]") {
    CHECK(decode_native_snapshot("{}").error().message == "schema: is missing");
    CHECK(decode_native_snapshot(R"({"schema":2})").error().message == "schema: written by a newer guestpatch");
    CHECK(decode_native_snapshot(R"({"schema":1,"files":[{"path":"/x","after":"0g"}]})").error().message ==
          "files[0].after: no hexadecimal digits");
    CHECK(decode_native_snapshot(R"({"schema":1,"units":[{"name":"x","lock":"jam"}]})").error().message ==
          "units[0].lock: expected mask or disable");
}
