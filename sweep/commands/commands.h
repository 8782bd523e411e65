// The commands of the program. Each is described and done in the file of its name: plan.cc holds
// PlanCommand, its options and its action.
#pragma once

#include "sweep/commands/subcommand.h"

namespace lrsweep {

Subcommand PlanCommand();
Subcommand PreviewCommand();
Subcommand SchedulesCommand();
Subcommand RunCommand();
Subcommand TopCommand();
Subcommand ReportCommand();
Subcommand ShowCommand();
Subcommand CompareCommand();
Subcommand VerifyCommand();
Subcommand StatusCommand();
Subcommand LogCommand();
Subcommand CleanCommand();
Subcommand ExportCommand();

}  // namespace lrsweep
