// A user's program in the configuration: `trial:` and `params:`.

#include "sweep/config/program_section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/config/sweep_config.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A configuration that is right; each line can be replaced.
struct Yaml {
  std::string command = "[python, train.py]";
  std::string metrics = "{val_loss: min}";
  std::string trial;  // more lines of the section
  std::string params = "params: {width: 64}";
  std::string training = "training: {epochs: 4}";
  std::string optimizer = "optimizer: {lr: 0.1}";
  std::string scheduler = "scheduler: {type: StepLR, step_size: 2}";
  std::string rest;

  std::string Text() const {
    return "name: t\ntrial:\n  command: " + command + "\n  metrics: " + metrics + "\n" + trial +
           params + "\n" + training + "\n" + optimizer + "\n" + scheduler + "\n" + rest;
  }
};

SweepConfig Parse(const Yaml& yaml) { return ParseSweepConfig(yaml.Text(), "s.yaml"); }

TEST(ProgramSectionTest, ReadsWhatIsWritten) {
  const SweepConfig config = Parse({.command = "[python, -u, \"a b.py\", 3, 0.50, true, \"\"]",
                                    .metrics = "{acc/top-1: max, val_loss: min}",
                                    .trial = "  steps_per_epoch: 391\n  version: 2\n  gpus: 0.5\n"
                                             "  timeout: 2h\n  grace: 5\n  keep: true\n"
                                             "  resumable: exact\n",
                                    .rest = "objective: {metric: acc/top-1}\n"});
  const ProgramSpec& program = *config.program;
  EXPECT_THAT(program.command, ElementsAre("python", "-u", "a b.py", "3", "0.50", "true", ""));
  EXPECT_THAT(program.metrics, ElementsAre("acc/top-1", "val_loss"));
  EXPECT_EQ(program.steps_per_epoch, 391);
  EXPECT_EQ(program.gpus, 0.5);
  EXPECT_EQ(program.timeout_seconds, 7200);
  EXPECT_EQ(program.grace_seconds, 5);
  EXPECT_TRUE(program.keep_checkpoints);
  EXPECT_TRUE(program.resumes_exactly);
  EXPECT_EQ(config.engine, "command");
  EXPECT_EQ(ToJson(config.fixed.at("trial")),
            R"({"command":["python","-u","a b.py","3","0.50","true",""],)"
            R"("steps_per_epoch":391,"version":"2"})");
}

TEST(ProgramSectionTest, DefaultsAreNoGpuAndNoLimit) {
  const ProgramSpec program = *Parse({}).program;
  EXPECT_EQ(program.steps_per_epoch, 0);
  EXPECT_EQ(program.gpus, 0);
  EXPECT_EQ(program.timeout_seconds, 0);
  EXPECT_EQ(program.grace_seconds, 30);
  EXPECT_FALSE(program.keep_checkpoints);
  EXPECT_THAT(program.swept, IsEmpty());
}

TEST(ProgramSectionTest, DeclaredMetricsHaveDirectionsAndMarkDivergence) {
  const SweepConfig config =
      Parse({.metrics = "{f1: max, bleu: min}", .rest = "objective: {metric: f1}"});
  ASSERT_EQ(config.metrics.size(), 2U);
  EXPECT_EQ(config.metrics[0].name, "f1");
  EXPECT_EQ(config.metrics[0].better, Better::kMore);
  EXPECT_EQ(config.metrics[1].better, Better::kLess);
  EXPECT_TRUE(config.metrics[0].marks_divergence && config.metrics[1].marks_divergence);
}

TEST(ProgramSectionTest, TheOnlyMetricIsTheObjective) {
  const Objective one = Parse({.metrics = "{f1: max}"}).objective;
  EXPECT_EQ(one, (Objective{"f1", "max", "last"}));
  const Objective scoped =
      Parse({.metrics = "{f1: max}", .rest = "objective: {scope: best}"}).objective;
  EXPECT_EQ(scoped, (Objective{"f1", "max", "best"}));
}

TEST(ProgramSectionTest, TheObjectiveMayBeDerivedOrTurned) {
  const auto objective = [](const std::string& text) {
    return Parse({.metrics = "{f1: max, loss: min}", .rest = "objective: " + text}).objective;
  };
  EXPECT_EQ(objective("{metric: loss}").mode, "min");
  EXPECT_EQ(objective("{metric: f1, mode: min}").mode, "min");
  EXPECT_EQ(objective("{metric: \"epochs_to(f1, 97.5)\"}").metric, "epochs_to(f1, 97.5)");
  EXPECT_EQ(objective("{metric: area_under(loss)}").mode, "min");
}

TEST(ProgramSectionTest, ParametersAreFree) {
  const SweepConfig config = Parse(
      {.params = "params:\n  width: {grid: [64, 128]}\n  rate: 1.0\n  none: null\n  flip: true\n"
                 "  \"a name\": {b-c: {d_e: [1, {f: x}, [2.5]]}}\n  empty: {}\n  list: []\n"
                 "  layers: [{size: {grid: [1, two, [3], {four: 4}]}}, 5]\n"});
  EXPECT_EQ(ToJson(config.fixed.at("params")),
            R"({"a name":{"b-c":{"d_e":[1,{"f":"x"},[2.5]]}},"empty":{},"flip":true,)"
            R"("layers":[{"size":1},5],"list":[],"none":null,"rate":1.0,"width":64})");
  ASSERT_EQ(config.axes.size(), 2U);
  EXPECT_EQ(config.axes[0].path, "params.width");
  EXPECT_EQ(config.axes[1].path, "params.layers.0.size");
  EXPECT_EQ(ToJson(List(config.axes[1].values)), R"([1,"two",[3],{"four":4}])");
}

TEST(ProgramSectionTest, ParametersMayBeAbsent) {
  EXPECT_EQ(Parse({.params = ""}).fixed.at("params"), Value(Map()));
}

TEST(ProgramSectionTest, TheOptimizerIsFree) {
  const SweepConfig config =
      Parse({.optimizer = "optimizer: {type: {grid: [Lion, LAMB]}, lr: 1, betas: [0, 0.5, 0.25], "
                          "rho: {grid: [1, 2]}, groups: {norm: {weight_decay: 0}}}"});
  ASSERT_EQ(config.optimizers.size(), 1U);
  EXPECT_EQ(config.optimizers[0].type, "Lion");
  EXPECT_EQ(ToJson(config.optimizers[0].section),
            R"({"betas":[0.0,0.5,0.25],"groups":{"norm":{"weight_decay":0}},"lr":1.0,"rho":1,)"
            R"("type":"Lion"})");
  EXPECT_EQ(config.optimizers[0].axes.size(), 2U);
}

TEST(ProgramSectionTest, TheOptimizerMayBeAbsentWhereTheScheduleHasItsOwnRates) {
  const SweepConfig config = Parse({.optimizer = "",
                                    .scheduler = "scheduler: {type: OneCycleLR, max_lr: 0.1, "
                                                 "total_steps: run, interval: epoch}"});
  EXPECT_EQ(config.optimizers.at(0).section, Map());
}

TEST(ProgramSectionTest, TrainingHasEpochsAndSeed) {
  const SweepConfig config = Parse({.training = "training: {epochs: 4}"});
  EXPECT_EQ(ToJson(config.fixed.at("training")), R"({"epochs":4,"seed":0})");
}

TEST(ProgramSectionTest, APlateauMayFollowWhatIsDeclared) {
  const auto metric = [](const std::string& metrics, const std::string& written) {
    const SweepConfig config =
        Parse({.metrics = metrics,
               .scheduler = "scheduler: {type: ReduceLROnPlateau" + written + "}",
               .rest = "objective: {metric: f1}"});
    return std::get<std::string>(config.schedulers.at(0).section.at("metric"));
  };
  EXPECT_EQ(metric("{f1: max, bleu: max}", ", metric: bleu, mode: max"), "bleu");
  EXPECT_EQ(metric("{f1: max, val_loss: min}", ""), "val_loss");
}

TEST(ProgramSectionTest, SettingsReachEverything) {
  const SweepConfig config = ParseSweepConfig(Yaml{}.Text(), "s.yaml",
                                              {{"trial.steps_per_epoch", "7"},
                                               {"params.width", "{grid: [1, 2]}"},
                                               {"params.model.depth", "3"}});
  EXPECT_EQ(config.program->steps_per_epoch, 7);
  EXPECT_EQ(config.axes.at(0).path, "params.width");
  EXPECT_EQ(*Find(config.fixed, "params.model.depth"), Value(3));
}

TEST(ProgramSectionTest, SweptParametersHaveAnOrderOfTheirOwn) {
  const auto swept = [](const std::string& params) {
    return Parse({.params = params,
                  .training = "training: {seed: {grid: [0, 1]}, epochs: {grid: [4, 5]}}",
                  .optimizer = "optimizer: {lr: {grid: [0.1]}}",
                  .scheduler = "scheduler:\n- {type: StepLR, step_size: {grid: [1, 2]}}\n"
                               "- {type: StepLR, step_size: {grid: [3, 4]}}"})
        .program->swept;
  };
  EXPECT_THAT(swept("params: {b: {grid: [1, 2]}, a: {c: {grid: [1, 2]}}}"),
              ElementsAre("params.a.c", "params.b", "training.epochs", "training.seed",
                          "optimizer.lr", "scheduler.step_size"));
  EXPECT_EQ(swept("params: {b: {grid: [1, 2]}, a: {c: {grid: [1, 2]}}}"),
            swept("params: {a: {c: {grid: [1, 2]}}, b: {grid: [1, 2]}}"));
}

TEST(ProgramSectionTest, PlaceholdersMayNameWhatEveryTrialHas) {
  for (const char* placeholder :
       {"{params.width}", "{params}", "{training.seed}", "{training.epochs}", "{optimizer.lr}",
        "{optimizer}", "{scheduler.step_size}", "{scheduler.gamma}", "{scheduler.type}",
        "{trial.version}", "{json}", "{dir}", "{schedule_file}", "{params_file}", "{args}",
        "{args_no_hyphens}", "{{anything}}", "{\\\"a\\\": {}}"}) {
    const std::string name = placeholder;
    EXPECT_NO_THROW(Parse({.command = "[x, \"" + name + "\"]", .trial = "  version: 1\n"})) << name;
  }
}

}  // namespace
}  // namespace lrsweep
