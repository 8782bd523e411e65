// The command line: words to a command.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "params/errors.h"
#include "sweep/commands/progress.h"
#include "sweep/config/sweep_config.h"
#include "sweep/process/launcher.h"
#include "views/exports/export.h"
#include "views/terminal/top.h"

namespace lrsweep {

struct PlanCommand {
  std::string config;
  std::vector<Setting> settings;
  bool json = false;
  bool strict = false;  // what lint finds is a mistake
  size_t limit = 50;
};
/// The schedules drawn in the terminal, unless `csv` or `svg` (a file) is asked for.
struct PreviewCommand {
  std::string config;
  std::vector<Setting> settings;
  bool csv = false;
  std::string svg;
  size_t limit = 20;
};
struct SchedulesCommand {
  std::string name;  // empty: all
  bool json = false;
};
struct RunCommand {
  std::string config;
  std::vector<Setting> settings;
  std::string db;  // empty: NAME.db in the current folder
  bool strict = false;
  Verbosity verbosity = Verbosity::kNormal;
  bool retry_failed = false;
  double checkpoint_seconds = 10;
  double worker_timeout_seconds = 60;
  int64_t max_attempts = 3;
  std::optional<double> max_wall_seconds;
  std::string journal = "auto";
  std::optional<LaunchOptions> launch;  // mpirun is to be launched, which calls this command again
  std::vector<std::string> words;       // the command as given, with what follows `run`, up to --
};
struct TopCommand {
  std::string db;
  TopOptions options;
  bool json = false;
};
struct ReportCommand {
  std::vector<std::string> dbs;
  std::string output = "report.html";
  std::optional<std::string> metric, mode, scope;
  bool watch = false;  // write it anew while the sweep runs
};
struct ShowCommand {
  std::string db;
  std::string trial;    // the beginning of its id
  bool config = false;  // as YAML that repeats it
  bool json = false;
};
struct CompareCommand {
  std::vector<std::string> words;  // compared.h says what they may be
  std::string by = "trial";        // or "group"
  bool json = false;
};
struct VerifyCommand {
  std::string db;
  std::vector<std::string> trials;  // beginnings of their ids
  bool all = false;
  std::optional<int64_t> epochs;  // the first ones only
  bool json = false;
};
struct StatusCommand {
  std::string db;
  bool exit_code = false;  // the exit status is that of the sweep
  bool watch = false;
  bool json = false;
};
struct ExportCommand {
  std::string db;
  ExportOptions options;
};
/// The program has said all there is to say (help, version, a mistake) and ends.
struct ExitCommand {
  int status = 0;
};

using CommandLine = std::variant<PlanCommand, PreviewCommand, SchedulesCommand, RunCommand,
                                 TopCommand, ReportCommand, ShowCommand, CompareCommand,
                                 VerifyCommand, StatusCommand, ExportCommand, ExitCommand>;

/// Prints help to stdout, mistakes to stderr. Throws ConfigError for a --set that is none.
CommandLine ParseCommandLine(int argc, const char* const* argv);

}  // namespace lrsweep
