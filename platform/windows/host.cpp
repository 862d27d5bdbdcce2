#include "platform/host.hpp"

#include <windows.h>

#include <winternl.h>

#include <fmt/format.h>

#include <array>

#include "platform/windows/hash.hpp"
#include "platform/windows/utf.hpp"

// Not in the SDK's user-mode headers, though exported and documented; GetVersionEx lies to unmanifested programs.
extern "C" NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW version);

namespace guestpatch {
namespace {

// Under our own key: the machine's id itself must not be published.
constexpr std::string_view application_id = "8b3f1d5a-6c9e-4f02-a744-0d9b71e25c36";

constexpr DWORD first_windows_11_build = 22000;

std::string registry_text(const wchar_t* key, const wchar_t* value) {
    std::array<wchar_t, 256> buffer{};
    DWORD bytes = sizeof buffer;
    const LSTATUS status = ::RegGetValueW(HKEY_LOCAL_MACHINE, key, value, RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY,
                                          nullptr, buffer.data(), &bytes);
    return status == ERROR_SUCCESS ? os::utf8(buffer.data()) : "";
}

std::string machine_id() {
    const std::string guid = registry_text(L"SOFTWARE\\Microsoft\\Cryptography", L"MachineGuid");
    return guid.empty() ? "" : os::derived_guid(guid, application_id);
}

std::string host_name() {
    std::array<wchar_t, 256> buffer{};
    DWORD length = static_cast<DWORD>(buffer.size());
    if (::GetComputerNameExW(ComputerNamePhysicalDnsHostname, buffer.data(), &length) == 0) return "";
    return os::utf8({buffer.data(), length});
}

std::string os_name(DWORD build) {
    constexpr std::string_view ten = "Windows 10";
    std::string name = registry_text(L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", L"ProductName");
    // Windows 11 still calls itself Windows 10 there.
    if (build >= first_windows_11_build && name.starts_with(ten)) name.replace(0, ten.size(), "Windows 11");
    return name.empty() ? "Windows" : name;
}

std::string architecture() {
    USHORT process = 0;
    USHORT machine = 0;
    ::IsWow64Process2(::GetCurrentProcess(), &process, &machine);
    switch (machine) {
        case IMAGE_FILE_MACHINE_AMD64: return "x86_64";
        case IMAGE_FILE_MACHINE_ARM64: return "aarch64";
        case IMAGE_FILE_MACHINE_I386: return "i686";
        default: return "";
    }
}

class WindowsHost final : public Host {
  public:
    HostFacts facts() override {
        RTL_OSVERSIONINFOW version{};
        version.dwOSVersionInfoSize = sizeof version;
        ::RtlGetVersion(&version);
        const std::string number =
            fmt::format("{}.{}.{}", version.dwMajorVersion, version.dwMinorVersion, version.dwBuildNumber);
        return {.machine_id = machine_id(),
                .host_name = host_name(),
                .os_type = "Windows",
                .os_name = os_name(version.dwBuildNumber),
                .os_version = number,
                .architecture = architecture(),
                .kernel = number,
                .os_release = {}};
    }

    /// Without elevation the group is in the token for denying only, which does not count as membership.
    bool privileged() override {
        std::array<unsigned char, SECURITY_MAX_SID_SIZE> administrators{};
        DWORD size = static_cast<DWORD>(administrators.size());
        BOOL member = FALSE;
        return ::CreateWellKnownSid(WinBuiltinAdministratorsSid, nullptr, administrators.data(), &size) != 0 &&
               ::CheckTokenMembership(nullptr, administrators.data(), &member) != 0 && member != FALSE;
    }

    /// What the network costs, only the interfaces of the desktop would tell: it counts as free.
    Supply supply() override {
        constexpr BYTE offline = 0;
        constexpr BYTE no_battery = 128;
        SYSTEM_POWER_STATUS power{};
        const bool known = ::GetSystemPowerStatus(&power) != 0;
        return {.on_battery = known && power.ACLineStatus == offline && (power.BatteryFlag & no_battery) == 0};
    }
};

}  // namespace

std::unique_ptr<Host> make_host() {
    return std::make_unique<WindowsHost>();
}

}  // namespace guestpatch
