#include "platform/linux/bus.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "platform/clock.hpp"
#include "platform/linux/descriptor.hpp"
#include "platform/linux/program.hpp"
#include "platform/linux/wake.hpp"

namespace guestpatch::os {
namespace {

using namespace std::string_view_literals;

struct BusError {
    sd_bus_error value{};
    BusError() = default;
    BusError(const BusError&) = delete;
    BusError& operator=(const BusError&) = delete;
    ~BusError() { ::sd_bus_error_free(&value); }
};

constexpr std::array absent{"org.freedesktop.DBus.Error.ServiceUnknown"sv, "org.freedesktop.DBus.Error.NameHasNoOwner"sv,
                            "org.freedesktop.DBus.Error.FileNotFound"sv,   "org.freedesktop.DBus.Error.UnknownObject"sv,
                            "org.freedesktop.systemd1.NoSuchUnit"sv};
constexpr std::array late{"org.freedesktop.DBus.Error.NoReply"sv, "org.freedesktop.DBus.Error.Timeout"sv,
                          "org.freedesktop.DBus.Error.TimedOut"sv};

Errc code_of(const sd_bus_error& error, int number) {
    const std::string_view name = error.name == nullptr ? "" : error.name;
    if (name == "org.freedesktop.systemd1.UnitExists") return Errc::busy;
    if (std::ranges::find(absent, name) != absent.end()) return Errc::not_found;
    if (number == ETIMEDOUT || std::ranges::find(late, name) != late.end()) return Errc::timed_out;
    return system_error("", number).code == Errc::permission ? Errc::permission : Errc::failed;
}

/// "org.freedesktop.login1" is "login1" to the operator, and systemd is itself.
std::string_view short_name(std::string_view service) {
    const std::string_view last = service.substr(service.rfind('.') + 1);
    return last == "systemd1" ? "systemd" : last;
}

int on_message(sd_bus_message* message, void* heard, sd_bus_error*) {
    (*static_cast<const std::function<void(sd_bus_message*)>*>(heard))(message);
    return 0;
}

int poll_timeout(milliseconds left) {
    constexpr milliseconds longest{std::numeric_limits<int>::max()};
    return static_cast<int>(std::min(left, longest).count());
}

}  // namespace

Result<Bus> open_bus() {
    sd_bus* bus = nullptr;
    const int outcome = ::sd_bus_open_system(&bus);
    if (outcome < 0) return system_error("system bus", -outcome);
    return Bus(bus);
}

Result<Bus> open_bus_to_systemd() {
    auto bus = open_bus();
    if (bus) return bus;
    sd_bus* raw = nullptr;
    if (::sd_bus_new(&raw) < 0) return bus;
    Bus direct(raw);
    if (::sd_bus_set_address(raw, "unix:path=/run/systemd/private") < 0 || ::sd_bus_start(raw) < 0) return bus;
    return direct;
}

Call::Call(sd_bus* bus, const Peer& peer, const char* method) : bus_(bus), service_(peer.service) {
    sd_bus_message* message = nullptr;
    note(::sd_bus_message_new_method_call(bus, &message, peer.service, peer.object, peer.interface, method));
    message_.reset(message);
}

Call& Call::add(const std::vector<std::string>& words) {
    note(::sd_bus_message_append_strv(message_.get(), pointers(words).data()));
    return *this;
}

Result<Message> Call::send(milliseconds at_most) {
    const std::string_view who = short_name(service_);
    if (refusal_ < 0) return system_error(who, -refusal_);
    BusError error;
    sd_bus_message* answer = nullptr;
    const auto limit = static_cast<std::uint64_t>(std::chrono::microseconds(at_most).count());
    const int outcome = ::sd_bus_call(bus_, message_.get(), limit, &error.value, &answer);
    if (outcome >= 0) return Message(answer);
    const Errc code = code_of(error.value, -outcome);
    if (error.value.message == nullptr) return Error{code, system_error(who, -outcome).message};
    return Error{code, fmt::format("{}: {}", who, error.value.message)};
}

Result<std::string> read_property(sd_bus* bus, const Peer& peer, const char* name) {
    const Peer properties{peer.service, peer.object, "org.freedesktop.DBus.Properties"};
    const auto answer = Call(bus, properties, "Get").add("ss", peer.interface, name).send();
    if (!answer) return answer.error();
    const char* value = nullptr;
    const int outcome = ::sd_bus_message_read(answer->get(), "v", "s", &value);
    if (outcome < 0) return system_error(name, -outcome);
    return std::string(value);
}

Result<void> listen(sd_bus* bus, const std::string& rule, const std::function<void(sd_bus_message*)>& heard) {
    // sd-bus hands the callback back as the void pointer it is for.
    void* callee = const_cast<std::function<void(sd_bus_message*)>*>(&heard);
    const int outcome = ::sd_bus_add_match(bus, nullptr, rule.c_str(), on_message, callee);
    if (outcome < 0) return system_error("system bus", -outcome);
    return {};
}

Result<void> wait_for(sd_bus* bus, const std::function<bool()>& done, milliseconds at_most, const std::stop_token& stop,
                      int also) {
    const StopWake wake(stop);
    const auto clocks = make_clocks();
    const BootTime start = clocks->boot();
    while (!done()) {
        const int handled = ::sd_bus_process(bus, nullptr);
        if (handled < 0) return system_error("system bus", -handled);
        if (handled > 0) continue;
        if (stop.stop_requested()) return Error{Errc::cancelled, "a stop was requested"};
        const milliseconds passed = clocks->boot() - start;
        if (passed >= at_most) return Error{Errc::timed_out, "it took too long"};
        const int events = ::sd_bus_get_events(bus);
        if (events < 0) return system_error("system bus", -events);
        std::array<pollfd, 3> waiting{pollfd{::sd_bus_get_fd(bus), static_cast<short>(events), 0},
                                      pollfd{wake.fd(), POLLIN, 0}, pollfd{also, POLLIN, 0}};
        ::poll(waiting.data(), waiting.size(), poll_timeout(at_most - passed));
    }
    return {};
}

}  // namespace guestpatch::os
