#include "platform/linux/transient_service.hpp"

#include <fmt/format.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>

#include <cstdint>
#include <memory>

#include "platform/base/time.hpp"
#include "platform/linux/descriptor.hpp"
#include "platform/linux/program.hpp"

namespace guestpatch::os {
namespace {

// How long systemd waits for the program when the machine shuts down or somebody stops the unit.
constexpr std::chrono::microseconds patience_at_stop = std::chrono::minutes(10);

struct Deleter {
    void operator()(sd_bus* bus) const { ::sd_bus_flush_close_unref(bus); }
    void operator()(sd_bus_message* message) const { ::sd_bus_message_unref(message); }
};
using Bus = std::unique_ptr<sd_bus, Deleter>;
using Message = std::unique_ptr<sd_bus_message, Deleter>;

struct BusError {
    sd_bus_error value{};
    BusError() = default;
    BusError(const BusError&) = delete;
    BusError& operator=(const BusError&) = delete;
    ~BusError() { ::sd_bus_error_free(&value); }
};

/// The system bus; where there is none, systemd's own door for root, as systemctl does it.
Result<Bus> open_bus() {
    sd_bus* bus = nullptr;
    const int refused = ::sd_bus_open_system(&bus);
    if (refused >= 0) return Bus(bus);
    if (::sd_bus_new(&bus) < 0) return system_error("systemd", -refused);
    Bus direct(bus);
    if (::sd_bus_set_address(bus, "unix:path=/run/systemd/private") < 0 || ::sd_bus_start(bus) < 0) {
        return system_error("systemd", -refused);
    }
    return direct;
}

/// Builds a message; remembers the first refusal, so that nobody has to ask in between.
class Writer {
  public:
    explicit Writer(sd_bus_message* message) : message_(message) {}

    [[nodiscard]] int refusal() const { return refusal_; }

    template <class... Values>
    void add(const char* types, Values... values) {
        note(::sd_bus_message_append(message_, types, values...));
    }
    void add(const std::vector<std::string>& words) {
        note(::sd_bus_message_append_strv(message_, pointers(words).data()));
    }
    void open(char kind, const char* contents) { note(::sd_bus_message_open_container(message_, kind, contents)); }
    void close(int levels = 1) {
        for (int level = 0; level < levels; ++level) note(::sd_bus_message_close_container(message_));
    }

  private:
    void note(int outcome) {
        if (outcome < 0 && refusal_ == 0) refusal_ = outcome;
    }

    sd_bus_message* message_;
    int refusal_ = 0;
};

/// What looks like a variable is none. (ExecStartEx could say so, but systemd 252 cannot read back what it wrote.)
std::vector<std::string> without_variables(std::vector<std::string> words) {
    for (std::string& word : words) {
        for (std::size_t at = word.find('$'); at != std::string::npos; at = word.find('$', at + 2)) word.insert(at, 1, '$');
    }
    return words;
}

void write_properties(Writer& writer, const std::vector<std::string>& argv) {
    writer.open('a', "(sv)");
    writer.add("(sv)", "Description", "s", "Package manager run by guestpatch");
    writer.add("(sv)", "Type", "s", "exec");
    // Stopping the unit asks the wrapper alone, and that goes on until the program has ended by itself.
    writer.add("(sv)", "KillMode", "s", "process");
    writer.add("(sv)", "TimeoutStopUSec", "t", static_cast<std::uint64_t>(patience_at_stop.count()));
    writer.add("(sv)", "OOMPolicy", "s", "continue");
    writer.add("(sv)", "CollectMode", "s", "inactive-or-failed");
    writer.add("(sv)", "IgnoreSIGPIPE", "b", 0);
    for (const char* stream : {"StandardInput", "StandardOutput", "StandardError"}) {
        writer.add("(sv)", stream, "s", "null");
    }
    writer.open('r', "sv");
    writer.add("s", "ExecStart");
    writer.open('v', "a(sasb)");
    writer.open('a', "(sasb)");
    writer.open('r', "sasb");
    writer.add("s", argv.front().c_str());
    writer.add(without_variables(argv));
    writer.add("b", 0);
    writer.close(5);
}

Errc code_of(const sd_bus_error& error, int number) {
    if (::sd_bus_error_has_name(&error, "org.freedesktop.systemd1.UnitExists") != 0) return Errc::busy;
    return system_error("", number).code == Errc::permission ? Errc::permission : Errc::failed;
}

}  // namespace

bool systemd_runs() {
    return ::sd_booted() > 0;
}

Result<void> start_transient_service(const std::string& unit, const std::vector<std::string>& argv) {
    const auto bus = open_bus();
    if (!bus) return bus.error();
    sd_bus_message* raw = nullptr;
    const int made =
        ::sd_bus_message_new_method_call(bus->get(), &raw, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                                         "org.freedesktop.systemd1.Manager", "StartTransientUnit");
    if (made < 0) return system_error("systemd", -made);
    const Message message(raw);
    Writer writer(raw);
    writer.add("ss", unit.c_str(), "fail");  // "fail": not while the machine is about to shut down
    write_properties(writer, argv);
    writer.add("a(sa(sv))", 0);  // no units beside it
    if (writer.refusal() < 0) return system_error("systemd", -writer.refusal());

    BusError error;
    const int answer = ::sd_bus_call(bus->get(), raw, 0, &error.value, nullptr);
    if (answer >= 0) return {};
    if (::sd_bus_error_is_set(&error.value) == 0) return system_error("systemd", -answer);
    return Error{code_of(error.value, -answer), fmt::format("systemd: {}", error.value.message)};
}

}  // namespace guestpatch::os
