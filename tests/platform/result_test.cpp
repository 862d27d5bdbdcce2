#include "platform/base/result.hpp"

#include <memory>

#include "tests/catch.hpp"

namespace guestpatch {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0) return Error{Errc::invalid, "odd"};
    return number / 2;
}

TEST_CASE("and_then passes a value on and an error through untouched", "[result]") {
    CHECK(Result<int>(8).and_then(half).and_then(half) == 2);
    const Result<int> odd = Result<int>(6).and_then(half).and_then(half).and_then(half);
    REQUIRE_FALSE(odd);
    CHECK(odd.error() == Error{Errc::invalid, "odd"});
}

TEST_CASE("and_then works without a value", "[result]") {
    CHECK(Result<void>().and_then([] { return Result<int>(3); }) == 3);
    const Result<int> failed = Result<void>(Error{Errc::busy, "locked"}).and_then([] { return Result<int>(3); });
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == Errc::busy);
}

TEST_CASE("within adds a phrase to an error and keeps its code", "[result]") {
    const Result<int> failed = Result<int>(Error{Errc::no_space, "full"}).within("write").within("journal");
    REQUIRE_FALSE(failed);
    CHECK(failed.error() == Error{Errc::no_space, "journal: write: full"});
    CHECK(Result<int>(5).within("journal") == 5);
}

TEST_CASE("a result can hold what cannot be copied", "[result]") {
    Result<std::unique_ptr<int>> made = std::make_unique<int>(7);
    auto kept = std::move(made).within("make").and_then(
        [](std::unique_ptr<int> number) { return Result<std::unique_ptr<int>>(std::move(number)); });
    REQUIRE(kept);
    CHECK(**kept == 7);
}

TEST_CASE("results compare with results and with values", "[result]") {
    const Result<std::string> text = std::string("a");
    const Result<std::string> failed = Error{Errc::busy, "locked"};
    CHECK(text == "a");
    CHECK(text == std::string("a"));
    CHECK(text != "b");
    CHECK(failed != "a");
    CHECK(text == Result<std::string>("a"));
    CHECK(text != failed);
    CHECK(failed == Result<std::string>(Error{Errc::busy, "locked"}));
    CHECK(failed != Result<std::string>(Error{Errc::failed, "locked"}));
    CHECK(Result<void>() == Result<void>());
    CHECK(Result<void>() != Result<void>(Error{}));
}

}  // namespace
}  // namespace guestpatch
