#include "sweep/config/search_section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/config/sweep_config.h"

namespace lrsweep {
namespace {

std::string Text(const std::string& search, const std::string& lr = "{uniform: [0.1, 1]}") {
  return "name: t\ntraining: {epochs: 2}\noptimizer: {lr: " + lr +
         "}\nscheduler: {type: StepLR, step_size: 5}\nsearch: " + search + "\n";
}

std::string ErrorOf(const std::string& search, const std::string& lr = "{uniform: [0.1, 1]}") {
  try {
    ParseSweepConfig(Text(search, lr), "s.yaml");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(SearchSectionTest, IsAGridWhereNothingIsWritten) {
  const SearchSettings search = ParseSweepConfig(Text("{sampler: grid}", "0.1"), "s.yaml").search;
  EXPECT_TRUE(search.IsGrid());
  EXPECT_EQ(search.trials, 64);
  EXPECT_EQ(search.seed, 0);
}

TEST(SearchSectionTest, ReadsItsKeys) {
  const SearchSettings search =
      ParseSweepConfig(Text("{sampler: sobol, trials: 5, seed: 3}"), "s.yaml").search;
  EXPECT_EQ(search.sampler, "sobol");
  EXPECT_EQ(search.trials, 5);
  EXPECT_EQ(search.seed, 3);
  EXPECT_EQ(search.trials_at.line, 5);
}

TEST(SearchSectionTest, MistakesHaveTheirPlaceAndASentence) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"random",
       "s.yaml:5:9: search: expected a mapping such as search: {sampler: random, trials: 64}"},
      {"{sampler: random, trials: 0}",
       "s.yaml:5:35: search.trials: expected an integer of at least 1 and at most 1000000, not 0"},
      {"{sampler: random, trials: 1.5}",
       "s.yaml:5:35: search.trials: expected an integer of at least 1 and at most 1000000, not "
       "1.5"},
      {"{sampler: random, seed: x}", "s.yaml:5:33: search.seed: expected an integer, not \"x\""},
      {"{sampler: randm}",
       "s.yaml:5:19: search.sampler: unknown sampler \"randm\"; did you mean "
       "\"random\"?"},
      {"{sampler: QMCSampler}",
       "s.yaml:5:19: search.sampler: unknown sampler \"QMCSampler\"; did you mean \"sobol\"?"},
      {"{sampler: annealing}",
       "s.yaml:5:19: search.sampler: unknown sampler \"annealing\"; known are grid, random, sobol, "
       "tpe"},
      {"{sampler: TPESampler}",
       "s.yaml:5:19: search.sampler: unknown sampler \"TPESampler\"; did you mean \"tpe\"?"},
      {"{sampler: tpe, batch: 0}",
       "s.yaml:5:31: search.batch: expected an integer of at least 1 and at most 1000000, not 0"},
      {"{sampler: tpe, batch: many}",
       "s.yaml:5:31: search.batch: expected an integer of at least 1 and at most 1000000, not "
       "\"many\""},
      {"{sampler: tpe, batch: {grid: [4, 8]}}",
       "s.yaml:5:38: search.batch: cannot be swept; it is not a parameter of a trial"},
      {"{sampler: sobol, batch: 4}",
       "s.yaml:5:33: search.batch: only tpe proposes points in rounds; leave it out, or write "
       "sampler: tpe"},
      {"{sampler: tpe, trials: 1001}",
       "s.yaml:5:32: search.trials: tpe proposes at most 1000 points for each scheduler: for more "
       "write sampler: random, or sobol"},
      {"{method: random}",
       "s.yaml:5:10: search.method: unknown search parameter \"method\"; did you mean "
       "\"sampler\"?"},
      {"{sampler: random, n_trials: 5}",
       "s.yaml:5:27: search.n_trials: unknown search parameter \"n_trials\"; did you mean "
       "\"trials\"?"},
      {"{sampler: random, trails: 5}",
       "s.yaml:5:27: search.trails: unknown search parameter \"trails\"; did you mean "
       "\"trials\"?"},
      {"{trials: 5}",
       "s.yaml:5:18: search.trials: a grid trains all of its points; leave it out, or write "
       "sampler: random, or sobol"},
  };
  for (const auto& [search, error] : cases) EXPECT_EQ(ErrorOf(search), error) << search;
}

TEST(SearchSectionTest, TpeReadsItsBatch) {
  const SearchSettings search = ParseSweepConfig(Text("{sampler: tpe, batch: 8}"), "s.yaml").search;
  EXPECT_TRUE(search.IsTpe());
  EXPECT_EQ(search.batch, 8);
  EXPECT_EQ(ParseSweepConfig(Text("{sampler: tpe}"), "s.yaml").search.batch, 5);
}

TEST(SearchSectionTest, TpeGoesWithNothingThatHidesValues) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"pruner: {type: SuccessiveHalving, reduction_factor: 2}",
       "s.yaml:5:19: search.sampler: tpe learns from whole runs, and with a pruner most points "
       "have none: leave pruner out, or write sampler: random, or sobol"},
      {"replicate: {axis: seed, race: {confidence: 0.95}}",
       "s.yaml:5:19: search.sampler: tpe learns from the mean of all seeds, and in a race most "
       "points have only some: leave replicate.race out, or write sampler: random, or sobol"},
      {"objective: {metric: 'seconds_to(val_accuracy, 0.9)', mode: min}",
       "s.yaml:5:19: search.sampler: the objective seconds_to(val_accuracy, 0.9) is measured by "
       "the clock, so that tpe would propose other points in each run: choose epochs_to or "
       "steps_to, or write sampler: random, or sobol"}};
  for (const auto& [rest, error] : cases) EXPECT_EQ(ErrorOf("{sampler: tpe}\n" + rest), error);
}

TEST(SearchSectionTest, ASamplerNeedsSomethingToSample) {
  EXPECT_EQ(ErrorOf("{sampler: sobol}", "{grid: [0.1, 1]}"),
            "s.yaml:5:19: search.sampler: sobol has nothing to sample: write a distribution such "
            "as {loguniform: [0.001, 1]} in place of a value, or sampler: grid");
}

}  // namespace
}  // namespace lrsweep
