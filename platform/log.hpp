// The one log: a sentence, a level, and fields a machine can filter by.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "platform/message.hpp"

namespace guestpatch {

/// A named fact beside the sentence. Names are lower case (journald gets them as GUESTPATCH_NAME).
struct LogField {
    std::string_view name;
    std::string value;
};

/// Where sentences for the operator go. Never a secret, never a whole environment.
class Log {
  public:
    virtual ~Log() = default;
    virtual void write(const Message& message, std::string_view sentence, std::initializer_list<LogField> fields) = 0;
    /// Sentences below `least` are dropped from now on.
    virtual void set_least(LogLevel least) = 0;

    /// One of the catalogue (platform/messages.hpp), at its own level.
    void tell(const Message& message, std::string_view sentence, std::initializer_list<LogField> fields = {}) {
        write(message, sentence, fields);
    }
    /// For whoever looks for a fault; not in the catalogue.
    void debug(std::string_view sentence, std::initializer_list<LogField> fields = {}) { write(Message(), sentence, fields); }
};

/// The plain form, with its line end: "guestpatch: warning: sentence name=value".
std::string log_line(LogLevel level, std::string_view sentence, std::initializer_list<LogField> fields);

/// journald with fields when standard error is the journal's (systemd sets JOURNAL_STREAM), else plain
/// lines on standard error. Sentences below `least` are dropped.
std::unique_ptr<Log> make_log(LogLevel least);

}  // namespace guestpatch
