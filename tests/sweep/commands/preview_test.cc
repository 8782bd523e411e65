#include "sweep/commands/preview.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "data/dataset.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

SweepConfig Config(const std::string& scheduler, const std::string& seeds = "0",
                   const std::string& dataset = "mnist") {
  return ParseSweepConfig("name: t\ndataset: {name: " + dataset +
                              "}\ntraining: {epochs: 4, batch_size: 600, seed: " + seeds +
                              "}\noptimizer: {lr: 0.1, momentum: 0.9}\nscheduler: " + scheduler,
                          "s.yaml");
}

std::string CsvOf(const SearchSpace& space) {
  std::string csv;
  PreviewCsv(space, [&csv](const std::string& text) {
    csv += text;
    return true;
  });
  return csv;
}

TEST(PreviewTest, TextHasRangeAndNotableSteps) {
  const SearchSpace space(Config("{type: StepLR, step_size: 2, gamma: 0.5}"));
  const std::string text = PreviewText(space, 20);
  EXPECT_THAT(text, StartsWith("t: 1 schedule\n\nStepLR gamma=0.5 step_size=2 lr=0.1\n"));
  EXPECT_THAT(text, HasSubstr("1 trial, 4 epochs of 100 steps\n"));
  EXPECT_THAT(text, HasSubstr("  0.1 at step 0 (epoch 1), 0.05 at step 200 (epoch 3), "
                              "0.05 at step 399 (epoch 4)\n"));
}

TEST(PreviewTest, TrialsThatDifferInTheSeedShareAChart) {
  const SearchSpace space(Config("{type: StepLR, step_size: 2}", "{grid: [0, 1, 2]}"));
  EXPECT_THAT(PreviewText(space, 20), HasSubstr("3 trials, "));
}

TEST(PreviewTest, LimitSaysWhatItLeavesOut) {
  const SearchSpace space(Config("{type: StepLR, step_size: {grid: [1, 2, 3]}}"));
  EXPECT_THAT(PreviewText(space, 2), HasSubstr("... and 1 more"));
  EXPECT_THAT(PreviewText(space, 0), Not(HasSubstr("more (")));
}

TEST(PreviewTest, ScheduleThatListensIsSaidToBeDrawnAtItsInitialRate) {
  const SearchSpace space(Config("{type: ReduceLROnPlateau}"));
  EXPECT_THAT(PreviewText(space, 20), HasSubstr("(follows val_loss: drawn as its initial rate)"));
}

TEST(PreviewTest, CsvHasALinePerStep) {
  const SearchSpace space(Config("{type: StepLR, step_size: 2, gamma: 0.5}"));
  const std::string csv = CsvOf(space);
  const std::string id = space.At(0).id;
  EXPECT_THAT(csv, StartsWith("trial_id,scheduler,step,epoch,lr,momentum\n" + id +
                              ",StepLR,0,1,0.1,0.9\n"));
  EXPECT_THAT(csv, HasSubstr("\n" + id + ",StepLR,200,3,0.05,0.9\n"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 401);
}

TEST(PreviewTest, CsvStopsWhenItIsTold) {
  const SearchSpace space(Config("{type: StepLR, step_size: 2}"));
  int pieces = 0;
  PreviewCsv(space, [&pieces](const std::string&) { return ++pieces < 2; });
  EXPECT_EQ(pieces, 2);
}

TEST(PreviewTest, SvgHasEverySchedule) {
  const std::string svg = PreviewSvg(
      SearchSpace(Config("[{type: StepLR, step_size: 2}, {type: CosineAnnealingLR, T_max: run}]")));
  EXPECT_THAT(svg, HasSubstr(">StepLR step_size=2 lr=0.1</text>"));
  EXPECT_THAT(svg, HasSubstr(">CosineAnnealingLR T_max=run lr=0.1</text>"));
}

TEST(PreviewTest, DataThatIsNotThereIsAnError) {
  const SearchSpace space(Config("{type: StepLR, step_size: 2}", "0", "/nowhere"));
  EXPECT_THROW(PreviewText(space, 20), DataError);
  EXPECT_THROW(CsvOf(space), DataError);
  EXPECT_THROW(PreviewSvg(space), DataError);
}

}  // namespace
}  // namespace lrsweep
