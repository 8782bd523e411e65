// A user's program as the trial: what a worker must know to run it, beside a trial's parameters.
// The protocol between the two is docs/programs.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lrsweep {

/// The engine, as databases and workers name it, of a sweep whose trials are a user's program.
inline constexpr const char* kCommandEngine = "command";

struct ProgramSpec {
  std::vector<std::string> command;  // argv as written: placeholders are in it
                                     // (trial/command_template.h)
  std::vector<std::string> swept;    // paths of the axes, for {args}: "params.width"
  std::vector<std::string> metrics;  // declared: a NaN or infinite value of one ends the trial
  int64_t steps_per_epoch = 0;       // 0: not said; the schedule's table then has a row an epoch
  double gpus = 0;                   // of each trial; below 1: so much of one
  double timeout_seconds = 0;        // of one attempt; 0: none
  double grace_seconds = 30;         // from SIGTERM to SIGKILL
  bool keep_checkpoints = false;     // when the trial is over
  bool resumes_exactly = false;  // trials may share epochs: docs/programs.md says what that asks
  std::string trials_folder;     // absolute; a trial's own folder in it has its id as name

  bool operator==(const ProgramSpec&) const = default;
};

}  // namespace lrsweep
