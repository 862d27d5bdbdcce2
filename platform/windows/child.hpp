// A program being run, with everything it starts. For this folder only.
#pragma once

#include <string>

#include "platform/process.hpp"
#include "platform/windows/handle.hpp"

namespace guestpatch::os {

/// A process in a job object of its own. The job ends with this object, or with us: nothing is left behind.
class Child {
  public:
    Child(Child&&) = default;
    Child& operator=(Child&&) = default;
    ~Child();

    /// Starts `program`; only the two handles are inherited, and one for standard input.
    static Result<Child> start(const std::wstring& program, const Command& command, HANDLE out, HANDLE err);

    /// Signalled when the program has exited.
    [[nodiscard]] HANDLE process() const { return process_.get(); }
    [[nodiscard]] int exit_code() const;
    /// Ends the program and whatever it started.
    void end_all() const { ::TerminateJobObject(job_.get(), 1); }

  private:
    Child(Handle job, Handle process) : job_(std::move(job)), process_(std::move(process)) {}

    Handle job_;
    Handle process_;
};

/// What the jobs that have ended cost together; Windows keeps no such sum.
[[nodiscard]] milliseconds ended_jobs_cpu();

}  // namespace guestpatch::os
