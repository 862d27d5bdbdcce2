// A log that remembers.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "platform/log.hpp"

namespace guestpatch {

/// Keeps every sentence, of every level. May be written to from several threads.
class FakeLog final : public Log {
  public:
    struct Entry {
        Message message;
        LogLevel level = LogLevel::info;
        std::string sentence;
        std::map<std::string, std::string> fields;
    };

    void write(const Message& message, std::string_view sentence, std::initializer_list<LogField> fields) override {
        const std::scoped_lock held(mutex_);
        Entry& entry = entries_.emplace_back(message, message.level, std::string(sentence));
        for (const LogField& field : fields) entry.fields[std::string(field.name)] = field.value;
    }

    /// Remembered, but everything is kept: a test may ask for any level.
    void set_least(LogLevel least) override { least_asked = least; }
    std::optional<LogLevel> least_asked;

    std::vector<Entry> entries() const {
        const std::scoped_lock held(mutex_);
        return entries_;
    }

    /// How often a sentence containing `text` was logged at `level`.
    std::size_t count(LogLevel level, std::string_view text = {}) const {
        const std::scoped_lock held(mutex_);
        std::size_t found = 0;
        for (const Entry& entry : entries_) found += entry.level == level && entry.sentence.contains(text) ? 1U : 0U;
        return found;
    }

    /// How often this message was told.
    std::size_t count(const Message& message) const {
        const std::scoped_lock held(mutex_);
        return static_cast<std::size_t>(std::ranges::count(entries_, message, &Entry::message));
    }

  private:
    mutable std::mutex mutex_;
    std::vector<Entry> entries_;
};

}  // namespace guestpatch
