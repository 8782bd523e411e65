#include "views/show.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "results/time_text.h"
#include "results/trial_labels.h"
#include "views/json_rows.h"
#include "views/lr_finder.h"
#include "views/metric_text.h"
#include "views/ranked_sweep.h"
#include "views/table.h"

namespace lrsweep {
namespace {

using Align = Table::Align;

constexpr size_t kNamed = 10;

std::string Candidates(const std::vector<TrialRow>& trials) {
  std::string text;
  for (size_t i = 0; i < std::min(trials.size(), kNamed); ++i) {
    text += "\n  " + trials[i].trial_id + "  " + trials[i].scheduler;
  }
  if (trials.size() > kNamed) text += "\n  ... and more";
  return text;
}

std::string RealText(const std::optional<double>& number) {
  return number ? fmt::format("{:.6g}", *number) : "nan";
}

std::string LossText(const std::optional<double>& loss) {
  return loss ? fmt::format("{:.4f}", *loss) : "nan";
}

std::string Indented(const std::string& text) {
  std::string lines = "  ";
  for (size_t i = 0; i < text.size(); ++i) {
    lines += text[i];
    if (text[i] == '\n' && i + 1 < text.size()) lines += "  ";
  }
  return lines;
}

/// A text of several lines, each of them safe to print.
std::string Lines(const std::string& text) {
  std::string lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines += OneLine(text.substr(begin, end - begin)) + '\n';
    begin = end + 1;
  }
  return lines;
}

std::string PlaceText(const Store& store, const Placed& placed, bool diverged) {
  const Objective objective = store.Sweep().objective;
  return fmt::format("{} by {}: {}", placed.place, Describe(objective),
                     MetricText(objective.metric, placed.value, diverged));
}

std::string Head(const Store& store, const TrialRow& trial) {
  std::string state = trial.state;
  if (trial.diverged) state += " (diverged: a loss became NaN or infinite)";
  Table table({{"trial_id"}, {trial.trial_id}});
  table.AddRow({"group_id", trial.group_id});
  table.AddRow({"scheduler", trial.scheduler});
  table.AddRow({"state", state});
  if (const auto placed = store.PlaceOf(trial.trial_id)) {
    table.AddRow({"place", PlaceText(store, *placed, trial.diverged)});
  }
  table.AddRow({"epochs_done", std::to_string(trial.epochs_done)});
  table.AddRow({"started_at", trial.started_at.value_or("not started yet")});
  table.AddRow({"wall_seconds", fmt::format("{:.3f}", trial.wall_seconds)});
  std::string text = table.Text();
  if (trial.error) text += "error\n" + Indented(Lines(*trial.error));
  return text;
}

std::string Parameters(const TrialRow& trial) {
  size_t width = 0;
  const FlatParams params = FlatText(trial.params_json);
  for (const auto& [path, value] : params) width = std::max(width, path.size());
  std::string text = "\nparameters\n";
  for (const auto& [path, value] : params) {
    text += fmt::format("  {:<{}}  {}\n", OneLine(path), width, OneLine(value));
  }
  return text;
}

std::string AttemptsText(const std::vector<AttemptRow>& attempts) {
  if (attempts.empty()) return "";
  Table table({{"attempt", Align::kRight},
               {"worker", Align::kRight},
               {"host"},
               {"device"},
               {"engine"},
               {"cpu_target"},
               {"started_at"},
               {"seconds", Align::kRight},
               {"outcome"}});
  std::string errors;
  for (const AttemptRow& row : attempts) {
    const std::string seconds =
        row.ended_at ? fmt::format("{:.1f}", SecondsBetween(row.started_at, *row.ended_at)) : "";
    table.AddRow({std::to_string(row.attempt), std::to_string(row.by.worker), row.by.host,
                  row.by.device, row.by.engine, row.by.cpu_target, row.started_at, seconds,
                  row.outcome.value_or("running")});
    if (row.error) errors += fmt::format("attempt {}: {}\n", row.attempt, FirstLine(*row.error));
  }
  return "\nattempts\n" + Indented(table.Text() + errors);
}

std::string EpochsText(const std::vector<EpochRow>& epochs) {
  if (epochs.empty()) return "\nNo epoch is done yet.\n";
  Table table({{"epoch", Align::kRight},
               {"steps", Align::kRight},
               {"lr", Align::kRight},
               {"train_loss", Align::kRight},
               {"val_loss", Align::kRight},
               {"val_accuracy", Align::kRight},
               {"seconds", Align::kRight}});
  for (const EpochRow& row : epochs) {
    table.AddRow({std::to_string(row.epoch), std::to_string(row.steps_done), RealText(row.lr),
                  LossText(row.train_loss), LossText(row.val_loss), LossText(row.val_accuracy),
                  fmt::format("{:.2f}", row.wall_seconds)});
  }
  return "\nepochs (lr: at the epoch's last step)\n" + Indented(table.Text());
}

}  // namespace

TrialRow FindTrial(const Store& store, const std::string& id_prefix) {
  std::string prefix = id_prefix;
  std::transform(prefix.begin(), prefix.end(), prefix.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::vector<TrialRow> found = store.TrialsByPrefix(prefix, kNamed + 1);
  if (found.size() == 1) return found[0];
  if (!found.empty()) {
    throw std::invalid_argument(
        fmt::format("several trials begin with '{}':{}", id_prefix, Candidates(found)));
  }
  throw std::invalid_argument(fmt::format("no trial begins with '{}'; these are the trials:{}",
                                          id_prefix,
                                          Candidates(store.TrialsByPrefix("", kNamed + 1))));
}

std::string ShowText(const Store& store, const std::string& id_prefix) {
  const TrialRow trial = FindTrial(store, id_prefix);
  std::string test;
  if (IsRangeTest(trial)) test = "\nrange test\n  " + Describe(RangeTestOf(store, trial)) + "\n";
  return Head(store, trial) + test + Parameters(trial) +
         AttemptsText(store.Attempts(trial.trial_id)) + EpochsText(store.Epochs(trial.trial_id));
}

std::string ShowJson(const Store& store, const std::string& id_prefix) {
  const TrialRow trial = FindTrial(store, id_prefix);
  Json json = ToJson(trial);
  Json attempts = Json::array();
  for (const AttemptRow& row : store.Attempts(trial.trial_id)) attempts.push_back(ToJson(row));
  Json epochs = Json::array();
  for (const EpochRow& row : store.Epochs(trial.trial_id)) epochs.push_back(ToJson(row));
  const std::optional<Placed> placed = store.PlaceOf(trial.trial_id);
  json["place"] = placed ? Json(placed->place) : Json(nullptr);
  json["value"] = placed ? OrNull(placed->value) : Json(nullptr);
  if (IsRangeTest(trial)) json["range_test"] = ToJson(RangeTestOf(store, trial));
  json["attempts"] = std::move(attempts);
  json["epochs"] = std::move(epochs);
  return Print(json);
}

}  // namespace lrsweep
