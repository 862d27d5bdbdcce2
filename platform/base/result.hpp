// The one error type and the one way to return it.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace guestpatch {

/// What a caller may act on. Everything else about a failure is told by the message.
enum class Errc {
    failed,      ///< nothing more specific; read the message
    invalid,     ///< input that does not mean anything: usage, configuration, a document, a program's output
    not_found,   ///< the file, program or record does not exist
    permission,  ///< the operating system refused this user
    busy,        ///< somebody else holds what is needed
    timed_out,   ///< a deadline passed
    cancelled,   ///< a stop was requested
    no_space,    ///< the disk is full
};

/// A failure: a code for deciding, a message for reading.
struct Error {
    Errc code = Errc::failed;
    std::string message;

    /// The same failure seen one layer further out: "phrase: message".
    [[nodiscard]] Error within(std::string_view phrase) const {
        return {code, std::string(phrase) + ": " + message};
    }

    friend bool operator==(const Error&, const Error&) = default;
};

/// A value or an Error. Derives from std::expected to be [[nodiscard]] and to have and_then on
/// libstdc++ 12, which lacks both (docs/decisions/0002-result.md).
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
  public:
    using Base = std::expected<T, Error>;
    using Base::Base;

    Result(Error error) : Base(std::unexpect, std::move(error)) {}

    /// Calls `next` with the value; an error passes through untouched.
    template <class F>
    auto and_then(F&& next) && {
        if constexpr (std::is_void_v<T>) {
            using Next = std::invoke_result_t<F>;
            return this->has_value() ? std::forward<F>(next)() : Next(std::move(this->error()));
        } else {
            using Next = std::invoke_result_t<F, T&&>;
            return this->has_value() ? std::forward<F>(next)(std::move(**this))
                                     : Next(std::move(this->error()));
        }
    }

    /// Adds one phrase of context to an error; a value passes through untouched.
    Result within(std::string_view phrase) && {
        if (!this->has_value()) this->error() = this->error().within(phrase);
        return std::move(*this);
    }

    // Of our own: to std::expected's, a derived class compared with a value is ambiguous (C++20 reverses the operands).
    template <class U>
    friend bool operator==(const Result& result, const U& value) {
        return result.has_value() && *result == value;
    }
    friend bool operator==(const Result& one, const Result& other) {
        if (!one.has_value() && !other.has_value()) return one.error() == other.error();
        if (one.has_value() != other.has_value()) return false;
        if constexpr (std::is_void_v<T>) {
            return true;
        } else {
            return *one == *other;
        }
    }
};

}  // namespace guestpatch
