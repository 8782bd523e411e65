#include "analysis/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <utility>

#include "analysis/groups.h"
#include "params/text.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostItems = 26;       // letters
constexpr size_t kMostCandidates = 10;  // that an error names

std::string Candidates(const std::vector<TrialRow>& trials) {
  std::string text;
  for (size_t i = 0; i < std::min(trials.size(), kMostCandidates); ++i) {
    text += "\n  " + trials[i].trial_id + "  " + trials[i].scheduler;
  }
  if (trials.size() > kMostCandidates) text += "\n  ... and more";
  return text;
}

bool IsFile(const std::string& word) {
  std::error_code ignored;
  return fs::is_regular_file(word, ignored);
}

/// The database and the trial of "DB:TRIAL".
struct QualifiedTrial {
  std::string db, trial;
};

std::optional<QualifiedTrial> SplitQualified(const std::string& word) {
  const size_t colon = word.rfind(':');
  if (colon == std::string::npos || IsFile(word)) return std::nullopt;
  return QualifiedTrial{word.substr(0, colon), word.substr(colon + 1)};
}

SelectedItem GroupItem(const NamedSweep& of, const std::string& group_id) {
  SelectedItem item{.of = &of, .is_group = true};
  for (const ScoredTrial& one : of.store.Scores(of.sweep.objective, group_id)) {
    TrialRow row = of.store.TrialById(one.trial_id);
    if (row.epochs_done > 0) item.trials.push_back(std::move(row));
  }
  if (item.trials.empty()) {
    throw std::invalid_argument("no trial of the group " + group_id + " has an epoch yet");
  }
  std::sort(item.trials.begin(), item.trials.end(),
            [](const TrialRow& a, const TrialRow& b) { return a.seed < b.seed; });
  return item;
}

SelectedItem FindItem(const NamedSweep& of, const std::string& word, bool by_group) {
  const std::string prefix = Lower(word);
  if (of.store.TrialsByPrefix(prefix, 1).empty()) {
    const std::vector<std::string> groups = of.store.GroupIdsByPrefix(prefix, 2);
    if (groups.size() == 1) return GroupItem(of, groups[0]);
    if (groups.size() > 1) {
      throw std::invalid_argument(fmt::format("several groups begin with '{}'", prefix));
    }
  }
  const TrialRow trial = FindTrial(of.store, prefix);
  return by_group ? GroupItem(of, trial.group_id) : SelectedItem{.of = &of, .trials = {trial}};
}

}  // namespace

TrialRow FindTrial(const Store& store, const std::string& id_prefix) {
  const std::vector<TrialRow> found = store.TrialsByPrefix(Lower(id_prefix), kMostCandidates + 1);
  if (found.size() == 1) return found[0];
  if (!found.empty()) {
    throw std::invalid_argument(
        fmt::format("several trials begin with '{}':{}", id_prefix, Candidates(found)));
  }
  throw std::invalid_argument(
      fmt::format("no trial begins with '{}'; these are the trials:{}", id_prefix,
                  Candidates(store.TrialsByPrefix("", kMostCandidates + 1))));
}

const std::string& SelectedItem::Id() const {
  return is_group ? trials.front().group_id : trials.front().trial_id;
}

FlatParams SelectedItem::Params() const {
  FlatParams params = FlatText(trials.front().params_json);
  if (is_group) params.erase(kSeedPath);
  return params;
}

Selection::Selection(const std::vector<std::string>& words, bool by_group) {
  const auto open = [this](const std::string& db) -> const NamedSweep& {
    for (const auto& sweep : sweeps) {
      if (sweep->db == db) return *sweep;
    }
    sweeps.push_back(std::make_unique<NamedSweep>(db));
    return *sweeps.back();
  };
  const auto find = [&](const std::string& db, const std::string& word) {
    try {
      return FindItem(open(db), word, by_group);
    } catch (const std::invalid_argument& error) {  // there may be several databases
      throw std::invalid_argument(db + ": " + error.what());
    }
  };
  const bool all_files = std::all_of(words.begin(), words.end(), IsFile);
  if (all_files && words.size() == 2) {
    for (const std::string& db : words) sweeps.push_back(std::make_unique<NamedSweep>(db));
    return;
  }
  if (all_files && words.size() > 2) {
    throw std::invalid_argument("databases are compared two at a time");
  }
  const bool has_default = !SplitQualified(words[0]);
  for (size_t i = has_default ? 1 : 0; i < words.size(); ++i) {
    const auto qualified = SplitQualified(words[i]);
    if (!qualified && (!has_default || IsFile(words[i]))) {
      throw std::invalid_argument(fmt::format(
          "'{}' {}; expected DB TRIAL TRIAL..., DB:TRIAL DB:TRIAL..., or DB DB", words[i],
          IsFile(words[i]) ? "is a file among trials" : "is a trial of no database"));
    }
    items.push_back(qualified ? find(qualified->db, qualified->trial) : find(words[0], words[i]));
    items.back().letter = static_cast<char>('A' + items.size() - 1);
  }
  if (items.size() < 2)
    throw std::invalid_argument("name at least two trials, or another database");
  if (items.size() > kMostItems) throw std::invalid_argument("more than 26 trials to compare");
}

}  // namespace lrsweep
