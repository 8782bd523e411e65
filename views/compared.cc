#include "views/compared.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "views/find_trial.h"
#include "views/text.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostItems = 26;  // letters

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

/// Ids of the groups that begin with `prefix`.
std::set<std::string> GroupIds(const std::vector<ScoredTrial>& trials, const std::string& prefix) {
  std::set<std::string> ids;
  for (const ScoredTrial& trial : trials) {
    if (!prefix.empty() && trial.group_id.rfind(prefix, 0) == 0) ids.insert(trial.group_id);
  }
  return ids;
}

ComparedItem GroupItem(const NamedSweep& of, const std::vector<ScoredTrial>& all,
                       const std::string& group_id) {
  ComparedItem item{.of = &of, .is_group = true};
  for (const ScoredTrial& one : all) {
    if (one.group_id != group_id) continue;
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

ComparedItem FindItem(const NamedSweep& of, const std::string& word, bool by_group) {
  const std::string prefix = Lower(word);
  const bool is_trial = !of.store.TrialsByPrefix(prefix, 1).empty();
  if (is_trial && !by_group) return {.of = &of, .trials = {FindTrial(of.store, prefix)}};
  const std::vector<ScoredTrial> all = of.store.Scores(of.sweep.objective);
  if (is_trial) return GroupItem(of, all, FindTrial(of.store, prefix).group_id);
  const std::set<std::string> groups = GroupIds(all, prefix);
  if (groups.size() == 1) return GroupItem(of, all, *groups.begin());
  if (groups.empty()) return {.of = &of, .trials = {FindTrial(of.store, prefix)}};  // which throws
  throw std::invalid_argument(fmt::format("several groups begin with '{}'", prefix));
}

}  // namespace

const std::string& ComparedItem::Id() const {
  return is_group ? trials.front().group_id : trials.front().trial_id;
}

Compared::Compared(const std::vector<std::string>& words, bool by_group) {
  const auto open = [this](const std::string& db) -> const NamedSweep& {
    for (const auto& sweep : sweeps) {
      if (sweep->db == db) return *sweep;
    }
    sweeps.push_back(std::make_unique<NamedSweep>(db));
    return *sweeps.back();
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
    items.push_back(qualified ? FindItem(open(qualified->db), qualified->trial, by_group)
                              : FindItem(open(words[0]), words[i], by_group));
    items.back().letter = static_cast<char>('A' + items.size() - 1);
  }
  if (items.size() < 2)
    throw std::invalid_argument("name at least two trials, or another database");
  if (items.size() > kMostItems) throw std::invalid_argument("more than 26 trials to compare");
}

}  // namespace lrsweep
