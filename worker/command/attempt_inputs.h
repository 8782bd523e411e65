// What the program of an attempt is given: its variables, and its schedule.
#pragma once

#include <cstdint>
#include <string>

#include "trial/executor.h"
#include "worker/command/child_environment.h"
#include "worker/command/program_trial.h"
#include "worker/command/schedule_table.h"
#include "worker/command/trial_folder.h"

namespace lrsweep {

/// The variables of one attempt at the task; `params` is params.json.
Environment VariablesOf(const TrialTask& task, const std::string& params, const ProgramTrial& trial,
                        int64_t steps_per_epoch, const TrialFolder& folder);

/// Writes the table of the trial's rates. Where the schedule follows a metric, the table ends with
/// the next epoch, since later rates are not known yet. Returns false where `should_continue`
/// stopped it. Throws FileError.
bool WriteSchedule(const TrialTask& task, const ProgramTrial& trial, int64_t steps_per_epoch,
                   const ScheduleFiles& files, const ShouldContinue& should_continue);

}  // namespace lrsweep
