// The one log: a sentence, a level, and fields a machine can filter by.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace guestpatch {

enum class LogLevel { debug, info, warning, error };

/// "debug", "info", "warning" or "error"; nothing for any other word.
std::optional<LogLevel> parse_log_level(std::string_view word);

/// A named fact beside the sentence. Names are lower case (journald gets them as GUESTPATCH_NAME).
struct LogField {
    std::string_view name;
    std::string value;
};

/// Where sentences for the operator go. Never a secret, never a whole environment.
class Log {
  public:
    virtual ~Log() = default;
    virtual void write(LogLevel level, std::string_view sentence, std::initializer_list<LogField> fields) = 0;
    /// Sentences below `least` are dropped from now on.
    virtual void set_least(LogLevel least) = 0;

    void debug(std::string_view sentence, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::debug, sentence, fields);
    }
    void info(std::string_view sentence, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::info, sentence, fields);
    }
    void warning(std::string_view sentence, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::warning, sentence, fields);
    }
    void error(std::string_view sentence, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::error, sentence, fields);
    }
};

/// The plain form, with its line end: "guestpatch: warning: sentence name=value".
std::string log_line(LogLevel level, std::string_view sentence, std::initializer_list<LogField> fields);

/// journald with fields when standard error is the journal's (systemd sets JOURNAL_STREAM), else plain
/// lines on standard error. Sentences below `least` are dropped.
std::unique_ptr<Log> make_log(LogLevel least);

}  // namespace guestpatch
