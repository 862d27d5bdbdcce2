#include "platform/windows/command_line.hpp"

#include <windows.h>

#include <array>
#include <map>

#include "platform/windows/utf.hpp"

namespace guestpatch::os {
namespace {

// Where users' folders and programs are. What decides which program runs is never inherited: a user may
// set PATH or windir and then ask for elevation.
constexpr std::array inherited = {L"ALLUSERSPROFILE",
                                  L"APPDATA",
                                  L"CommonProgramFiles",
                                  L"LOCALAPPDATA",
                                  L"NUMBER_OF_PROCESSORS",
                                  L"PROCESSOR_ARCHITECTURE",
                                  L"ProgramData",
                                  L"ProgramFiles",
                                  L"ProgramFiles(x86)",
                                  L"PUBLIC",
                                  L"TEMP",
                                  L"TMP",
                                  L"USERPROFILE"};

/// Environment blocks are sorted, and names compared, without regard to case.
struct IgnoringCase {
    bool operator()(const std::wstring& left, const std::wstring& right) const {
        return ::CompareStringOrdinal(left.data(), static_cast<int>(left.size()), right.data(),
                                      static_cast<int>(right.size()), TRUE) == CSTR_LESS_THAN;
    }
};
using Variables = std::map<std::wstring, std::wstring, IgnoringCase>;

std::wstring windows_folder() {
    std::array<wchar_t, MAX_PATH> buffer{};
    return {buffer.data(), ::GetSystemWindowsDirectoryW(buffer.data(), static_cast<UINT>(buffer.size()))};
}

std::wstring search_path() {
    const std::wstring windows = windows_folder();
    const std::wstring system = windows + L"\\System32";
    return system + L";" + windows + L";" + system + L"\\Wbem;" + system + L"\\WindowsPowerShell\\v1.0";
}

std::wstring variable(const wchar_t* name) {
    std::wstring value;
    value.resize(::GetEnvironmentVariableW(name, nullptr, 0));
    value.resize(::GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size())));
    return value;
}

Variables clean_environment() {
    const std::wstring windows = windows_folder();
    Variables variables{
        {L"ComSpec", windows + L"\\System32\\cmd.exe"}, {L"PATH", search_path()}, {L"PATHEXT", L".COM;.EXE"},
        {L"SystemDrive", windows.substr(0, 2)},         {L"SystemRoot", windows}, {L"windir", windows}};
    for (const wchar_t* name : inherited) {
        if (std::wstring value = variable(name); !value.empty()) variables[name] = std::move(value);
    }
    return variables;
}

/// The runtimes' rule: backslashes count only before a quote, where each needs another.
void append_quoted(std::wstring& line, std::wstring_view word) {
    if (!word.empty() && word.find_first_of(L" \t\n\v\"") == std::wstring_view::npos) {
        line += word;  // cmd.exe does not know its own options in quotes
        return;
    }
    line += L'"';
    std::size_t backslashes = 0;
    for (const wchar_t c : word) {
        if (c == L'"') line.append(backslashes + 1, L'\\');
        backslashes = c == L'\\' ? backslashes + 1 : 0;
        line += c;
    }
    line.append(backslashes, L'\\');
    line += L'"';
}

}  // namespace

std::wstring find_program(std::string_view name) {
    const std::wstring wanted = wide(name);
    const bool has_folder = name.find_first_of("/\\") != std::string_view::npos;
    const std::wstring folders = has_folder ? L"." : search_path();
    std::wstring found;
    found.resize(::SearchPathW(folders.c_str(), wanted.c_str(), L".exe", 0, nullptr, nullptr));
    found.resize(::SearchPathW(folders.c_str(), wanted.c_str(), L".exe", static_cast<DWORD>(found.size()), found.data(),
                               nullptr));
    return found;
}

std::wstring command_line(const std::vector<std::string>& argv) {
    std::wstring line;
    for (const std::string& word : argv) {
        if (!line.empty()) line += L' ';
        append_quoted(line, wide(word));
    }
    return line;
}

std::wstring environment_block(const std::vector<std::string>& extra) {
    Variables variables = clean_environment();
    for (const std::string& entry : extra) {
        const std::size_t equals = entry.find('=');
        variables[wide(entry.substr(0, equals))] = equals == std::string::npos ? L"" : wide(entry.substr(equals + 1));
    }
    std::wstring block;
    for (const auto& [name, value] : variables) block += name + L'=' + value + L'\0';
    return block + L'\0';
}

}  // namespace guestpatch::os
