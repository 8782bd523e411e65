// `lrsweep report`: writes the HTML page, once or for as long as the sweep runs.

#include "views/report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "params/errors.h"
#include "params/text.h"
#include "results/database_file.h"
#include "results/store.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/exit_status.h"
#include "sweep/commands/output.h"
#include "sweep/commands/shared_options.h"
#include "sweep/commands/version.h"
#include "sweep/process/interrupt.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct ReportArguments {
  std::vector<std::string> dbs;
  std::string output = "report.html";
  ObjectiveOptions objective;
  bool watch = false;
};

constexpr std::chrono::seconds kWatchInterval(3);
// With --watch: how long a database may have no writer before the sweep counts as ended. A launcher
// that lost its coordinator launches again within this time.
constexpr auto kNoWriterLimit = std::chrono::seconds(15);

/// File names, or paths where two files have the same name.
std::vector<std::string> Labels(const std::vector<std::string>& paths) {
  std::set<std::string> names;
  for (const std::string& path : paths) names.insert(fs::path(path).filename().string());
  std::vector<std::string> labels;
  labels.reserve(paths.size());
  for (const std::string& path : paths) {
    labels.push_back(names.size() == paths.size() ? fs::path(path).filename().string() : path);
  }
  return labels;
}

void RefuseRepeated(const ReportArguments& arguments) {
  std::set<fs::path> seen;
  for (const std::string& db : arguments.dbs) {
    const fs::path path = fs::weakly_canonical(db);
    if (!seen.insert(path).second) throw UsageError(db + " is named twice");
    if (path == fs::weakly_canonical(arguments.output)) {
      throw UsageError("-o " + arguments.output + " is the database itself: name another file");
    }
  }
}

std::vector<ReportSource> OpenAll(const ReportArguments& arguments) {
  const std::vector<std::string> labels = Labels(arguments.dbs);
  std::vector<ReportSource> sources;
  for (size_t i = 0; i < arguments.dbs.size(); ++i) {
    sources.push_back({labels[i], Store::Open(arguments.dbs[i])});
  }
  return sources;
}

/// How far the sweeps are: where it has not changed, the page would not either.
struct Progress {
  std::vector<TrialCount> counts;
  int64_t ranked = 0, left = 0;

  bool operator==(const Progress&) const = default;
};

Progress ProgressOf(const std::vector<ReportSource>& sources) {
  Progress progress;
  for (const ReportSource& source : sources) {
    for (TrialCount& count : source.store.CountTrials()) {
      if (count.IsRanked()) progress.ranked += count.trials;
      if (count.IsLeft()) progress.left += count.trials;
      progress.counts.push_back(std::move(count));
    }
  }
  return progress;
}

class Report {
 public:
  Report(const ReportArguments& arguments, std::FILE* out) : arguments_(arguments), out_(out) {}

  int Once() {
    Write(OpenAll(arguments_), 0);
    Print(out_, arguments_.output + "\n");
    return kAllEndedWell;
  }

  int Watch() {
    CatchInterrupts();
    Print(out_, fmt::format("{}, every {} s\n", arguments_.output, kWatchInterval.count()));
    auto written = Clock::now();
    while (true) {
      const bool stops = Interrupted();
      if (AnyIsBeingWritten()) written = Clock::now();
      const bool gives_up = stops || Clock::now() - written > kNoWriterLimit;
      const Progress progress = Look(gives_up);
      if (progress.left == 0) return Say("every trial has ended");
      if (gives_up) {
        return Say(fmt::format("{}, with {} left: the report shows what there is",
                               stops ? "interrupted" : "no run is writing the database",
                               Counted(progress.left, "trial")));
      }
      SleepUnlessInterrupted(kWatchInterval);
    }
  }

 private:
  void Write(const std::vector<ReportSource>& sources, int reload_seconds) const {
    WriteReport(
        arguments_.output, sources,
        {.objective = arguments_.objective, .reload_seconds = reload_seconds, .version = kVersion});
  }

  bool AnyIsBeingWritten() const {
    return std::any_of(arguments_.dbs.begin(), arguments_.dbs.end(), IsBeingWritten);
  }

  /// Writes what there is now, if it is new and enough, or no more is to come.
  Progress Look(bool is_last) {
    const std::vector<ReportSource> sources = OpenAll(arguments_);
    Progress progress = ProgressOf(sources);
    if (is_last || progress.left == 0) {
      Write(sources, 0);
    } else if (progress.ranked >= 2 && progress != written_) {
      Write(sources, static_cast<int>(kWatchInterval.count()));
      written_ = progress;
    }
    return progress;
  }

  int Say(const std::string& sentence) const {
    Print(out_, sentence + "\n");
    return kAllEndedWell;
  }

  const ReportArguments& arguments_;
  std::FILE* out_;
  Progress written_;
};

/// With `watch` the page is written anew every few seconds until every trial has ended, no process
/// writes the databases any more, or the program is interrupted; the first time when two trials
/// have finished. Throws UsageError for a database that is not there and a metric that it does not
/// hold, StoreError for one that cannot be read, ResourceError for a file that cannot be written.
int RunReport(const ReportArguments& arguments, std::FILE* out) {
  RefuseRepeated(arguments);
  Report report(arguments, out);
  return WithUsageErrors("report",
                         [&] { return arguments.watch ? report.Watch() : report.Once(); });
}

}  // namespace

Subcommand ReportCommand() {
  const auto arguments = std::make_shared<ReportArguments>();
  return {.name = "report",
          .help = "Write one HTML page about sweeps",
          .options = Join({{.name = "DB",
                            .target = &arguments->dbs,
                            .help = "the sweeps' databases, shown together",
                            .is_required = true,
                            .kind = ValueKind::kDatabase},
                           {.name = "-o,--output",
                            .target = &arguments->output,
                            .help = "the file to write; replaced if it is there",
                            .value_name = "FILE",
                            .shows_default = true,
                            .kind = ValueKind::kFile},
                           {.name = "--watch",
                            .target = &arguments->watch,
                            .help = "write the page anew every few seconds while the sweep runs; "
                                    "an open page reloads itself"}},
                          ObjectiveRows(arguments->objective)),
          .run = [arguments](const CommandContext&) { return RunReport(*arguments, stdout); }};
}

}  // namespace lrsweep
