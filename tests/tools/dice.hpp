// Chance that is the same in every run and on every system, for property tests.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace guestpatch {

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    /// From `least` to `most`, both possible. (The standard's distributions differ between libraries.)
    std::int64_t number(std::int64_t least, std::int64_t most) {
        const std::uint64_t span = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least) + 1;
        const std::uint64_t roll = span == 0 ? engine_() : engine_() % span;
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + roll);
    }
    std::size_t count(std::size_t most) { return static_cast<std::size_t>(number(0, static_cast<std::int64_t>(most))); }
    bool coin() { return number(0, 1) == 1; }
    /// Up to `longest` characters out of `alphabet`.
    std::string text(std::string_view alphabet, std::size_t longest) {
        std::string text(count(longest), ' ');
        for (char& c : text) c = alphabet[count(alphabet.size() - 1)];
        return text;
    }

  private:
    std::mt19937_64 engine_;
};

}  // namespace guestpatch
