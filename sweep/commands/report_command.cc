#include "sweep/commands/report_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <utility>

#include "params/errors.h"
#include "results/database_file.h"
#include "results/store.h"
#include "sweep/commands/print.h"
#include "sweep/commands/version.h"
#include "sweep/process/interrupt.h"
#include "views/report/report.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kWatch(3);
// A launcher that lost a rank launches again within this time.
constexpr auto kUnwritten = std::chrono::seconds(15);

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

void RefuseRepeated(const ReportCommand& command) {
  std::set<fs::path> seen;
  for (const std::string& db : command.dbs) {
    const fs::path path = fs::weakly_canonical(db);
    if (!seen.insert(path).second) throw UsageError(db + " is named twice");
    if (path == fs::weakly_canonical(command.output)) {
      throw UsageError("-o " + command.output + " is the database itself: name another file");
    }
  }
}

std::vector<ReportSource> OpenAll(const ReportCommand& command) {
  const std::vector<std::string> labels = Labels(command.dbs);
  std::vector<ReportSource> sources;
  for (size_t i = 0; i < command.dbs.size(); ++i) {
    sources.push_back({labels[i], Store::Open(command.dbs[i])});
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
  Report(const ReportCommand& command, std::FILE* out) : command_(command), out_(out) {}

  int Once() {
    Write(OpenAll(command_), 0);
    Print(out_, command_.output + "\n");
    return kAllEndedWell;
  }

  int Watch() {
    CatchInterrupts();
    Print(out_, fmt::format("{}, every {} s\n", command_.output, kWatch.count()));
    auto written = Clock::now();
    while (true) {
      const bool stops = Interrupted();
      if (AnyIsBeingWritten()) written = Clock::now();
      const bool gives_up = stops || Clock::now() - written > kUnwritten;
      const Progress progress = Look(gives_up);
      if (progress.left == 0) return Say("every trial has ended");
      if (gives_up) {
        return Say(fmt::format("{}, with {} trials left: the report shows what there is",
                               stops ? "interrupted" : "nobody writes the database any more",
                               progress.left));
      }
      SleepUnlessInterrupted(kWatch);
    }
  }

 private:
  void Write(const std::vector<ReportSource>& sources, int reload_seconds) const {
    WriteReport(command_.output, sources,
                {.objective = {command_.metric, command_.mode, command_.scope},
                 .reload_seconds = reload_seconds,
                 .version = kVersion});
  }

  bool AnyIsBeingWritten() const {
    return std::any_of(command_.dbs.begin(), command_.dbs.end(), IsBeingWritten);
  }

  /// Writes what there is now, if it is new and enough, or no more is to come.
  Progress Look(bool is_last) {
    const std::vector<ReportSource> sources = OpenAll(command_);
    Progress progress = ProgressOf(sources);
    if (is_last || progress.left == 0) {
      Write(sources, 0);
    } else if (progress.ranked >= 2 && progress != written_) {
      Write(sources, static_cast<int>(kWatch.count()));
      written_ = progress;
    }
    return progress;
  }

  int Say(const std::string& sentence) const {
    Print(out_, sentence + "\n");
    return kAllEndedWell;
  }

  const ReportCommand& command_;
  std::FILE* out_;
  Progress written_;
};

}  // namespace

int RunReport(const ReportCommand& command, std::FILE* out) {
  RefuseRepeated(command);
  Report report(command, out);
  try {
    return command.watch ? report.Watch() : report.Once();
  } catch (const StoreError& error) {
    throw UsageError(error.what());
  } catch (const std::invalid_argument& error) {
    throw UsageError(error.what());
  }
}

}  // namespace lrsweep
