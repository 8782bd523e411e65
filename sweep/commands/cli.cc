#include "sweep/commands/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iostream>

#include "sweep/commands/cli_reading.h"
#include "sweep/commands/version.h"
#include "sweep/config/section_reader.h"

namespace lrsweep {
namespace {

/// What the options are parsed into; the subcommand that was given decides which of it counts.
struct Options {
  PlanCommand plan;
  PreviewCommand preview;
  SchedulesCommand schedules;
  RunCommand run;
  std::vector<std::string> settings;
  std::string engine;
  std::string max_wall_time;
  LaunchOptions launch;
  bool quiet = false;
  bool verbose = false;
};

void AddConfig(CLI::App& command, std::string& config, Options& options) {
  command.add_option("CONFIG", config, "the sweep's YAML file")->required();
  command
      .add_option("--set", options.settings,
                  "replace a value of the configuration, such as training.epochs=5")
      ->type_name("KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
}

void AddStrict(CLI::App& command, bool& strict) {
  command.add_flag("--strict", strict, "refuse schedules that cannot do what they say");
}

CLI::App* AddPlan(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("plan", "Show the trials of a configuration");
  AddConfig(*command, options.plan.config, options);
  command->add_flag("--json", options.plan.json, "print JSON, every trial with all parameters");
  AddStrict(*command, options.plan.strict);
  command->add_option("--limit", options.plan.limit, "trials in the table; 0 shows all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  return command;
}

CLI::App* AddPreview(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("preview", "Draw the schedules of a configuration");
  AddConfig(*command, options.preview.config, options);
  auto* csv = command->add_flag("--csv", options.preview.csv,
                                "print the rates of every step of every trial");
  command->add_option("--svg", options.preview.svg, "write one chart of all schedules to a file")
      ->type_name("FILE")
      ->excludes(csv);
  command->add_option("--limit", options.preview.limit, "charts in the terminal; 0 draws all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  return command;
}

CLI::App* AddSchedules(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("schedules", "List the scheduler types, or explain one");
  command->add_option("NAME", options.schedules.name, "a type, such as OneCycleLR");
  command->add_flag("--json", options.schedules.json, "print JSON");
  return command;
}

void AddLaunch(CLI::App& command, LaunchOptions& launch) {
  auto* workers = command
                      .add_option("--workers", launch.workers,
                                  "launch mpirun with so many workers, and watch over it; what "
                                  "follows -- goes to mpirun")
                      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000}));
  command.add_option("--hostfile", launch.hostfile, "mpirun's: the machines and their slots")
      ->needs(workers);
  command
      .add_option("--max-restarts", launch.max_restarts,
                  "launches after the first one, where the coordinator dies")
      ->check(CLI::NonNegativeNumber)
      ->needs(workers)
      ->capture_default_str();
}

void AddSafety(CLI::App& command, Options& options) {
  RunCommand& run = options.run;
  command.add_flag("--retry-failed", run.retry_failed, "train failed trials again");
  command
      .add_option("--checkpoint-every", run.checkpoint_seconds,
                  "seconds between two checkpoints of a trial, at least; 0 at every epoch's end")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      .add_option("--worker-timeout", run.worker_timeout_seconds,
                  "seconds of silence after which a worker is given up")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  command
      .add_option("--max-attempts", run.max_attempts,
                  "workers that a trial may bring down before it is failed")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000}))
      ->capture_default_str();
  command
      .add_option("--max-wall-time", options.max_wall_time,
                  "stop after so long, as if interrupted: seconds, or [[D-]HH:]MM:SS as in Slurm")
      ->type_name("TIME");
  command
      .add_option("--journal", run.journal,
                  "the database's: wal, delete (for network file systems), or auto")
      ->check(CLI::IsMember({"auto", "wal", "delete"}))
      ->capture_default_str();
}

CLI::App* AddRun(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand(
      "run",
      "Train every trial: alone in one process, or as several ranks under mpirun or srun. Run "
      "again, it continues");
  AddConfig(*command, options.run.config, options);
  command->add_option("--db", options.run.db, "the database to make, or to continue [NAME.db]");
  command
      ->add_option("--engine", options.engine,
                   "what trains: cpu (our kernels), torch (LibTorch), or auto: torch on GPUs, else "
                   "cpu [auto]")
      ->check(CLI::IsMember({"auto", "cpu", "torch"}));
  AddStrict(*command, options.run.strict);
  AddSafety(*command, options);
  AddLaunch(*command, options.launch);
  auto* quiet = command->add_flag("--quiet,-q", options.quiet, "print nothing but errors");
  command->add_flag("--verbose,-v", options.verbose, "print a line per epoch")->excludes(quiet);
  return command;
}

/// Of several MPI ranks one says what is wrong with the command that they share.
bool SpeaksForAllRanks() {
  const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
  return rank == nullptr || std::string(rank) == "0";
}

/// Throws CLI::ParseError that names an unknown command and the nearest known one.
void RefuseUnknownCommand(const CLI::App& app, int argc, const char* const* argv) {
  if (argc < 2 || *argv[1] == '-') return;
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  if (std::find(known.begin(), known.end(), argv[1]) != known.end()) return;
  throw CLI::ExtrasError("lrsweep", {UnknownName("command", argv[1], known)});
}

/// The words in front of a lone --, and those behind it.
std::pair<std::vector<std::string>, std::vector<std::string>> SplitWords(int argc,
                                                                         const char* const* argv) {
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const auto dashes = std::find(words.begin(), words.end(), "--");
  return {{words.begin(), dashes}, {dashes == words.end() ? dashes : dashes + 1, words.end()}};
}

/// Seconds, or Slurm's [[D-]HH:]MM:SS.
double ParseWallTime(const std::string& text) {
  double days = 0;
  std::string rest = text;
  bool good = !text.empty();
  const auto number = [&good](const std::string& digits) {
    double value = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    good = good && end.ec == std::errc() && end.ptr == digits.data() + digits.size() &&
           value >= 0 && value < 1e9;
    return value;
  };
  if (const size_t dash = rest.find('-'); dash != std::string::npos) {
    days = number(rest.substr(0, dash));
    rest = rest.substr(dash + 1);
    good = good && std::count(rest.begin(), rest.end(), ':') == 2;
  }
  double seconds = 0;
  size_t parts = 0;
  for (size_t at = 0; at != std::string::npos; ++parts) {
    const size_t colon = rest.find(':', at);
    seconds = 60 * seconds + number(rest.substr(at, colon - at));
    at = colon == std::string::npos ? colon : colon + 1;
  }
  if (!good || parts > 3) {
    throw UsageError("--max-wall-time " + text + ": expected seconds, or [[D-]HH:]MM:SS");
  }
  return days * 86400 + seconds;
}

std::vector<Setting> ParseSettings(const std::vector<std::string>& texts) {
  std::vector<Setting> settings;
  settings.reserve(texts.size());
  for (const std::string& text : texts) settings.push_back(ParseSetting(text));
  return settings;
}

}  // namespace

CommandLine ParseCommandLine(int argc, const char* const* argv) {
  Options options;
  CLI::App app("Finds the learning-rate schedule, and its parameters, that trains a model best.",
               "lrsweep");
  app.set_version_flag("--version", std::string("lrsweep ") + kVersion);
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 all trials ended well, 1 some failed, 2 a mistake in command or\n"
      "configuration, 70 a bug, 74 disk, data or database would not do, 75 interrupted.");
  const CLI::App* plan = AddPlan(app, options);
  const CLI::App* preview = AddPreview(app, options);
  const CLI::App* schedules = AddSchedules(app, options);
  const CLI::App* run = AddRun(app, options);
  CommandLine reading = ExitCommand{kUserMistake};
  AddReadingCommands(app, reading);
  const auto [words, mpirun_arguments] = SplitWords(argc, argv);
  try {
    RefuseUnknownCommand(app, argc, argv);
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 wants it so
    if (!mpirun_arguments.empty() && run->get_option("--workers")->empty()) {
      throw CLI::ExtrasError("lrsweep", {"what follows -- is for mpirun, with run --workers N"});
    }
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == 0;  // --help, --version
    if (SpeaksForAllRanks()) app.exit(error, std::cout, std::cerr);
    return ExitCommand{asked ? kAllEndedWell : kUserMistake};
  }
  if (plan->parsed()) {
    options.plan.settings = ParseSettings(options.settings);
    return options.plan;
  }
  if (preview->parsed()) {
    options.preview.settings = ParseSettings(options.settings);
    return options.preview;
  }
  if (schedules->parsed()) return options.schedules;
  if (run->parsed()) {
    options.run.settings = ParseSettings(options.settings);
    if (!options.engine.empty())
      options.run.settings.push_back({"training.engine", options.engine});
    options.run.verbosity = options.quiet     ? Verbosity::kQuiet
                            : options.verbose ? Verbosity::kVerbose
                                              : Verbosity::kNormal;
    options.run.words = words;
    if (!options.max_wall_time.empty()) {
      options.run.max_wall_seconds = ParseWallTime(options.max_wall_time);
    }
    if (!run->get_option("--workers")->empty()) {
      options.launch.mpirun_arguments = mpirun_arguments;
      options.launch.worker_timeout_seconds = options.run.worker_timeout_seconds;
      options.run.launch = options.launch;
    }
    return options.run;
  }
  return reading;
}

}  // namespace lrsweep
