// Runs what looks at the machine, each part in a child process with a time limit: a dead network
// disk, a broken plug-in or a program that hangs ends one part, not the doctor.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "sweep/doctor/finding.h"

namespace lrsweep {

struct Check {
  std::string topic;
  std::function<Findings()> run;  // may hang, crash or throw
  std::chrono::seconds limit{5};
};

/// The findings of one check. One that hangs, crashes or throws is a finding of its topic that
/// fails. Throws nothing.
Findings RunCheck(const Check& check);

}  // namespace lrsweep
