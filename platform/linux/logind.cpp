#include "platform/linux/logind.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "platform/base/text.hpp"
#include "platform/clock.hpp"
#include "platform/linux/bus.hpp"
#include "platform/linux/descriptor.hpp"

namespace guestpatch::os {
namespace {

constexpr const char* service = "org.freedesktop.login1";
constexpr Peer manager{service, "/org/freedesktop/login1", "org.freedesktop.login1.Manager"};

/// The bus, with somebody on it who answers to logind's name. Errc::not_found: there is none.
Result<Bus> reach() {
    auto bus = open_bus();
    if (!bus) return Error{Errc::not_found, bus.error().message};
    const Peer peer{service, manager.object, "org.freedesktop.DBus.Peer"};
    // Where it is missing, masked or broken, each has an error of its own.
    const auto answer = Call(bus->get(), peer, "Ping").send();
    if (!answer) return Error{Errc::not_found, answer.error().message};
    return bus;
}

/// The session we were started from, if any: who runs this program is not in its way.
std::string own_session() {
    char* id = nullptr;
    if (::sd_pid_get_session(0, &id) < 0) return "";
    const std::unique_ptr<char, decltype(&std::free)> owner(id, &std::free);
    return id;
}

/// "alice is logged in (tty1)"; empty when that session is nobody's.
Result<std::string> describe_session(sd_bus* bus, const char* user, const char* object) {
    const Peer session{service, object, "org.freedesktop.login1.Session"};
    const auto kind = read_property(bus, session, "Class");
    if (!kind) return kind.error();
    const auto state = read_property(bus, session, "State");
    if (!state) return state.error();
    // A greeter, cron's jobs and the manager of a lingering user are nobody; who has logged out may leave programs behind.
    if (!kind->starts_with("user") || *state == "closing") return std::string();
    const auto terminal = read_property(bus, session, "TTY");
    if (!terminal || terminal->empty()) return fmt::format("{} is logged in", user);
    return fmt::format("{} is logged in ({})", user, *terminal);
}

Result<std::vector<std::string>> users(sd_bus* bus, const std::string& own) {
    const auto answer = Call(bus, manager, "ListSessions").send();
    if (!answer) return answer.error();
    std::vector<std::string> found;
    sd_bus_message* sessions = answer->get();
    int more = ::sd_bus_message_enter_container(sessions, 'a', "(susso)");
    const char* id = nullptr;
    const char* user = nullptr;
    const char* object = nullptr;
    while (more >= 0 && (more = ::sd_bus_message_read(sessions, "(susso)", &id, nullptr, &user, nullptr, &object)) > 0) {
        if (id == own) continue;
        auto described = describe_session(bus, user, object);
        if (!described && described.error().code == Errc::not_found) continue;  // gone meanwhile
        if (!described) return described.error();
        if (!described->empty()) found.push_back(std::move(*described));
    }
    if (more < 0) return system_error("login1: ListSessions", -more);
    return found;
}

bool names_shutdown(std::string_view what) {
    while (!what.empty()) {
        if (take_until(what, ':') == "shutdown") return true;
    }
    return false;
}

/// Who asked that nobody shuts the machine down, ourselves left out. Those who only want to be told before are no obstacle.
Result<std::vector<std::string>> inhibitors(sd_bus* bus) {
    const auto answer = Call(bus, manager, "ListInhibitors").send();
    if (!answer) return answer.error();
    std::vector<std::string> found;
    sd_bus_message* list = answer->get();
    int more = ::sd_bus_message_enter_container(list, 'a', "(ssssuu)");
    const char* what = nullptr;
    const char* who = nullptr;
    const char* why = nullptr;
    const char* mode = nullptr;
    std::uint32_t user = 0;
    std::uint32_t process = 0;
    while (more >= 0 &&
           (more = ::sd_bus_message_read(list, "(ssssuu)", &what, &who, &why, &mode, &user, &process)) > 0) {
        const bool ours = process == static_cast<std::uint32_t>(::getpid());
        if (ours || mode != std::string_view("block") || !names_shutdown(what)) continue;
        found.push_back(fmt::format("{} asks not to shut down ({})", who, why));
    }
    if (more < 0) return system_error("login1: ListInhibitors", -more);
    return found;
}

Result<std::vector<std::string>> in_the_way(sd_bus* bus, const std::string& own) {
    auto found = users(bus, own);
    if (!found) return found;
    const auto held = inhibitors(bus);
    if (!held) return held.error();
    found->insert(found->end(), held->begin(), held->end());
    return found;
}

/// Hears of sessions. On the bus nobody says that a user has logged out and left programs behind.
class SessionMonitor {
  public:
    SessionMonitor() { ::sd_login_monitor_new("session", &monitor_); }
    SessionMonitor(const SessionMonitor&) = delete;
    SessionMonitor& operator=(const SessionMonitor&) = delete;
    ~SessionMonitor() { ::sd_login_monitor_unref(monitor_); }

    [[nodiscard]] int fd() const { return monitor_ == nullptr ? -1 : ::sd_login_monitor_get_fd(monitor_); }

    /// Whether a session came, went or became another since the last call.
    [[nodiscard]] bool take_changes() const {
        pollfd waiting{fd(), POLLIN, 0};
        if (::poll(&waiting, 1, 0) <= 0) return false;
        ::sd_login_monitor_flush(monitor_);
        return true;
    }

  private:
    sd_login_monitor* monitor_ = nullptr;
};

/// logind says so about itself whenever an inhibitor comes or goes.
std::string inhibitor_rule() {
    return fmt::format("type='signal',sender='{}',path='{}',member='PropertiesChanged'", service, manager.object);
}

class Inhibitor final : public HeldOff {
  public:
    explicit Inhibitor(Descriptor fd) : fd_(std::move(fd)) {}

  private:
    Descriptor fd_;  // the wish is kept until the last copy is closed
};

std::uint64_t microseconds_from_now(seconds delay) {
    const auto when = std::chrono::system_clock::now() + delay;
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(when.time_since_epoch()).count());
}

class Logind final : public Rebooter {
  public:
    explicit Logind(std::unique_ptr<Rebooter> otherwise) : otherwise_(std::move(otherwise)) {}

    Result<void> schedule(seconds delay, std::string_view message) override {
        const auto bus = reach();
        if (!bus) return otherwise_->schedule(delay, message);
        Call wall(bus->get(), manager, "SetWallMessage");
        if (const auto answer = wall.add("sb", std::string(message).c_str(), 1).send(); !answer) return answer.error();
        // Not "Reboot": the shutdown it begins may take the bus away before its answer has arrived.
        Call call(bus->get(), manager, "ScheduleShutdown");
        call.add("st", "reboot", microseconds_from_now(delay));
        if (const auto answer = call.send(); !answer) return answer.error();
        return {};
    }

    std::vector<std::string> wait_until_clear(milliseconds at_most, std::stop_token stop) override {
        const auto bus = reach();
        if (!bus) return otherwise_->wait_until_clear(at_most, std::move(stop));
        bool changed = true;
        const std::function<void(sd_bus_message*)> heard = [&](sd_bus_message*) { changed = true; };
        if (!listen(bus->get(), inhibitor_rule(), heard)) return {};
        const SessionMonitor sessions;
        const std::string own = own_session();
        Result<std::vector<std::string>> found;
        const auto clear = [&] {
            changed |= sessions.take_changes();
            if (std::exchange(changed, false)) found = in_the_way(bus->get(), own);
            return !found || found->empty();
        };
        const auto waited = wait_for(bus->get(), clear, at_most, stop, sessions.fd());
        const bool told = waited || waited.error().code == Errc::timed_out || waited.error().code == Errc::cancelled;
        return told && found ? std::move(*found) : std::vector<std::string>();
    }

    Result<std::unique_ptr<HeldOff>> hold_off(std::string_view why) override {
        const auto bus = reach();
        if (!bus) return bus.error();
        Call call(bus->get(), manager, "Inhibit");
        const auto answer = call.add("ssss", "shutdown:sleep", "guestpatch", std::string(why).c_str(), "block").send();
        if (!answer) return answer.error();
        int borrowed = -1;
        const int outcome = ::sd_bus_message_read(answer->get(), "h", &borrowed);
        if (outcome < 0) return system_error("login1: Inhibit", -outcome);
        Descriptor fd(::fcntl(borrowed, F_DUPFD_CLOEXEC, 0));
        if (!fd.open()) return system_error("login1: Inhibit");
        return std::make_unique<Inhibitor>(std::move(fd));
    }

  private:
    std::unique_ptr<Rebooter> otherwise_;
};

}  // namespace

std::unique_ptr<Rebooter> make_logind_rebooter(std::unique_ptr<Rebooter> otherwise) {
    return std::make_unique<Logind>(std::move(otherwise));
}

}  // namespace guestpatch::os
