#include "platform/log.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syslog.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <vector>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr std::array<int, 4> syslog_levels{LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERR};

class LeveledLog : public Log {
  public:
    explicit LeveledLog(LogLevel least) : least_(least) {}
    void write(const Message& message, std::string_view sentence, std::initializer_list<LogField> fields) final {
        if (message.level >= least_) emit(message, sentence, fields);
    }
    void set_least(LogLevel least) final { least_ = least; }

  private:
    virtual void emit(const Message& message, std::string_view sentence, std::initializer_list<LogField> fields) = 0;
    std::atomic<LogLevel> least_;  // a configuration is read on another thread than an operation logs from
};

class StderrLog final : public LeveledLog {
    using LeveledLog::LeveledLog;
    void emit(const Message& message, std::string_view sentence, std::initializer_list<LogField> fields) override {
        const std::string line = log_line(message.level, sentence, fields);
        // A log that cannot be written has nowhere to complain.
        [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    }
};

class JournalLog final : public LeveledLog {
    using LeveledLog::LeveledLog;
    void emit(const Message& message, std::string_view sentence, std::initializer_list<LogField> fields) override {
        std::vector<std::string> entries{fmt::format("MESSAGE={}", sentence),
                                         fmt::format("PRIORITY={}", syslog_levels[static_cast<std::size_t>(message.level)]),
                                         "SYSLOG_IDENTIFIER=guestpatch"};
        if (!message.id.empty()) {
            entries.push_back(fmt::format("MESSAGE_ID={}", message.id));
            entries.push_back(fmt::format("GUESTPATCH_EVENT={}", message.number));
            entries.push_back(fmt::format("GUESTPATCH_MESSAGE={}", message.name));
        }
        for (const LogField& field : fields) {
            std::string name(field.name);
            for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
            entries.push_back(fmt::format("GUESTPATCH_{}={}", name, field.value));
        }
        std::vector<iovec> vectors;
        vectors.reserve(entries.size());
        for (std::string& entry : entries) vectors.push_back({entry.data(), entry.size()});
        sd_journal_sendv(vectors.data(), static_cast<int>(vectors.size()));
    }
};

/// systemd.exec(5): JOURNAL_STREAM holds the device and inode of the stream it connected to the journal.
bool stderr_is_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    return stream != nullptr && ::fstat(STDERR_FILENO, &status) == 0 &&
           fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

}  // namespace

std::unique_ptr<Log> make_log(LogLevel least) {
    if (stderr_is_journal()) return std::make_unique<JournalLog>(least);
    return std::make_unique<StderrLog>(least);
}

}  // namespace guestpatch
