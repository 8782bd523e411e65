#include "sweep/commands/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "params/text.h"
#include "params/utf8.h"
#include "sweep/commands/run_summary.h"
#include "sweep/config/trial_text.h"
#include "trial/metric_expression.h"
#include "trial/program.h"
#include "views/metric_text.h"
#include "views/terminal/style.h"
#include "views/terminal/terminal.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kRedrawInterval = std::chrono::milliseconds(200);

std::string Number(const std::optional<double>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : std::string("-");
}

std::string Duration(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02} h", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string EndText(const EndedTrial& ended) {
  if (ended.state == TrialState::kFailed) {
    return "failed: " + ErrorLine(ended.error);
  }
  if (ended.state == TrialState::kStopped) {
    if (!ended.live.curve.diverged) return "stopped early: " + FirstLine(ended.error);
    return fmt::format("stopped: diverged in epoch {}", ended.live.epoch);
  }
  return "completed";
}

/// "2 stopped early, "; empty for none.
std::string StoppedEarly(const SweepState& state) {
  const int64_t count = state.stopped - state.diverged;
  return count > 0 ? fmt::format("{} stopped early, ", count) : "";
}

/// " (250 trained)" where trials share epochs.
std::string TrainedText(const SweepState& state) {
  if (state.epochs_trained >= state.epochs_done) return "";
  return fmt::format(" ({} trained)", state.epochs_trained);
}

/// "  val_loss 0.1234  val_accuracy 0.9712": the built-in metrics first, in their order.
std::string ValuesText(const EpochRecord& record) {
  std::string values;
  const auto add = [&](const std::string& name, double value) {
    const bool ended_it = record.diverged && !std::isfinite(value);
    values += fmt::format("  {} {}", name, ended_it ? "diverged" : NumberText(name, value));
  };
  for (const MetricInfo& metric : BuiltInMetrics()) {
    const auto found = record.metrics.find(metric.name);
    if (found != record.metrics.end()) add(metric.name, found->second);
  }
  for (const auto& [name, value] : record.metrics) {
    if (FindMetric(BuiltInMetrics(), name) == nullptr) add(name, value);
  }
  return values;
}

/// The number that tells how a running trial does: its loss; of a user's program, which need not
/// report one, the metric that ranks, as it was last.
class Measure {
 public:
  explicit Measure(const SweepState& state) {
    const bool of_program = std::any_of(state.running.begin(), state.running.end(), [](auto& one) {
      return one.second.by.engine == kCommandEngine;
    });
    if (of_program) metric_ = ParseKnownMetric(state.objective.metric).recorded;
  }

  std::string Title() const { return metric_.empty() ? "loss" : Shortened(metric_, kMostTitle); }
  std::string Of(const LiveTrial& live) const {
    if (metric_.empty()) return Number(live.loss, "{:.4f}");
    const std::vector<double>& values = live.curve.values;
    const auto last = std::find_if(values.rbegin(), values.rend(),
                                   [](double value) { return std::isfinite(value); });
    return last == values.rend() ? "-" : NumberText(metric_, *last);
  }

 private:
  static constexpr size_t kMostTitle = 16;

  std::string metric_;  // empty: the loss
};

/// "[########------------]  40%".
std::string Bar(int64_t done, int64_t all) {
  constexpr int kCells = 30;
  const double share =
      all > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(all), 0.0, 1.0) : 0;
  const int filled = static_cast<int>(share * kCells);  // full, and 100%, only at the end
  return fmt::format("[{}{}] {:>3}%", std::string(filled, '#'), std::string(kCells - filled, '-'),
                     static_cast<int>(100 * share));
}

void PrintWarning(const std::string& sentence, std::FILE* err) {
  fmt::print(err, "lrsweep: warning: {}\n", sentence);
  std::fflush(err);
}

/// A line per finished trial, and with `epochs` one per epoch.
class LineView : public ProgressView {
 public:
  LineView(bool epochs, bool with_epochs, std::FILE* out, std::FILE* err)
      : epochs_(epochs), with_epochs_(with_epochs), out_(out), err_(err) {}

  void OnEpoch(const SweepState& /*state*/, const LiveTrial& live,
               const EpochRecord& record) override {
    if (!epochs_) return;
    const std::string rate =
        record.rates.lr.empty() ? "" : fmt::format("  lr {:.6g}", record.rates.lr.back());
    fmt::print(out_, "{} epoch {}/{}{}{}  {:.2f} s\n", live.trial.id, record.epoch, live.epochs,
               ValuesText(record), rate, record.wall_seconds);
    std::fflush(out_);
  }

  void OnTrialEnd(const SweepState& state, const EndedTrial& ended) override {
    const LiveTrial& live = ended.live;
    const std::chrono::duration<double> seconds = Clock::now() - live.started;
    std::string value;
    if (ended.state == TrialState::kCompleted) {
      value = fmt::format("  {} {}", state.objective.metric,
                          MetricText(state.objective.metric, ended.value, false));
    }
    fmt::print(out_, "[{}/{}] {} {}{}  {:.1f} s  {}\n", ended.number, state.trials, live.trial.id,
               EndText(ended), value, seconds.count(), ShortText(live.trial, with_epochs_));
    std::fflush(out_);
  }

  void OnNotice(const std::string& sentence) override {
    fmt::print(out_, "{}\n", sentence);
    std::fflush(out_);
  }
  void OnWarning(const std::string& sentence) override { PrintWarning(sentence, err_); }

 private:
  bool epochs_;
  bool with_epochs_;  // as ShortText
  std::FILE* out_;
  std::FILE* err_;
};

/// Redraws a block of lines at the bottom of the terminal.
class LiveView : public ProgressView {
 public:
  LiveView(TerminalSize size, bool with_epochs, std::FILE* out, std::FILE* err)
      : size_(size), with_epochs_(with_epochs), out_(out), err_(err) {}

  void OnTrialEnd(const SweepState& /*state*/, const EndedTrial& ended) override {
    if (ended.state == TrialState::kFailed) Print(ended.live.trial.id + " " + EndText(ended));
  }
  void OnNotice(const std::string& sentence) override { Print(sentence); }
  /// Where `err` is the same terminal, the line stays above the block.
  void OnWarning(const std::string& sentence) override {
    Erase();
    std::fflush(out_);
    PrintWarning(sentence, err_);
    last_drawn_ = {};
  }
  void OnTick(const SweepState& state) override {
    if (Clock::now() - last_drawn_ < kRedrawInterval) return;
    Draw(state);
  }
  void OnFinish(const SweepState& state) override { Draw(state); }

 private:
  /// Prints a line above the block; it stays.
  void Print(const std::string& line) {
    Erase();
    fmt::print(out_, "{}\n", line);
    last_drawn_ = {};
  }

  void Erase() {
    if (drawn_lines_ > 0) fmt::print(out_, "\x1b[{}A\x1b[J", drawn_lines_);
    drawn_lines_ = 0;
  }

  /// After a resize the terminal has wrapped or moved the drawn lines, so that they cannot be
  /// erased one by one: clears the screen.
  void ClearAfterResize() {
    const auto size = FindTerminal(out_);
    if (!size || (size->columns == size_.columns && size->rows == size_.rows)) return;
    size_ = *size;
    fmt::print(out_, "\x1b[2J\x1b[H");
    drawn_lines_ = 0;
  }

  void Draw(const SweepState& state) {
    ClearAfterResize();
    Erase();
    const Style style{.columns = std::max(size_.columns - 1, 1)};
    for (const std::string& line : Lines(state)) {
      fmt::print(out_, "{}\n", style.Fit(line));
      ++drawn_lines_;
    }
    std::fflush(out_);
    last_drawn_ = Clock::now();
  }

  std::vector<std::string> Lines(const SweepState& state) const {
    std::vector<std::string> lines = Summary(state);
    if (state.running.empty()) return lines;
    const Measure measure(state);
    const size_t width = std::max<size_t>(9, CountCharacters(measure.Title()));
    const auto add = [&lines, width](const std::string& id, const auto& worker,
                                     const std::string& epoch, const std::string& value,
                                     const std::string& lr, const std::string& parameters) {
      lines.push_back(fmt::format("{:<16}  {:>6}  {:>9}  {:>{}}  {:>10}  {}", id, worker, epoch,
                                  value, width, lr, parameters));
    };
    add("running", "worker", "epoch", measure.Title(), "lr", "parameters");
    const size_t room = static_cast<size_t>(std::max(size_.rows - 2, 6));
    for (const auto& [id, live] : state.running) {
      if (lines.size() + 1 >= room) {
        lines.push_back(fmt::format("... {} running in all", state.running.size()));
        break;
      }
      add(id, live.by.worker, fmt::format("{}/{}", live.epoch, live.epochs), measure.Of(live),
          Number(live.lr, "{:.6g}"), ShortText(live.trial));
    }
    return lines;
  }

  std::vector<std::string> Summary(const SweepState& state) const {
    const double elapsed = state.ElapsedSeconds();
    const double rate = elapsed > 0 ? static_cast<double>(state.epochs_done) / elapsed : 0;
    const auto left = static_cast<double>(state.epochs - state.epochs_done);
    std::vector<std::string> lines;
    lines.push_back(fmt::format("{}  {} of {}  {} running, {} completed, {} diverged, {}{} failed",
                                state.name, state.Ended(), Counted(state.trials, "trial"),
                                state.running.size(), state.completed, state.diverged,
                                StoppedEarly(state), state.failed));
    lines.push_back(fmt::format("{}  {} elapsed  {} remaining  {} of {}{}  {:.2f} epochs/s",
                                Bar(state.epochs_done, state.epochs), Duration(elapsed),
                                rate > 0 ? Duration(left / rate) : "-", state.epochs_done,
                                Counted(state.epochs, "epoch"), TrainedText(state), rate));
    if (state.best) lines.push_back("best  " + BestText(state, with_epochs_));
    for (const ExcludedWorker& excluded : state.excluded) lines.push_back(Describe(excluded));
    return lines;
  }

  TerminalSize size_;
  bool with_epochs_;  // as ShortText
  std::FILE* out_;
  std::FILE* err_;
  int drawn_lines_ = 0;
  Clock::time_point last_drawn_;
};

}  // namespace

std::unique_ptr<ProgressView> MakeProgressView(Verbosity verbosity, int64_t trials,
                                               bool with_epochs, std::FILE* out, std::FILE* err) {
  if (verbosity == Verbosity::kQuiet) return std::make_unique<ProgressView>();
  const bool epochs = verbosity == Verbosity::kVerbose || trials == 1;
  if (const auto size = FindTerminal(out); size && !epochs) {
    return std::make_unique<LiveView>(*size, with_epochs, out, err);
  }
  return std::make_unique<LineView>(epochs, with_epochs, out, err);
}

}  // namespace lrsweep
