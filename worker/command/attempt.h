// One attempt at a trial by running its program.
#pragma once

#include "trial/executor.h"
#include "worker/command/child_environment.h"
#include "worker/command/guard.h"
#include "worker/command/report_file.h"

namespace lrsweep {

/// What all attempts of a worker share.
struct ProgramRunner {
  ProgramSpec program;
  Environment environment;  // of its programs, less what depends on the trial
  Guard guard;
  FileWatch watch;  // of the report file
};

/// Runs the program from its start to its end, by the rules of Executor::Execute.
void RunProgram(ProgramRunner& runner, const TrialTask& task, PackObserver& observer);

}  // namespace lrsweep
