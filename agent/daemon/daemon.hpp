// The resident service: a loop that sleeps until something is due, has it done, and tells the service manager.
//
// The loop's thread decides; one more works while a job runs, and one while the courier is out. They share nothing but the
// mailbox (Waiter) and the word that the work has ended.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/config/load.hpp"
#include "agent/daemon/job.hpp"
#include "agent/daemon/outlook.hpp"
#include "agent/daemon/postman.hpp"
#include "agent/daemon/worker.hpp"
#include "agent/domain/due.hpp"
#include "agent/host/recording_log.hpp"
#include "platform/service.hpp"

namespace guestpatch {

/// What the daemon lives on; borrowed.
struct Household {
    Seams seams;
    StateFolder& state;
    Waiter& waiter;
    ServiceManager& manager;
    std::function<Configuration()> load;
    FindPackageManager find;
    Courier courier;
    std::string version;             ///< of this program
    std::string build;               ///< likewise: commit, compiler, system
    RecordingLog& recording;         ///< what seams.log writes to: events for the host
    std::function<double()> luck;    ///< random, 0 to 1
};

class Daemon {
  public:
    Daemon(const Household& household, const Configuration& configuration);

    /// Returns after a stop request, when the job that runs then has ended or was left to the service manager.
    void run();

    /// A job runs at this moment.
    [[nodiscard]] bool works() const { return worker_.busy() || postman_.busy(); }

  private:
    /// The next order, or how long to sleep.
    void look();
    /// What must be done before anything is due: an interrupted run, the patch mode.
    std::optional<Job> first_of_all();
    /// What the host asks for, when its time has come; otherwise `wake_` is not later than it.
    std::optional<Job> next_request_job();
    /// A mode the host asks for changes hands in hours that do not matter; otherwise `wake_` is when they begin.
    [[nodiscard]] bool may_change_mode();
    void start(Job job);
    void collect();
    [[nodiscard]] bool is_due_again();
    [[nodiscard]] milliseconds next_pause() const;
    void take_over(Configuration configuration);
    void hear_host();
    void write_metrics_now();
    void heed(const Wake& wake);
    void read_configuration();
    void log_missed(const std::vector<WindowRecord>& records);
    void sleep_until_due(std::optional<Instant> wake, std::optional<WindowOutcome> hindrance);
    void tell(const std::string& doing);
    [[nodiscard]] std::optional<milliseconds> patience() const;

    Household household_;
    std::shared_ptr<const Settings> settings_;
    Standing standing_;
    Worker<JobEnd> worker_;
    Postman postman_;
    Job job_;
    std::shared_ptr<const Settings> job_settings_;  ///< those it began with
    Since since_;
    std::optional<Instant> wake_;           ///< when something is due next
    std::optional<BootTime> not_before_;    ///< after trouble: when to try again
    int troubles_ = 0;                      ///< in a row
    std::string metrics_fault_;             ///< already told
    std::string complaint_;                 ///< about the configuration that is not in force
    bool look_ = true;                      ///< something has happened since the last look
    bool stopping_ = false;
};

}  // namespace guestpatch
