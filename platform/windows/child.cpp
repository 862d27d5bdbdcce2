#include "platform/windows/child.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include "platform/windows/command_line.hpp"
#include "platform/windows/utf.hpp"

namespace guestpatch::os {
namespace {

/// What a process gets at birth: exactly these handles, and its job, so that it never runs outside it.
class BirthAttributes {
  public:
    BirthAttributes(std::array<HANDLE, 3> inherited, HANDLE job) : inherited_(inherited), job_(job) {
        SIZE_T size = 0;
        ::InitializeProcThreadAttributeList(nullptr, 2, 0, &size);
        memory_.resize(size);
        ready_ = ::InitializeProcThreadAttributeList(list(), 2, 0, &size) != 0 &&
                 set(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited_.data(), sizeof inherited_) &&
                 set(PROC_THREAD_ATTRIBUTE_JOB_LIST, &job_, sizeof job_);
    }
    BirthAttributes(const BirthAttributes&) = delete;
    BirthAttributes& operator=(const BirthAttributes&) = delete;
    ~BirthAttributes() { ::DeleteProcThreadAttributeList(list()); }

    [[nodiscard]] bool ready() const { return ready_; }
    [[nodiscard]] LPPROC_THREAD_ATTRIBUTE_LIST list() {
        return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
    }

  private:
    bool set(DWORD_PTR attribute, void* value, SIZE_T size) {
        return ::UpdateProcThreadAttribute(list(), 0, attribute, value, size, nullptr, nullptr) != 0;
    }

    std::array<HANDLE, 3> inherited_;
    HANDLE job_;
    std::vector<std::max_align_t> memory_;
    bool ready_ = false;
};

std::atomic<milliseconds::rep> ended_cpu{0};

Handle make_job() {
    Handle job(::CreateJobObjectW(nullptr, nullptr));
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    ::SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation, &limits, sizeof limits);
    return job;
}

/// What the child finds on standard input, inheritable. A file, not a pipe: it may be large, and nobody need read it.
/// Nobody else can open it, and it is gone when both of us have closed it.
Handle make_input(const std::string& text) {
    SECURITY_ATTRIBUTES inheritable{sizeof inheritable, nullptr, TRUE};
    if (text.empty()) {
        return Handle(::CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, &inheritable,
                                    OPEN_EXISTING, 0, nullptr));
    }
    std::array<wchar_t, MAX_PATH + 1> folder{};
    std::array<wchar_t, MAX_PATH + 1> name{};
    if (::GetTempPathW(MAX_PATH, folder.data()) == 0 || ::GetTempFileNameW(folder.data(), L"gp", 0, name.data()) == 0) {
        return {};
    }
    Handle file(::CreateFileW(name.data(), GENERIC_READ | GENERIC_WRITE, 0, &inheritable, CREATE_ALWAYS,
                              FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, nullptr));
    DWORD written = 0;
    const bool whole = file.open() &&
                       ::WriteFile(file.get(), text.data(), static_cast<DWORD>(text.size()), &written, nullptr) != 0 &&
                       ::SetFilePointer(file.get(), 0, nullptr, FILE_BEGIN) == 0;
    return whole ? std::move(file) : Handle();
}

}  // namespace

Result<Child> Child::start(const std::wstring& program, const Command& command, HANDLE out, HANDLE err) {
    const Handle in = make_input(command.input);
    Handle job = make_job();
    if (!in.open() || !job.open()) return system_error(command.argv.front());
    BirthAttributes attributes({in.get(), out, err}, job.get());
    if (!attributes.ready()) return system_error(command.argv.front());

    STARTUPINFOEXW startup{};
    startup.StartupInfo.cb = sizeof startup;
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = in.get();
    startup.StartupInfo.hStdOutput = out;
    startup.StartupInfo.hStdError = err;
    startup.lpAttributeList = attributes.list();
    std::wstring line = command_line(command.argv);
    std::wstring environment = environment_block(command.environment);
    // Without our console, a Ctrl-C at it is ours to handle.
    constexpr DWORD flags = CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
    PROCESS_INFORMATION started{};
    if (::CreateProcessW(program.c_str(), line.data(), nullptr, nullptr, TRUE, flags, environment.data(), nullptr,
                         &startup.StartupInfo, &started) == 0) {
        return system_error(command.argv.front());
    }
    ::CloseHandle(started.hThread);
    return Child(std::move(job), Handle(started.hProcess));
}

Child::~Child() {
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION spent{};
    if (!job_.open() || ::QueryInformationJobObject(job_.get(), JobObjectBasicAccountingInformation, &spent,
                                                    sizeof spent, nullptr) == 0) {
        return;
    }
    constexpr milliseconds::rep ticks_per_ms = 10'000;
    ended_cpu += (spent.TotalUserTime.QuadPart + spent.TotalKernelTime.QuadPart) / ticks_per_ms;
}

int Child::exit_code() const {
    DWORD code = 0;
    ::GetExitCodeProcess(process_.get(), &code);
    return static_cast<int>(code);
}

milliseconds ended_jobs_cpu() {
    return milliseconds(ended_cpu.load());
}

}  // namespace guestpatch::os
