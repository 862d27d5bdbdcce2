#include "agent/host/recording_log.hpp"

#include <fmt/format.h>

#include <iterator>
#include <thread>
#include <utility>

#include "platform/process.hpp"

namespace guestpatch {
namespace {

EventLevel level_of(LogLevel level) {
    switch (level) {
        case LogLevel::error: return EventLevel::error;
        case LogLevel::warning: return EventLevel::warning;
        case LogLevel::info:
        case LogLevel::debug: break;
    }
    return EventLevel::informational;
}

/// Any number will do that tells the threads of one process apart.
std::int64_t thread_number() {
    return static_cast<std::int64_t>(std::hash<std::thread::id>()(std::this_thread::get_id()) & 0x7fffffffU);
}

HostEvent event_of(const Message& message, std::string_view sentence, std::initializer_list<LogField> fields) {
    HostEvent event{.task = std::string(message.name),
                .level = level_of(message.level),
                .message = std::string(sentence),
                .pid = current_process_id(),
                .tid = thread_number()};
    for (const LogField& field : fields) {
        if (field.name == "activity") {
            event.operation = field.value;
        } else {
            event.message += fmt::format(" {}={}", field.name, field.value);
        }
    }
    return event;
}

}  // namespace

void RecordingLog::write(const Message& message, std::string_view sentence, std::initializer_list<LogField> fields) {
    inner_.write(message, sentence, fields);
    if (message.id.empty()) return;
    const std::scoped_lock held(mutex_);
    if (recording_ == Recording::off) return;
    if (events_.size() >= most_remembered) {
        ++forgotten_;
        return;
    }
    HostEvent event = event_of(message, sentence, fields);
    event.version = version_;
    event.at = clocks_.wall();
    events_.push_back(fitted(std::move(event)));
}

void RecordingLog::record(Recording recording) {
    const std::scoped_lock held(mutex_);
    recording_ = recording;
    if (recording == Recording::on) return;
    events_ = {};
    forgotten_ = 0;
}

bool RecordingLog::has_events() const {
    const std::scoped_lock held(mutex_);
    return !events_.empty() || forgotten_ != 0;
}

std::vector<HostEvent> RecordingLog::take() {
    const std::scoped_lock held(mutex_);
    std::vector<HostEvent> taken = std::exchange(events_, {});
    if (const std::uint64_t count = std::exchange(forgotten_, 0); count != 0) {
        HostEvent told = dropped_events(count, version_, clocks_.wall());
        told.pid = current_process_id();
        told.tid = thread_number();
        taken.push_back(std::move(told));
    }
    return taken;
}

void RecordingLog::put_back(std::vector<HostEvent> events) {
    const std::scoped_lock held(mutex_);
    if (recording_ == Recording::off) return;
    events.insert(events.end(), std::make_move_iterator(events_.begin()), std::make_move_iterator(events_.end()));
    if (events.size() > most_remembered) {
        forgotten_ += events.size() - most_remembered;
        events.resize(most_remembered);
    }
    events_ = std::move(events);
}

}  // namespace guestpatch
