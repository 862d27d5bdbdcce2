#include "agent/config/host_url.hpp"
#include "agent/config/load.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/clocks.hpp"
#include "tests/fakes/files.hpp"
#include "tests/fakes/zones.hpp"

using namespace guestpatch;

namespace {

struct Machine {
    FakeClocks clocks;
    FakeFiles files{clocks};
    FakeTimeZones zones;

    Configuration load(const std::string& text) {
        files.put("/etc/x.json", text);
        return load_configuration(files, zones, {.folders = {"/etc"}, .goal = {}, .place = "/state/place.json", .os_type = "Linux"});
    }
    ConfigFault fault(const std::string& text) {
        const Configuration configuration = load(text);
        REQUIRE(configuration.errors.size() == 1);
        return configuration.errors.front();
    }
};

}  // namespace

TEST_CASE("A host is at https, or on this machine itself", "[config][host]") {
    const auto [text, url] = GENERATE(table<const char*, const char*>({
        {"https://host.example", "https://host.example"},
        {"https://host.example:8443/base/", "https://host.example:8443/base"},
        {"https://host_1.example//", "https://host_1.example"},
        {"https://10.0.0.1/x", "https://10.0.0.1/x"},
        {"https://[2001:db8::1]:443", "https://[2001:db8::1]:443"},
        {"http://localhost:8080/", "http://localhost:8080"},
        {"http://127.0.0.1", "http://127.0.0.1"},
        {"http://127.8.9.255:1", "http://127.8.9.255:1"},
        {"http://[::1]:65535", "http://[::1]:65535"},
        {"unix:/run/host.sock", "unix:/run/host.sock"},
    }));
    CHECK(parse_host_url(text).value() == url);
}

TEST_CASE("Every other address is refused, and what was expected is said", "[config][host]") {
    const auto [text, message] = GENERATE(table<const char*, const char*>({
        {"http://host.example", "expected https"},
        {"http://127.0.0.1.example", "expected https"},
        {"http://127.0.0", "expected https"},
        {"http://127.0.0.1.", "expected https"},
        {"http://127.0.0.256", "expected https"},
        {"http://127.0.0.01", "expected https"},
        {"http://localhost.example", "expected https"},
        {"http://[::2]", "expected https"},
        {"http://127.0.0.1@host.example", "no name and no password"},
        {"https://me:secret@host.example", "no name and no password"},
        {"https://host.example/?a=b", "no query"},
        {"https://host.example/#a", "no query and no fragment"},
        {"https://", "expected https://..."},
        {"https:///path", "expected a host name"},
        {"https://host.example:", "expected a host name"},
        {"https://:443", "expected a host name"},
        {"https://host:0", "expected a port"},
        {"https://host:65536", "expected a port"},
        {"https://host:44x", "expected a port"},
        {"https://[::1", "expected a host name"},
        {"https://[::1]443", "expected a host name"},
        {"https://[host]", "expected a host name"},
        {"https://ho st", "characters"},
        {"https://host\\@evil", "characters"},
        {"https://h\xC3\xB6st", "characters"},
        {"https://host/\n", "characters"},
        {"unix:run/host.sock", "a path after unix:"},
        {"unix:", "a path after unix:"},
        {"ftp://host", "expected https://..."},
        {"host.example", "expected https://..."},
        {"HTTPS://host", "expected https://..."},
    }));
    CAPTURE(text);
    const auto url = parse_host_url(text);
    REQUIRE_FALSE(url);
    CAPTURE(url.error().message);
    CHECK(url.error().code == Errc::invalid);
    CHECK(url.error().message.find(message) != std::string::npos);
}

TEST_CASE("Settings of the host, of health and of metrics are read", "[config][host]") {
    Machine machine;
    const Configuration configuration = machine.load(R"({
        "host": {"url": "https://host.example/", "caFile": "/ca", "clientCertificate": "/c", "clientKey": "/k", "bearerTokenFile": "/t",
                 "interval": "PT1M", "longPoll": true, "admission": true},
        "health": {"probes": [{"protocol": "TCP", "port": 22}, {"protocol": "https", "port": 8443, "requestPath": "/healthz"}],
                   "command": ["/bin/check", "-q"], "gracePeriod": "PT1M", "onUnhealthyBefore": "proceed"},
        "metrics": {"textfile": "/var/lib/node/guestpatch.prom"}, "imds": false, "machine": {"group": "web"}})");
    CHECK(configuration.errors.empty());
    CHECK(configuration.warnings.empty());
    CHECK(configuration.settings.host == HostSettings{"https://host.example", "/ca", "/c", "/k", "/t", std::chrono::minutes(1), true, true});
    CHECK(configuration.settings.health == HealthSettings{{{ProbeProtocol::tcp, 22, "/"}, {ProbeProtocol::https, 8443, "/healthz"}},
                                                          {"/bin/check", "-q"},
                                                          std::chrono::minutes(1),
                                                          true});
    CHECK(configuration.settings.metrics_textfile == "/var/lib/node/guestpatch.prom");
    CHECK(configuration.settings.imds == Imds::never);
    CHECK(configuration.settings.machine_group == "web");
    const Settings nothing = machine.load("{}").settings;
    CHECK(nothing.host.url.empty());
    CHECK(nothing.imds == Imds::automatic);
    CHECK(machine.load(R"({"imds": true})").settings.imds == Imds::always);
}

TEST_CASE("A fault of these settings names its line and member", "[config][host]") {
    struct Row {
        const char* text;
        std::size_t line;
        const char* key;
        const char* message;
    };
    const auto row = GENERATE(values<Row>({
        {"{\"host\": {\n\"url\": \"http://host\"}}", 2, "host.url", "expected https"},
        {"{\"host\": {\n\"clientKey\": \"/k\"}}", 2, "host.clientKey", "goes with host.clientCertificate, which is not set"},
        {"{\"host\": {\n\"clientCertificate\": \"/c\"}}", 2, "host.clientCertificate", "goes with host.clientKey"},
        {"{\"host\": {\"interval\": \"PT0S\"}}", 1, "host.interval", "from PT1S to P1D"},
        {R"({"metrics": {"textfile": "guestpatch.prom"}})", 1, "metrics.textfile", "full path"},
        {R"({"metrics": {"textfile": "/x/guestpatch.txt"}})", 1, "metrics.textfile", ".prom"},
        {R"({"metrics": {"textfile": "/x/.prom"}})", 1, "metrics.textfile", ".prom"},
        {"{\"health\": {\"probes\": [{\"protocol\": \"tcp\", \"port\": 1},\n{\"port\": 1}]}}", 2, "health.probes[1].protocol", "missing"},
        {R"({"health": {"probes": [{"protocol": "tcp"}]}})", 1, "health.probes[0].port", "missing"},
        {R"({"health": {"probes": [{"protocol": "tcp", "port": 0}]}})", 1, "health.probes[0].port", "from 1 to 65535, found 0"},
        {R"({"health": {"probes": [{"protocol": "tcp", "port": 65536}]}})", 1, "health.probes[0].port", "found 65536"},
        {R"({"health": {"probes": [{"protocol": "tcp", "port": 22.5}]}})", 1, "health.probes[0].port", "found 22.5"},
        {R"({"health": {"probes": [{"protocol": "tcp", "port": "22"}]}})", 1, "health.probes[0].port", "expected a number, found a string"},
        {R"({"health": {"probes": [{"protocol": "udp", "port": 22}]}})", 1, "health.probes[0].protocol", "expected one of tcp, http, https"},
        {R"({"health": {"probes": [{"protocol": "http", "port": 22, "requestPath": "healthz"}]}})", 1, "health.probes[0].requestPath", "is not a path"},
        {R"({"health": {"probes": [{"protocol": "http", "port": 22, "requestPath": "/a b"}]}})", 1, "health.probes[0].requestPath", "is not a path"},
    }));
    CAPTURE(row.text);
    Machine machine;
    const ConfigFault fault = machine.fault(row.text);
    CHECK(fault.line == row.line);
    CHECK(fault.key == row.key);
    CAPTURE(fault.message);
    CHECK(fault.message.find(row.message) != std::string::npos);
}

TEST_CASE("An unknown member of a probe is a warning with a suggestion, and so is a path nobody asks for", "[config][host]") {
    Machine machine;
    const auto warnings = machine.load(R"({"health": {"probes": [{"protocol": "http", "port": 1, "requestPth": "/"},
        {"protocol": "tcp", "port": 1, "requestPath": "/"}]}})").warnings;
    REQUIRE(warnings.size() == 2);
    CHECK(warnings[0].key == "health.probes[0].requestPth");
    CHECK(warnings[0].message == "unknown key; did you mean \"requestPath\"?");
    CHECK(warnings[1].key == "health.probes[1].requestPath");
}

TEST_CASE("A certificate and its key may come from two files", "[config][host]") {
    Machine machine;
    machine.files.put("/etc/a.json", R"({"host": {"clientKey": "/k"}})");
    CHECK(machine.load(R"({"host": {"clientCertificate": "/c"}})").errors.empty());
}

TEST_CASE("The place of the machine: the configuration's word, member by member, then the metadata service's", "[config][place]") {
    Machine machine;
    machine.files.put("/state/place.json", R"({"schema": 1, "place": {"osType": "Windows", "region": "westeurope", "zone": "1", "scaleSet": "pool",
        "tags": [{"name": "a", "value": "1"}, {"name": "b", "value": "1"}]}})");
    const Settings settings = machine.load(R"({"machine": {"zone": "2", "resourceGroup": "rg", "tags": {"b": "2"}}})").settings;
    CHECK(settings.place == MachinePlace{.os_type = "Linux", .region = "westeurope", .zone = "2", .scale_set = "pool", .resource_group = "rg",
                                         .tags = {{"a", "1"}, {"b", "2"}}});
    CHECK(settings.scale_set == "pool");
    CHECK(machine.load(R"({"imds": false})").settings.place == MachinePlace{.os_type = "Linux"});
    machine.files.put("/state/place.json", "nonsense");
    const Configuration damaged = machine.load("{}");
    CHECK(damaged.errors.empty());
    REQUIRE(damaged.warnings.size() == 1);
    CHECK(damaged.warnings.front().file == Path("/state/place.json").string());
    CHECK(damaged.settings.place == MachinePlace{.os_type = "Linux"});
}
