// Talking to system services over D-Bus, never without a deadline. For this folder only.
#pragma once

#include <systemd/sd-bus.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "platform/base/result.hpp"
#include "platform/base/time.hpp"

namespace guestpatch::os {

struct BusDeleter {
    // Without a flush, which has no deadline: whatever we send has been answered by then, or never will be.
    void operator()(sd_bus* bus) const {
        ::sd_bus_close(bus);
        ::sd_bus_unref(bus);
    }
    void operator()(sd_bus_message* message) const { ::sd_bus_message_unref(message); }
};
using Bus = std::unique_ptr<sd_bus, BusDeleter>;
using Message = std::unique_ptr<sd_bus_message, BusDeleter>;

/// The system bus. Errc::not_found where there is none.
Result<Bus> open_bus();

/// The system bus; where there is none, systemd's own door for root, as systemctl does it.
Result<Bus> open_bus_to_systemd();

/// Whom a call is for.
struct Peer {
    const char* service;
    const char* object;
    const char* interface;
};

/// How long an answer may take that needs nothing but a moment.
constexpr milliseconds answer_limit{25'000};

/// One method call. Remembers the first refusal while it is built, so that nobody has to ask in between.
class Call {
  public:
    Call(sd_bus* bus, const Peer& peer, const char* method);

    template <class... Values>
    Call& add(const char* types, Values... values) {
        note(::sd_bus_message_append(message_.get(), types, values...));
        return *this;
    }
    Call& add(const std::vector<std::string>& words);
    void open(char kind, const char* contents) { note(::sd_bus_message_open_container(message_.get(), kind, contents)); }
    void close(int levels = 1) {
        for (int level = 0; level < levels; ++level) note(::sd_bus_message_close_container(message_.get()));
    }

    Call& without_starting_anybody() {
        note(::sd_bus_message_set_auto_start(message_.get(), 0));
        return *this;
    }

    /// The answer. Errc::not_found: nobody has that name, or knows what was asked for; Errc::busy: there is such a
    /// unit already; Errc::timed_out, Errc::permission.
    Result<Message> send(milliseconds at_most = answer_limit);

  private:
    void note(int outcome) {
        if (outcome < 0 && refusal_ == 0) refusal_ = outcome;
    }

    sd_bus* bus_;
    const char* service_;
    Message message_;
    int refusal_ = 0;
};

/// A property that is a string.
Result<std::string> read_property(sd_bus* bus, const Peer& peer, const char* name);

/// Calls `heard` with every message the rule matches, from within wait_for(), for as long as the bus is open.
/// `heard` is borrowed.
Result<void> listen(sd_bus* bus, const std::string& rule, const std::function<void(sd_bus_message*)>& heard);

/// Takes what arrives until `done` says so; asks it first, and after each message. `also`: a descriptor that is readable
/// when `done` is to be asked again, which then reads it. Errc::timed_out, Errc::cancelled; another error when the bus
/// has died.
Result<void> wait_for(sd_bus* bus, const std::function<bool()>& done, milliseconds at_most, const std::stop_token& stop,
                      int also = -1);

}  // namespace guestpatch::os
