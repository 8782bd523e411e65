#include "analysis/find_trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "params/text.h"

namespace lrsweep {
namespace {

constexpr size_t kNamed = 10;

std::string Candidates(const std::vector<TrialRow>& trials) {
  std::string text;
  for (size_t i = 0; i < std::min(trials.size(), kNamed); ++i) {
    text += "\n  " + trials[i].trial_id + "  " + trials[i].scheduler;
  }
  if (trials.size() > kNamed) text += "\n  ... and more";
  return text;
}

}  // namespace

TrialRow FindTrial(const Store& store, const std::string& id_prefix) {
  const std::vector<TrialRow> found = store.TrialsByPrefix(Lower(id_prefix), kNamed + 1);
  if (found.size() == 1) return found[0];
  if (!found.empty()) {
    throw std::invalid_argument(
        fmt::format("several trials begin with '{}':{}", id_prefix, Candidates(found)));
  }
  throw std::invalid_argument(fmt::format("no trial begins with '{}'; these are the trials:{}",
                                          id_prefix,
                                          Candidates(store.TrialsByPrefix("", kNamed + 1))));
}

}  // namespace lrsweep
