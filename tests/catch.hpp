// Catch2, version 2 or 3, and how our values print in a failed check. The only header tests get it from.
#pragma once

#include "platform/base/result.hpp"
#include "platform/base/time.hpp"

#define CATCH_CONFIG_ENABLE_OPTIONAL_STRINGMAKER
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <string>
#include <type_traits>

namespace Catch {

template <>
struct StringMaker<guestpatch::Error> {
    static std::string convert(const guestpatch::Error& error) { return "Error{" + error.message + "}"; }
};

template <class T>
struct StringMaker<guestpatch::Result<T>> {
    static std::string convert(const guestpatch::Result<T>& result) {
        if (!result) return StringMaker<guestpatch::Error>::convert(result.error());
        if constexpr (std::is_void_v<T>) {
            return "success";
        } else {
            return Detail::stringify(*result);
        }
    }
};

template <>
struct StringMaker<guestpatch::Instant> {
    static std::string convert(const guestpatch::Instant& instant) { return guestpatch::format_instant(instant); }
};

}  // namespace Catch
