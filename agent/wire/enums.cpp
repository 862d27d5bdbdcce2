#include "agent/wire/enums.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

template <class Enum, std::size_t Size>
using Table = std::array<std::pair<Enum, std::string_view>, Size>;

template <class Enum>
struct Spelling;

template <>
struct Spelling<Classification> {
    static constexpr Table<Classification, 3> table{{{Classification::critical, "Critical"},
                                                     {Classification::security, "Security"},
                                                     {Classification::other, "Other"}}};
};

template <>
struct Spelling<Severity> {
    static constexpr Table<Severity, 5> table{{{Severity::critical, "Critical"},
                                               {Severity::important, "Important"},
                                               {Severity::moderate, "Moderate"},
                                               {Severity::low, "Low"},
                                               {Severity::unspecified, "Unspecified"}}};
};

template <>
struct Spelling<RebootBehavior> {
    static constexpr Table<RebootBehavior, 4> table{{{RebootBehavior::unknown, "Unknown"},
                                                     {RebootBehavior::never_reboots, "NeverReboots"},
                                                     {RebootBehavior::always_requires_reboot, "AlwaysRequiresReboot"},
                                                     {RebootBehavior::can_request_reboot, "CanRequestReboot"}}};
};

template <>
struct Spelling<HeldBack> {
    static constexpr Table<HeldBack, 5> table{{{HeldBack::held, "held"},
                                               {HeldBack::pinned, "pinned"},
                                               {HeldBack::phased, "phased"},
                                               {HeldBack::kept_back, "keptBack"},
                                               {HeldBack::would_remove, "wouldRemove"}}};
};

template <>
struct Spelling<Reason> {
    static constexpr Table<Reason, 24> table{{{Reason::held, "HELD"},
                                              {Reason::pinned, "PINNED"},
                                              {Reason::phased, "PHASED"},
                                              {Reason::kept_back, "KEPT_BACK"},
                                              {Reason::would_remove, "WOULD_REMOVE"},
                                              {Reason::excluded, "EXCLUDED"},
                                              {Reason::not_selected, "NOT_SELECTED"},
                                              {Reason::reboot_excluded, "REBOOT_EXCLUDED"},
                                              {Reason::superseded, "SUPERSEDED"},
                                              {Reason::prerequisite_missing, "PREREQUISITE_MISSING"},
                                              {Reason::published_too_late, "PUBLISHED_TOO_LATE"},
                                              {Reason::no_time_left, "NO_TIME_LEFT"},
                                              {Reason::lock_held, "LOCK_HELD"},
                                              {Reason::disk_full, "DISK_FULL"},
                                              {Reason::download_failed, "DOWNLOAD_FAILED"},
                                              {Reason::script_failed, "SCRIPT_FAILED"},
                                              {Reason::silent_too_long, "SILENT_TOO_LONG"},
                                              {Reason::license_not_accepted, "LICENSE_NOT_ACCEPTED"},
                                              {Reason::needs_user, "NEEDS_USER"},
                                              {Reason::ua_esm_required, "UA_ESM_REQUIRED"},
                                              {Reason::esu_required, "ESU_REQUIRED"},
                                              {Reason::loop_broken, "LOOP_BROKEN"},
                                              {Reason::unhealthy, "UNHEALTHY"},
                                              {Reason::not_admitted, "NOT_ADMITTED"}}};
};

template <>
struct Spelling<BlindSpotCode> {
    static constexpr Table<BlindSpotCode, 13> table{{{BlindSpotCode::source_unreachable, "SOURCE_UNREACHABLE"},
                                                     {BlindSpotCode::source_untrusted, "SOURCE_UNTRUSTED"},
                                                     {BlindSpotCode::source_not_fetched, "SOURCE_NOT_FETCHED"},
                                                     {BlindSpotCode::list_empty, "LIST_EMPTY"},
                                                     {BlindSpotCode::list_damaged, "LIST_DAMAGED"},
                                                     {BlindSpotCode::lock_held, "LOCK_HELD"},
                                                     {BlindSpotCode::refresh_failed, "REFRESH_FAILED"},
                                                     {BlindSpotCode::resolver_failed, "RESOLVER_FAILED"},
                                                     {BlindSpotCode::packages_broken, "PACKAGES_BROKEN"},
                                                     {BlindSpotCode::no_sources, "NO_SOURCES"},
                                                     {BlindSpotCode::no_security_source, "NO_SECURITY_SOURCE"},
                                                     {BlindSpotCode::advisories_unreadable, "ADVISORIES_UNREADABLE"},
                                                     {BlindSpotCode::os_end_of_support, "OS_END_OF_SUPPORT"}}};
};

template <>
struct Spelling<OperationStatus> {
    static constexpr Table<OperationStatus, 4> table{
        {{OperationStatus::in_progress, "InProgress"},
         {OperationStatus::failed, "Failed"},
         {OperationStatus::succeeded, "Succeeded"},
         {OperationStatus::completed_with_warnings, "CompletedWithWarnings"}}};
};

template <>
struct Spelling<StartedBy> {
    static constexpr Table<StartedBy, 2> table{{{StartedBy::user, "User"}, {StartedBy::platform, "Platform"}}};
};

template <>
struct Spelling<ComplianceState> {
    static constexpr Table<ComplianceState, 3> table{{{ComplianceState::compliant, "Compliant"},
                                                      {ComplianceState::non_compliant, "NonCompliant"},
                                                      {ComplianceState::unknown, "Unknown"}}};
};

template <>
struct Spelling<InstallationState> {
    static constexpr Table<InstallationState, 5> table{{{InstallationState::installed, "Installed"},
                                                        {InstallationState::failed, "Failed"},
                                                        {InstallationState::excluded, "Excluded"},
                                                        {InstallationState::not_selected, "NotSelected"},
                                                        {InstallationState::pending, "Pending"}}};
};

template <>
struct Spelling<RebootSetting> {
    static constexpr Table<RebootSetting, 3> table{{{RebootSetting::if_required, "IfRequired"},
                                                    {RebootSetting::never, "Never"},
                                                    {RebootSetting::always, "Always"}}};
};

template <>
struct Spelling<RebootStatus> {
    static constexpr Table<RebootStatus, 5> table{{{RebootStatus::not_needed, "NotNeeded"},
                                                   {RebootStatus::required, "Required"},
                                                   {RebootStatus::started, "Started"},
                                                   {RebootStatus::failed, "Failed"},
                                                   {RebootStatus::completed, "Completed"}}};
};

template <>
struct Spelling<StatusLevel> {
    static constexpr Table<StatusLevel, 3> table{
        {{StatusLevel::info, "Info"}, {StatusLevel::warning, "Warning"}, {StatusLevel::error, "Error"}}};
};

template <>
struct Spelling<Stage> {
    static constexpr Table<Stage, 10> table{{{Stage::repairing, "Repairing"},
                                            {Stage::checking, "Checking"},
                                            {Stage::asking, "Asking"},
                                            {Stage::preparing, "Preparing"},
                                            {Stage::downloading, "Downloading"},
                                            {Stage::installing, "Installing"},
                                            {Stage::mending, "Mending"},
                                            {Stage::tidying, "Tidying"},
                                            {Stage::following_up, "FollowingUp"},
                                            {Stage::judging_reboot, "JudgingReboot"}}};
};

template <>
struct Spelling<Ending> {
    static constexpr Table<Ending, 4> table{
        {{Ending::greeting, "Greeting"}, {Ending::checking, "Checking"}, {Ending::concluding, "Concluding"}, {Ending::telling, "Telling"}}};
};

template <>
struct Spelling<Hook> {
    static constexpr Table<Hook, 4> table{{{Hook::pre_install, "preInstall"},
                                           {Hook::post_install, "postInstall"},
                                           {Hook::post_reboot, "postReboot"},
                                           {Hook::on_result, "onResult"}}};
};

template <>
struct Spelling<HookEnd> {
    static constexpr Table<HookEnd, 5> table{{{HookEnd::exited, "Exited"},
                                              {HookEnd::signalled, "Signalled"},
                                              {HookEnd::deadline, "Deadline"},
                                              {HookEnd::cancelled, "Cancelled"},
                                              {HookEnd::not_started, "NotStarted"}}};
};

template <>
struct Spelling<EstimateSource> {
    static constexpr Table<EstimateSource, 3> table{{{EstimateSource::standard, "default"},
                                                     {EstimateSource::history, "history"},
                                                     {EstimateSource::mixed, "mixed"}}};
};

template <>
struct Spelling<WindowOutcome> {
    static constexpr Table<WindowOutcome, 9> table{{{WindowOutcome::met, "Met"},
                                                    {WindowOutcome::powered_off, "PoweredOff"},
                                                    {WindowOutcome::too_short, "TooShort"},
                                                    {WindowOutcome::on_battery, "OnBattery"},
                                                    {WindowOutcome::metered, "Metered"},
                                                    {WindowOutcome::blind, "Blind"},
                                                    {WindowOutcome::busy, "Busy"},
                                                    {WindowOutcome::not_admitted, "NotAdmitted"},
                                                    {WindowOutcome::unhealthy, "Unhealthy"}}};
};

template <>
struct Spelling<RequestState> {
    static constexpr Table<RequestState, 3> table{
        {{RequestState::begun, "Begun"}, {RequestState::ended, "Ended"}, {RequestState::declined, "Declined"}}};
};

template <>
struct Spelling<AdmissionFor> {
    static constexpr Table<AdmissionFor, 2> table{{{AdmissionFor::install, "install"}, {AdmissionFor::reboot, "reboot"}}};
};

template <>
struct Spelling<HealthState> {
    static constexpr Table<HealthState, 4> table{{{HealthState::unknown, "Unknown"},
                                                  {HealthState::initializing, "Initializing"},
                                                  {HealthState::healthy, "Healthy"},
                                                  {HealthState::unhealthy, "Unhealthy"}}};
};

template <class Enum>
std::string_view spell(Enum value) {
    // Tables list every enumerator in declaration order; tests walk them.
    return Spelling<Enum>::table.at(static_cast<std::size_t>(value)).second;
}

}  // namespace

std::string_view to_wire(Classification value) { return spell(value); }
std::string_view to_wire(Severity value) { return spell(value); }
std::string_view to_wire(RebootBehavior value) { return spell(value); }
std::string_view to_wire(HeldBack value) { return spell(value); }
std::string_view to_wire(Reason value) { return spell(value); }
std::string_view to_wire(BlindSpotCode value) { return spell(value); }
std::string_view to_wire(OperationStatus value) { return spell(value); }
std::string_view to_wire(StartedBy value) { return spell(value); }
std::string_view to_wire(ComplianceState value) { return spell(value); }
std::string_view to_wire(InstallationState value) { return spell(value); }
std::string_view to_wire(RebootSetting value) { return spell(value); }
std::string_view to_wire(RebootStatus value) { return spell(value); }
std::string_view to_wire(StatusLevel value) { return spell(value); }
std::string_view to_wire(Stage value) { return spell(value); }
std::string_view to_wire(Ending value) { return spell(value); }
std::string_view to_wire(Hook value) { return spell(value); }
std::string_view to_wire(HookEnd value) { return spell(value); }
std::string_view to_wire(EstimateSource value) { return spell(value); }
std::string_view to_wire(WindowOutcome value) { return spell(value); }
std::string_view to_wire(HealthState value) { return spell(value); }
std::string_view to_wire(RequestState value) { return spell(value); }
std::string_view to_wire(AdmissionFor value) { return spell(value); }

template <class Enum>
std::optional<Enum> from_wire(std::string_view text) {
    const std::string wanted = to_lower(text);
    for (const auto& [value, word] : Spelling<Enum>::table) {
        if (to_lower(word) == wanted) return value;
    }
    return std::nullopt;
}

template std::optional<Classification> from_wire<Classification>(std::string_view);
template std::optional<Severity> from_wire<Severity>(std::string_view);
template std::optional<RebootBehavior> from_wire<RebootBehavior>(std::string_view);
template std::optional<HeldBack> from_wire<HeldBack>(std::string_view);
template std::optional<Reason> from_wire<Reason>(std::string_view);
template std::optional<BlindSpotCode> from_wire<BlindSpotCode>(std::string_view);
template std::optional<OperationStatus> from_wire<OperationStatus>(std::string_view);
template std::optional<StartedBy> from_wire<StartedBy>(std::string_view);
template std::optional<ComplianceState> from_wire<ComplianceState>(std::string_view);
template std::optional<InstallationState> from_wire<InstallationState>(std::string_view);
template std::optional<RebootSetting> from_wire<RebootSetting>(std::string_view);
template std::optional<RebootStatus> from_wire<RebootStatus>(std::string_view);
template std::optional<StatusLevel> from_wire<StatusLevel>(std::string_view);
template std::optional<Stage> from_wire<Stage>(std::string_view);
template std::optional<Ending> from_wire<Ending>(std::string_view);
template std::optional<Hook> from_wire<Hook>(std::string_view);
template std::optional<HookEnd> from_wire<HookEnd>(std::string_view);
template std::optional<EstimateSource> from_wire<EstimateSource>(std::string_view);
template std::optional<WindowOutcome> from_wire<WindowOutcome>(std::string_view);
template std::optional<HealthState> from_wire<HealthState>(std::string_view);
template std::optional<RequestState> from_wire<RequestState>(std::string_view);
template std::optional<AdmissionFor> from_wire<AdmissionFor>(std::string_view);

template <class Enum>
std::vector<Enum> every() {
    std::vector<Enum> values;
    for (const auto& [value, word] : Spelling<Enum>::table) values.push_back(value);
    return values;
}

template std::vector<Classification> every<Classification>();
template std::vector<Severity> every<Severity>();
template std::vector<HeldBack> every<HeldBack>();
template std::vector<BlindSpotCode> every<BlindSpotCode>();
template std::vector<OperationStatus> every<OperationStatus>();
template std::vector<ComplianceState> every<ComplianceState>();
template std::vector<HealthState> every<HealthState>();
template std::vector<InstallationState> every<InstallationState>();

}  // namespace guestpatch
