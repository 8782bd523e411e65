// The trials of a user's program: their ids, clocks and findings.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/config/trial_id.h"
#include "sweep/config/trial_text.h"
#include "sweep/search/lint.h"
#include "sweep/search/search_space.h"
#include "sweep/search/trial_shape.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

SearchSpace Space(const std::string& yaml) {
  return SearchSpace(ParseSweepConfig("name: t\n" + yaml, "s.yaml"));
}

std::string OnlyId(const std::string& yaml) {
  const SearchSpace space = Space(yaml);
  EXPECT_EQ(space.size(), 1U);
  return space.IdAt(0);
}

const char kTrial[] =
    "trial: {command: [python, train.py, --width, \"{params.width}\"], metrics: {acc: max}, "
    "steps_per_epoch: 391, version: 2}\n";
const char kRest[] =
    "params: {width: 64, augment: flip}\n"
    "training: {epochs: 30, seed: 1}\n"
    "optimizer: {type: SGD, momentum: 0.9, lr: 0.1}\n"
    "scheduler: {type: StepLR, step_size: 5, gamma: 0.5}\n";

// The ids are those of Python, with sections and defaults left out by hand:
//   hashlib.sha256(json.dumps(trial, sort_keys=True, separators=(",", ":"),
//                             ensure_ascii=False).encode()).hexdigest()[:16]

TEST(ProgramIdTest, IsTheHashOfWhatIsWritten) {
  const Trial trial = Space(std::string(kTrial) + kRest).At(0);
  EXPECT_EQ(ToJson(CanonicalParams(trial.params)),
            R"({"optimizer":{"lr":0.1,"momentum":0.9,"type":"SGD"},)"
            R"("params":{"augment":"flip","width":64},)"
            R"("scheduler":{"gamma":0.5,"step_size":5,"type":"StepLR"},)"
            R"("training":{"epochs":30,"seed":1},)"
            R"("trial":{"command":["python","train.py","--width","{params.width}"],)"
            R"("steps_per_epoch":391,"version":"2"}})");
  EXPECT_EQ(trial.id, "cc0e2af98d44c069");
  EXPECT_EQ(trial.group_id, "0cbf9393b64c2246");
}

TEST(ProgramIdTest, WhatTheScheduleOverridesIsNoPart) {
  EXPECT_EQ(
      OnlyId("trial: {command: [python, train.py], metrics: {acc: max}, steps_per_epoch: 391}\n"
             "params: {width: 128}\ntraining: {epochs: 30}\n"
             "optimizer: {type: SGD, lr: 0.1, momentum: 0.9}\n"
             "scheduler: {type: OneCycleLR, max_lr: 0.3, total_steps: run}\n"),
      "3d91e8876a1def7b");
  EXPECT_EQ(OnlyId("trial: {command: [x], metrics: {acc: max}, steps_per_epoch: 10}\n"
                   "training: {epochs: 4}\noptimizer: {type: Adam, betas: [0.9, 0.99]}\n"
                   "scheduler: {type: OneCycleLR, max_lr: 0.3, total_steps: run}\n"),
            "d79fcadb81c326b7");
}

TEST(ProgramIdTest, ParametersMayBeAnyValue) {
  EXPECT_EQ(OnlyId("trial: {command: [./run, \"{json}\"], metrics: {acc: max}}\n"
                   "params:\n  text: \"it's \\\"q\\\" \\\\ $(x)\"\n"
                   "  model: {depth: 3, sizes: [1, 2.5, 日本], none: null, flip: true, empty: {}}\n"
                   "training: {epochs: 4}\noptimizer: {lr: 1, weight_decay: 0}\n"
                   "scheduler: {type: ExponentialLR, gamma: 0.9}\n"),
            "d0c6116c84174c95");
}

TEST(ProgramIdTest, OrderOfWritingChangesNothing) {
  EXPECT_EQ(OnlyId("scheduler: {gamma: 0.5, step_size: 5, type: StepLR}\n"
                   "optimizer: {lr: 0.1, momentum: 0.9, type: SGD}\n"
                   "training: {seed: 1, epochs: 30}\nparams: {augment: flip, width: 64}\n"
                   "trial: {version: \"2\", steps_per_epoch: 391, metrics: {acc: max}, "
                   "command: [python, train.py, --width, \"{params.width}\"]}\n"),
            "cc0e2af98d44c069");
}

TEST(ProgramIdTest, HowItIsRunChangesNothing) {
  const std::string rest = kRest;
  EXPECT_EQ(OnlyId("trial: {command: [python, train.py, --width, \"{params.width}\"], metrics: "
                   "{loss: min, acc: max}, steps_per_epoch: 391, version: 2, gpus: 2, timeout: 1h, "
                   "grace: 3, keep: true}\nobjective: {metric: loss}\n" +
                   rest),
            "cc0e2af98d44c069");
}

TEST(ProgramIdTest, WhatIsWrittenCounts) {
  const std::string first = OnlyId(std::string(kTrial) + kRest);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"version: 2", "version: 3"},
           {"steps_per_epoch: 391", "steps_per_epoch: 392"},
           {"train.py", "train2.py"},
           {"width: 64", "width: 64.0"},
           {"augment: flip", "augment: null"},
           {"seed: 1", "seed: 2"},
           {"momentum: 0.9", "momentum: 0"},
           {"gamma: 0.5", "gamma: 0.25"}}) {
    std::string yaml = std::string(kTrial) + kRest;
    const size_t at = yaml.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    EXPECT_NE(OnlyId(yaml.replace(at, from.size(), to)), first) << to;
  }
}

TEST(ProgramSpaceTest, SeedsMakeGroupsAndAxesMultiply) {
  const SearchSpace space = Space(
      "trial: {command: [x, \"{args}\"], metrics: {acc: max}}\n"
      "params: {width: {grid: [64, 128]}, layers: [{size: {grid: [1, 2]}}, 5]}\n"
      "training: {epochs: 3, seed: {grid: [0, 1, 2]}}\n"
      "optimizer: {type: Lion, lr: {grid: [0.1, 0.3]}}\n"
      "scheduler: {type: ExponentialLR, gamma: 0.9}\n");
  EXPECT_EQ(space.size(), 24U);
  EXPECT_EQ(space.points(), 24U);
  EXPECT_THAT(space.notes(), IsEmpty());
  std::map<std::string, int> seeds;
  for (size_t i = 0; i < space.size(); ++i) {
    const Trial trial = space.At(i);
    EXPECT_EQ(trial.id, IdOfJson(ToJson(CanonicalParams(trial.params))));
    EXPECT_EQ(space.EpochsAt(i), 3);
    ++seeds[trial.group_id];
  }
  EXPECT_EQ(seeds.size(), 8U);
  for (const auto& [group, count] : seeds) EXPECT_EQ(count, 3) << group;
  EXPECT_EQ(ToJson(*Find(space.At(23).params, "params.layers")), R"([{"size":2},5])");
}

TEST(ProgramSpaceTest, ATrialIsNamedByItsParameters) {
  EXPECT_EQ(ShortText(Space(std::string(kTrial) + kRest).At(0)),
            "StepLR gamma=0.5 step_size=5 lr=0.1 momentum=0.9 optimizer=SGD augment=flip width=64 "
            "seed=1");
}

TEST(ProgramSpaceTest, TheScheduleRunsOnTheProgramsSteps) {
  const Trial trial = Space(std::string(kTrial) + kRest).At(0);
  EXPECT_TRUE(HasSteps(trial));
  EXPECT_EQ(ClockOf(trial, 0).TotalSteps(), int64_t{30} * 391);
  EXPECT_EQ(ScheduleOf(trial, 0).At(int64_t{5} * 391 - 1).lr, 0.1);
  EXPECT_EQ(ScheduleOf(trial, 0).At(int64_t{5} * 391).lr, 0.05);
  EXPECT_EQ(ScheduleOf(trial, 0).At(0).momentum, 0.9);
}

TEST(ProgramSpaceTest, WithoutStepsTheScheduleHasOneTickAnEpoch) {
  const Trial trial =
      Space("trial: {command: [x], metrics: {acc: max}}\n" + std::string(kRest)).At(0);
  EXPECT_FALSE(HasSteps(trial));
  EXPECT_EQ(ClockOf(trial, 0).TotalSteps(), 30);
  EXPECT_EQ(ScheduleOf(trial, 0).At(5).lr, 0.05);
}

std::vector<std::string> Found(const std::string& scheduler, const std::string& more = "") {
  return Lint(Space("trial: {command: [x], metrics: {bleu: max, wer: min}" + more +
                    "}\ntraining: {epochs: 10}\noptimizer: {lr: 0.1}\nobjective: {metric: bleu}\n"
                    "scheduler: " +
                    scheduler),
              0);
}

TEST(ProgramLintTest, FittingSchedulesAreFine) {
  EXPECT_THAT(Found("{type: StepLR, step_size: 5}"), IsEmpty());
  EXPECT_THAT(Found("{type: OneCycleLR, max_lr: 0.3, total_steps: run}", ", steps_per_epoch: 50"),
              IsEmpty());
  EXPECT_THAT(Found("{type: ReduceLROnPlateau, metric: bleu, mode: max, patience: 2}"), IsEmpty());
  EXPECT_THAT(Found("{type: ReduceLROnPlateau, metric: wer, patience: 2}"), IsEmpty());
}

TEST(ProgramLintTest, DirectionsAreTheDeclaredOnes) {
  EXPECT_THAT(Found("{type: ReduceLROnPlateau, metric: bleu, patience: 2}"),
              ElementsAre(StartsWith("ReduceLROnPlateau: mode: min takes a falling bleu for an "
                                     "improvement, but more of it is better (mode: max)")));
  EXPECT_THAT(Lint(Space(std::string(kTrial) + kRest + "objective: {metric: acc, mode: min}\n"), 0),
              ElementsAre("objective: mode: min puts the least acc first, but more of it is better "
                          "(mode: max)"));
}

TEST(ProgramLintTest, TicksAreHeldAgainstTheProgramsRun) {
  EXPECT_THAT(Found("{type: StepLR, step_size: 30}"), ElementsAre(HasSubstr("step_size is 30")));
  EXPECT_THAT(Found("{type: StepLR, step_size: 300}", ", steps_per_epoch: 100"),
              ElementsAre(HasSubstr("looks like optimizer steps, but counts epochs")));
  EXPECT_THAT(Found("{type: StepLR, step_size: 5, interval: step}", ", steps_per_epoch: 200"),
              ElementsAre(HasSubstr("looks like epochs, but counts optimizer steps")));
}

}  // namespace
}  // namespace lrsweep
