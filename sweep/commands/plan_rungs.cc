#include "sweep/commands/plan_rungs.h"

#include <fmt/format.h>

#include <optional>

#include "params/text.h"
#include "sweep/search/shared_epochs.h"

namespace lrsweep {
namespace {

struct RungRow {
  int64_t bracket = 0;
  Rung rung;
  int64_t seeds = 0;
  int64_t trials = 0;      // trained on it
  int64_t epochs = 0;      // trained on it
  int64_t most_seeds = 0;  // where its points race: then the others are the least

  int64_t MoreTrials() const { return rung.points * (most_seeds - seeds); }
  int64_t MoreEpochs() const { return MoreTrials() * rung.budget; }
};

/// "36", or "9-36" of what a race decides.
std::string FromTo(int64_t least, int64_t more) {
  const std::string text = std::to_string(least);
  return more == 0 ? text : text + '-' + std::to_string(least + more);
}

/// Every rung, bracket by bracket. A truncated rung trains what lies between its budget and the one
/// before, and a seed that begins with it from its start.
std::vector<RungRow> RowsOf(const HalvingPlan& plan) {
  std::vector<RungRow> rows;
  for (const Bracket& bracket : plan.brackets()) {
    const RungRow* before = nullptr;
    for (const Rung& rung : bracket.rungs) {
      const auto seeds = static_cast<int64_t>(plan.SeedsAt(bracket, rung));
      RungRow row = {bracket.bracket, rung, seeds, rung.points * seeds, 0};
      row.most_seeds = static_cast<int64_t>(plan.MostSeedsAt(bracket, rung));
      row.epochs = row.trials * rung.budget;
      if (plan.IsTruncated() && before != nullptr) {
        row.epochs -= rung.points * before->seeds * before->rung.budget;
      }
      rows.push_back(row);
      before = &rows.back();
    }
  }
  return rows;
}

std::string TableText(const std::vector<RungRow>& rows, bool has_brackets) {
  std::string text = fmt::format("\n{}{:>4}  {:>6}  {:>6}  {:>5}  {:>6}  {:>10}\n",
                                 has_brackets ? "bracket  " : "", "rung", "epochs", "points",
                                 "seeds", "trials", "all epochs");
  for (const RungRow& row : rows) {
    if (has_brackets) text += fmt::format("{:>7}  ", row.bracket);
    text +=
        fmt::format("{:>4}  {:>6}  {:>6}  {:>5}  {:>6}  {:>10}\n", row.rung.rung, row.rung.budget,
                    row.rung.points, FromTo(row.seeds, row.most_seeds - row.seeds),
                    FromTo(row.trials, row.MoreTrials()), FromTo(row.epochs, row.MoreEpochs()));
  }
  return text;
}

/// "of the 414 epochs of the first rung 300 are to train: 28% are shared".
std::string SharedText(const SearchSpace& space, const HalvingPlan& plan, int64_t images) {
  const auto& program = space.config().program;
  if (program && !program->resumes_exactly) return "";
  const std::optional<EpochCount> count =
      CountSharedEpochs(space, plan, plan.FirstNumbers(), images);
  if (!count || count->to_train == count->epochs) return "";
  const double share =
      1 - static_cast<double>(count->to_train) / static_cast<double>(count->epochs);
  return fmt::format(
      "of the {} of the first {} {} are to train: {:.0f}% are shared; of the others it "
      "depends on what goes on\n",
      Counted(count->epochs, "epoch"), plan.brackets().size() > 1 ? "rungs" : "rung",
      count->to_train, 100 * share);
}

}  // namespace

std::string RungsText(const SearchSpace& space, const HalvingPlan& plan, int64_t images) {
  const std::vector<RungRow> rows = RowsOf(plan);
  int64_t epochs = 0, more = 0, full = 0;
  for (const RungRow& row : rows) {
    epochs += row.epochs;
    more += row.MoreEpochs();
  }
  for (size_t i = 0; i < space.size(); ++i) full += space.EpochsAt(i);
  std::string text = TableText(rows, plan.brackets().size() > 1);
  const auto share = [full](int64_t part) {
    return fmt::format("{:.0f}%", 100 * static_cast<double>(part) / static_cast<double>(full));
  };
  if (more > 0) {
    text += fmt::format("{} to {} in all, {} to {} of the {} of the full sweep\n", epochs,
                        Counted(epochs + more, "epoch"), share(epochs), share(epochs + more), full);
    text += RaceText(*space.config().race);
  } else {
    text += fmt::format("{} in all, {} of the {} of the full sweep\n", Counted(epochs, "epoch"),
                        share(epochs), full);
  }
  return text + SharedText(space, plan, images);
}

std::string RaceText(const RaceConfig& race) {
  return fmt::format(
      "note: the race gives every point its first {} seeds, and one more at a time to those that "
      "may still be the best ({:.6g}% confidence)\n",
      kFirstRaceDecision, 100 * race.confidence);
}

List RungsJson(const HalvingPlan& plan) {
  List rungs;
  for (const RungRow& row : RowsOf(plan)) {
    Map rung{{"bracket", row.bracket},    {"rung", row.rung.rung}, {"budget", row.rung.budget},
             {"points", row.rung.points}, {"seeds", row.seeds},    {"trials", row.trials},
             {"epochs", row.epochs}};
    if (row.most_seeds > row.seeds) {
      rung.insert_or_assign("most_seeds", row.most_seeds);
      rung.insert_or_assign("most_trials", row.trials + row.MoreTrials());
      rung.insert_or_assign("most_epochs", row.epochs + row.MoreEpochs());
    }
    rungs.emplace_back(std::move(rung));
  }
  return rungs;
}

}  // namespace lrsweep
