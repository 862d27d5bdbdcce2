// Every message an operator may meet: one catalogue. Numbers and ids are promises: never changed, never used again.
#pragma once

#include <array>

#include "platform/message.hpp"

namespace guestpatch::message {

// 1000: assessments
inline constexpr Message assessed{1000, "assessed", "e8e3d9a2e3aa4a5388cd162a1ac17cd2",
    LogLevel::info, "An assessment has ended; the sentence counts what is pending.",
    "Nothing."};
inline constexpr Message attempt_overdue{1001, "attempt_overdue", "e754b11797a949f4b89db4a8eeee9e1b",
    LogLevel::warning, "A Critical or Security patch is pending longer than `offPeak.attemptWithin`, and was never tried.",
    "Remove the hindrance the sentence names: widen the window, or let the machine run during it."};
inline constexpr Message assessment_interrupted{1002, "assessment_interrupted", "eeeda8308a65487991c5fb5ea161b27a",
    LogLevel::warning, "An earlier assessment was killed before its end; it is reported as Failed.",
    "Nothing: the next assessment tells anew. If it happens often, look for what kills it."};

// 2000: installations
inline constexpr Message installation_begins{2000, "installation_begins", "f41840b4022b407eba23d7ec556badc0",
    LogLevel::info, "The service begins an installation in the window that is named.",
    "Nothing."};
inline constexpr Message installation_ended{2001, "installation_ended", "ceab9717da9e4fc99108caf0ee1ec241",
    LogLevel::info, "An installation has ended; the sentence counts what became of its patches.",
    "If it Failed: `guestpatch history` with its activity id says why, patch by patch."};
inline constexpr Message installation_resumed{2002, "installation_resumed", "d5b5828f32684473be3fecc674d23907",
    LogLevel::info, "An installation that was interrupted is gone on with, or ended.",
    "Nothing."};
inline constexpr Message patch_given_up{2003, "patch_given_up", "d4dfdf8f88844657813836ab8411b961",
    LogLevel::warning, "A patch was installed several times and was pending again each time; it is left alone for now.",
    "See what puts the old version back: a pin, a second source, another tool."};
inline constexpr Message hook_failed{2004, "hook_failed", "3d6d04582ef94163987d18a2a1361c19",
    LogLevel::warning, "A hook ended badly or did not end in time.",
    "Run the program by hand; the end of its output is in the result document."};
inline constexpr Message marks_not_restored{2005, "marks_not_restored", "5fcee918f0454a1f9e7be17d4050a96b",
    LogLevel::warning, "Packages that came in as dependencies may now count as wanted by the administrator.",
    "`apt-mark auto` on the packages of this run."};
inline constexpr Message not_verified{2006, "not_verified", "4ce35b374b7648d0999199103b29a376",
    LogLevel::error, "The package database cannot be read to see what was installed.",
    "Repair the database, then `guestpatch assess`."};
inline constexpr Message shutdown_not_held_off{2007, "shutdown_not_held_off", "dd35e88378c44559b092b8ae07597f58",
    LogLevel::warning, "A shutdown cannot be held off while packages are installed; one is survived, not prevented.",
    "See that systemd-logind runs."};
inline constexpr Message publish_ceiling_not_met{2008, "publish_ceiling_not_met", "bfe98f7067fc4b799e6fe42c7ff6b597",
    LogLevel::error, "`maxPatchPublishDate` cannot be honoured on this machine, so the run fails.",
    "Remove it, or give the machine sources with dated snapshots."};

// 3000: reboots
inline constexpr Message reboot_completed{3000, "reboot_completed", "674de1d0f5db45d3895bcdba3974e610",
    LogLevel::info, "The machine has come back from the reboot of an installation.",
    "Nothing."};
inline constexpr Message reboot_over_obstacles{3001, "reboot_over_obstacles", "91e5dbd323d440c89eecacf77e103032",
    LogLevel::warning, "A reboot is made although somebody is still in its way; the grace period is over.",
    "Nothing, or a longer `reboot.inhibitorGrace`."};
inline constexpr Message reboot_not_arranged{3002, "reboot_not_arranged", "cff638c23cf84095a845eea666252b47",
    LogLevel::error, "The reboot that completes an installation cannot be arranged.",
    "Restart the machine in a moment that suits."};
inline constexpr Message offline_update_prepared{3003, "offline_update_prepared", "9d0e265b17724c89aadc7da7abe5abf2",
    LogLevel::warning, "Another tool has prepared an update that the coming boot installs before the machine is up.",
    "Nothing, or remove what prepares offline updates."};

// 4000: the service, windows, modes
inline constexpr Message window_not_used{4000, "window_not_used", "589eb13a8a2a4b379d8a5cc3f0ae0a96",
    LogLevel::warning, "A window passed, or passes, without an installation; the sentence says why.",
    "Depends on the reason: a longer window, power, a network."};
inline constexpr Message operation_waits{4001, "operation_waits", "5c52aa843ed24cf4a82cd0409f6b0143",
    LogLevel::info, "Another operation runs; this one waits for its end.",
    "Nothing."};
inline constexpr Message operation_not_begun{4002, "operation_not_begun", "9dcd70530c2f4857bc40b34758fbc1b6",
    LogLevel::error, "An operation cannot begin, because its lock or its state cannot be had.",
    "See that the state folder is writable and has space."};
inline constexpr Message patch_mode_changed{4003, "patch_mode_changed", "6323204f66f04bbca66e95795294643b",
    LogLevel::info, "Something was changed on the machine so that the patch mode holds.",
    "Nothing."};
inline constexpr Message patch_mode_not_applied{4004, "patch_mode_not_applied", "ec6cafe23f7546c6ad93edf0b58ac8fd",
    LogLevel::error, "The patch mode does not hold yet; it is tried again.",
    "See `configurationStatuses` in `guestpatch status`."};
inline constexpr Message native_run_goes_on{4005, "native_run_goes_on", "5f1179d9e4374164ba3870cd6ed02d7c",
    LogLevel::info, "The machine's own automatic updates are at work and were not waited for any longer.",
    "Nothing: the mode is applied beside them."};

// 5000: configuration and state
inline constexpr Message configuration_refused{5000, "configuration_refused", "e673d21ab2e54e0c92be480378862b6f",
    LogLevel::error, "The configuration has a fault; the one that was read before stays in force.",
    "Correct the place it names; `guestpatch config check` tells of all."};
inline constexpr Message time_zone_unknown{5001, "time_zone_unknown", "7b77b500c1944458b9b3e8b6845762a0",
    LogLevel::error, "A window names a time zone this machine does not know: it never opens.",
    "Correct the name, or install the time zone data."};
inline constexpr Message setting_overridden{5002, "setting_overridden", "f1470b6517ec4f13a0d8960aa65590c8",
    LogLevel::info, "The host asked for a setting that a file of the administrator's overrides.",
    "Nothing, or remove the key from the file."};
inline constexpr Message schedule_prerequisites_unmet{5003, "schedule_prerequisites_unmet", "0e7aa065495c4b39bf747890456138d5",
    LogLevel::warning, "A schedule is configured, but the patch mode does not let it install.",
    "Set patchMode AutomaticByPlatform with the bypass flag, or remove the schedule."};
inline constexpr Message state_not_written{5004, "state_not_written", "72329eb293774d42aeb640708f214d76",
    LogLevel::error, "A document of the state folder cannot be written.",
    "See that the file system has space and is not mounted read-only."};
inline constexpr Message learning_not_kept{5005, "learning_not_kept", "44cac397f32c4ecd864b9f3bd6de0dad",
    LogLevel::warning, "What a run has taught (estimates, attempts) cannot be kept; the next run teaches it again.",
    "See that the file system has space and is not mounted read-only."};
inline constexpr Message result_not_recorded{5006, "result_not_recorded", "2b0b4ac1ee7046be9cc194fdd9844aa9",
    LogLevel::error, "The result of an operation cannot be written.",
    "Make space, then repeat the operation or wait for the next."};
inline constexpr Message journal_not_kept{5007, "journal_not_kept", "5dbad2e1bf174d17a867280f81ab83b8",
    LogLevel::error, "The journal of an installation cannot be written, so nothing more is done.",
    "Make space: the next command or the service ends the installation."};
inline constexpr Message document_set_aside{5008, "document_set_aside", "33c37d7f1a6d4660b600e72087cfb292",
    LogLevel::warning, "A document of the state folder is damaged; it was set aside and its information starts anew.",
    "Nothing; the file set aside may be deleted. See whether the disk is well."};
inline constexpr Message document_not_read{5009, "document_not_read", "f1b87b6028c54ac99ba0d7824bb11ca8",
    LogLevel::warning, "A document of the state folder cannot be read.",
    "See the file system and the rights of the state folder."};
inline constexpr Message old_document_not_removed{5010, "old_document_not_removed", "1f0db131ea014c16bd581c900c76a23b",
    LogLevel::warning, "A document older than `history.keep` cannot be removed.",
    "Remove it by hand."};
inline constexpr Message metrics_not_written{5011, "metrics_not_written", "0806ed4eaa6a403e883fc5b29c1ddfb6",
    LogLevel::warning, "The metrics file cannot be written.",
    "See that the folder of `metrics.textfile` exists and has space."};

// 6000: the host
inline constexpr Message host_unreachable{6000, "host_unreachable", "3ec0df1db18a4a6e81243e526f90271f",
    LogLevel::warning, "The host cannot be reached; what is to be sent waits on disk. Said once, until it answers again.",
    "See the network, the name, the proxy and the host; `guestpatch status` shows the last error."};
inline constexpr Message host_reachable{6001, "host_reachable", "01bc080c6ecd43fc87f5d17e2acfe5d1",
    LogLevel::info, "The host answers again, and is sent what has waited.",
    "Nothing."};
inline constexpr Message host_refused{6002, "host_refused", "cc87e633708541629259477ac21522d0",
    LogLevel::error, "The host refuses a request (400, 403, 404, 405, 415, 422); it is not repeated before the next interval.",
    "See what the host says: this machine may not be enrolled, or the host not speak this version."};
inline constexpr Message credential_refused{6003, "credential_refused", "ce1bfc8f39064d079a09ef3583acd14f",
    LogLevel::error, "The host does not accept this machine's credential (401).",
    "Renew the token or the certificate."};
inline constexpr Message goal_state_accepted{6004, "goal_state_accepted", "a2c56fd500e642d9a894ba14850df206",
    LogLevel::info, "The host's goal state has changed and now holds.",
    "Nothing."};
inline constexpr Message goal_state_refused{6005, "goal_state_refused", "ed9e0c5c222e4165bee0230db779f676",
    LogLevel::error, "The host's goal state has a fault; the one before stays in force. The sentence names the member.",
    "Correct it on the host."};
inline constexpr Message host_operation_accepted{6006, "host_operation_accepted", "62097d5af8304525b0b3066f670c545b",
    LogLevel::info, "The host has asked for an operation; it begins when its time has come.",
    "Nothing."};
inline constexpr Message host_operation_refused{6007, "host_operation_refused", "f752eb89c3394fcd8f034e399027793b",
    LogLevel::warning, "An operation the host has asked for is not carried out; its result says why.",
    "Correct it on the host, with a new activity id."};
inline constexpr Message host_operation_expired{6008, "host_operation_expired", "9f4d272e66574c54a1931189800ef185",
    LogLevel::warning, "An operation the host has asked for could not begin in its time.",
    "Ask again, with a new activity id."};
inline constexpr Message reports_dropped{6009, "reports_dropped", "664c76cdee084275a37d297f7ad1ac78",
    LogLevel::warning, "Results were dropped unsent: more wait for the host than are kept.",
    "See why the host is silent; `guestpatch history` still has them."};
inline constexpr Message events_dropped{6010, "events_dropped", "32e4ef4184424f47ba3f4e4c732b509e",
    LogLevel::warning, "Events were dropped unsent: more wait for the host than are kept.",
    "See why the host is silent; the log still has them."};
inline constexpr Message courier_missing{6011, "courier_missing", "cb813fbc21824128a248c91d8d647270",
    LogLevel::error, "The program that speaks to the host cannot be started.",
    "Install guestpatch-courier beside guestpatch; see that its user exists."};
inline constexpr Message credential_unsafe{6012, "credential_unsafe", "138a2788384b410ca4154cef2876f250",
    LogLevel::error, "A credential file is not only root's, or cannot be read: it is not used.",
    "`chown root` and `chmod 600` on the file."};
inline constexpr Message report_number_adopted{6013, "report_number_adopted", "7b2f4417639e41f39f57aca44f9da542",
    LogLevel::info, "The host knows a later report of this machine (409); the counting goes on behind it.",
    "Nothing, unless two machines share one id: often a cloned image."};
inline constexpr Message registered_anew{6014, "registered_anew", "cd5208f9ad6d4409bde013f74ee1e7b8",
    LogLevel::info, "The host has forgotten this machine (410); it is registered anew.",
    "Nothing."};
inline constexpr Message report_shortened{6015, "report_shortened", "7129f1ff9fff4d5ba5738cbb64406c82",
    LogLevel::warning, "A report was too large for the host (413) and is sent with a shorter list of packages.",
    "Raise the limit of the host; the state folder has the full list."};

// 7000: package managers
inline constexpr Message package_manager_not_found{7000, "package_manager_not_found", "77aa06b9bf0843cf9239004672fa38d1",
    LogLevel::error, "This machine's package manager is not known or not there.",
    "Set `packageManager.name`, or install it."};
inline constexpr Message package_manager_busy{7001, "package_manager_busy", "10c9f84c3e85477ca4cf1396303e6d80",
    LogLevel::warning, "Another program holds a lock of the package manager; it is waited for, for a while.",
    "Nothing, unless it never ends: see the program that is named."};
inline constexpr Message lists_not_removed{7002, "lists_not_removed", "54f05798651944a6a82180610932328c",
    LogLevel::warning, "A damaged package list cannot be removed to be fetched anew.",
    "Remove it by hand; see that the file system is not mounted read-only."};
inline constexpr Message packages_not_read{7003, "packages_not_read", "fa53f9e6f70f48e49c570d4d245f60fd",
    LogLevel::warning, "The list of installed packages cannot be read before a repair.",
    "Repair the database of the package manager."};
inline constexpr Message repair_step_failed{7004, "repair_step_failed", "0e071d4bf26a4cf8a9a813e4607aa0d4",
    LogLevel::warning, "A step that repairs an interrupted installation has failed; the next ones are still made.",
    "See the output of the package manager in the folder of the run."};
inline constexpr Message exclusions_not_protected{7005, "exclusions_not_protected", "9abb3e9899454ddfba437681dd3a80c1",
    LogLevel::warning, "What is excluded cannot be protected during a repair, so the step is left out.",
    "See that the state folder is writable; repair by hand."};
inline constexpr Message needrestart_failed{7006, "needrestart_failed", "2d7166da8a9e43a3a69c2d1071fa2c40",
    LogLevel::warning, "needrestart cannot say which services run old code.",
    "Run `needrestart -b` by hand."};

// 8000: health and admission
inline constexpr Message admitted{8000, "admitted", "1394f3a85e3f495d9762597961f35462",
    LogLevel::info, "The host has admitted an installation or a reboot.",
    "Nothing."};
inline constexpr Message admission_refused{8001, "admission_refused", "746cd8c85f3e4a4b827c96298b15189f",
    LogLevel::info, "The host does not admit an installation or a reboot yet; it is asked again.",
    "Nothing, unless the holder that is named never ends."};
inline constexpr Message admission_unreachable{8002, "admission_unreachable", "e61d62b419504e9b971498a10647d335",
    LogLevel::warning, "Admission is configured and the host cannot be asked: nothing is installed and nothing restarted.",
    "See why the host is silent, or take `host.admission` out."};
inline constexpr Message unhealthy_before{8003, "unhealthy_before", "ae2bb122afb549a487ce9f3c220e6892",
    LogLevel::warning, "The machine is not well before an installation, so it was not begun.",
    "See the reasons it names; `guestpatch status` shows them."};
inline constexpr Message unhealthy_after{8004, "unhealthy_after", "e3fa3760285a4737bae3de761d9a1b04",
    LogLevel::warning, "The machine is not well after an installation.",
    "See the reasons it names and what was installed."};

/// All of them, in the order of their numbers.
inline constexpr std::array all{
    &assessed, &attempt_overdue, &assessment_interrupted, &installation_begins, &installation_ended,
    &installation_resumed, &patch_given_up, &hook_failed, &marks_not_restored, &not_verified, &shutdown_not_held_off,
    &publish_ceiling_not_met, &reboot_completed, &reboot_over_obstacles, &reboot_not_arranged, &offline_update_prepared,
    &window_not_used, &operation_waits, &operation_not_begun, &patch_mode_changed, &patch_mode_not_applied,
    &native_run_goes_on, &configuration_refused, &time_zone_unknown, &setting_overridden, &schedule_prerequisites_unmet,
    &state_not_written, &learning_not_kept, &result_not_recorded, &journal_not_kept, &document_set_aside,
    &document_not_read, &old_document_not_removed, &metrics_not_written, &host_unreachable, &host_reachable,
    &host_refused, &credential_refused, &goal_state_accepted, &goal_state_refused, &host_operation_accepted,
    &host_operation_refused, &host_operation_expired, &reports_dropped, &events_dropped, &courier_missing,
    &credential_unsafe, &report_number_adopted, &registered_anew, &report_shortened, &package_manager_not_found,
    &package_manager_busy, &lists_not_removed, &packages_not_read, &repair_step_failed, &exclusions_not_protected,
    &needrestart_failed, &admitted, &admission_refused, &admission_unreachable, &unhealthy_before, &unhealthy_after,
};

}  // namespace guestpatch::message
