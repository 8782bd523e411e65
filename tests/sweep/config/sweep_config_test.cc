#include "sweep/config/sweep_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schedulers/catalog.h"
#include "trial/metrics.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A configuration that is right; each line can be replaced or added to.
struct Yaml {
  std::string name = "name: test";
  std::string training = "training: {epochs: 2}";
  std::string optimizer = "optimizer: {lr: 0.1}";
  std::string scheduler = "scheduler: [{type: StepLR, step_size: 5}]";
  std::string rest;

  std::string Text() const {
    return name + "\n" + training + "\n" + optimizer + "\n" + scheduler + "\n" + rest + "\n";
  }
};

SweepConfig Parse(const Yaml& yaml) { return ParseSweepConfig(yaml.Text(), "s.yaml"); }

std::string ErrorOf(const Yaml& yaml, const std::vector<Setting>& settings = {}) {
  try {
    ParseSweepConfig(yaml.Text(), "s.yaml", settings);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

Value Fixed(const SweepConfig& config, const std::string& path) {
  const Value* value = Find(config.fixed, path);
  return value != nullptr ? *value : Value("absent");
}

TEST(SweepConfigTest, ReadsTheSmallestConfiguration) {
  const SweepConfig config = Parse({});
  EXPECT_EQ(config.name, "test");
  EXPECT_EQ(config.schedulers.size(), 1U);
  EXPECT_EQ(Fixed(config, "training.epochs"), Value(2));
  EXPECT_EQ(config.optimizers.at(0).section.at("lr"), Value(0.1));
}

TEST(SweepConfigTest, FillsInDefaults) {
  const SweepConfig config = Parse({});
  EXPECT_EQ(Fixed(config, "dataset.name"), Value("mnist"));
  EXPECT_EQ(Fixed(config, "model.hidden"), Value(List{128}));
  EXPECT_EQ(Fixed(config, "training.batch_size"), Value(64));
  EXPECT_EQ(Fixed(config, "training.seed"), Value(0));
  EXPECT_EQ(config.optimizers.at(0).section.at("momentum"), Value(0.0));
  EXPECT_EQ(config.schedulers[0].section.at("gamma"), Value(0.1));
  EXPECT_EQ(config.schedulers[0].section.at("interval"), Value("epoch"));
  EXPECT_EQ(config.objective.metric, "val_accuracy");
  EXPECT_EQ(config.objective.mode, "max");
  EXPECT_EQ(config.objective.scope, "last");
  EXPECT_TRUE(config.record_steps);
}

TEST(SweepConfigTest, IntegersBecomeRealsWhereRealsAreMeant) {
  EXPECT_EQ(Parse({.optimizer = "optimizer: {lr: 1}"}).optimizers.at(0).section.at("lr"),
            Value(1.0));
}

TEST(SweepConfigTest, GridsAreAxesInTheOrderOfTheFile) {
  const SweepConfig config =
      Parse({.training = "training: {seed: {grid: [3, 1]}, batch_size: {grid: [8]}, epochs: 2}"});
  ASSERT_EQ(config.axes.size(), 2U);
  EXPECT_EQ(config.axes[0].path, "training.seed");
  EXPECT_EQ(config.axes[0].values, (std::vector<Value>{3, 1}));
  EXPECT_EQ(config.axes[1].path, "training.batch_size");
  EXPECT_EQ(config.axes[1].values, (std::vector<Value>{8}));
}

TEST(SweepConfigTest, SchedulerEntriesHaveAxesOfTheirOwn) {
  const SweepConfig config =
      Parse({.scheduler = "scheduler:\n"
                          "  - {type: StepLR, step_size: {grid: [5, 10]}}\n"
                          "  - {type: CyclicLR, base_lr: 0.001, max_lr: 0.1}\n"});
  ASSERT_EQ(config.schedulers.size(), 2U);
  EXPECT_EQ(config.schedulers[0].axes.at(0).path, "scheduler.step_size");
  EXPECT_TRUE(config.schedulers[1].axes.empty());
  EXPECT_EQ(config.schedulers[1].section.at("interval"), Value("step"));
}

TEST(SweepConfigTest, ListThatIsAValueStaysAValue) {
  const SweepConfig config = Parse({.rest = "model: {hidden: [256, 128]}"});
  EXPECT_EQ(Fixed(config, "model.hidden"), Value(List{256, 128}));
  EXPECT_TRUE(config.axes.empty());
}

TEST(SweepConfigTest, ListsCanBeSweptOver) {
  const SweepConfig config = Parse({.rest = "model: {hidden: {grid: [[128], [256, 128], []]}}"});
  EXPECT_EQ(config.axes.at(0).values, (std::vector<Value>{List{128}, List{256, 128}, List{}}));
}

TEST(SweepConfigTest, ValueListedTwiceIsOneValue) {
  const SweepConfig config = Parse({.optimizer = "optimizer: {lr: {grid: [1, 1.0, 0.1]}}"});
  EXPECT_EQ(config.optimizers.at(0).axes.at(0).values, (std::vector<Value>{1.0, 0.1}));
  EXPECT_EQ(config.optimizers.at(0).axes.at(0).repeated, 1U);
}

TEST(SweepConfigTest, APlateauCanFollowEveryBuiltInMetricButTheTestImages) {
  std::vector<std::string> followed;
  for (const Parameter& parameter : FindSchedulerType("ReduceLROnPlateau")->parameters) {
    if (parameter.name == "metric") followed = parameter.choices;
  }
  std::vector<std::string> recorded;
  for (const MetricInfo& metric : BuiltInMetrics(false)) recorded.push_back(metric.name);
  EXPECT_THAT(followed, testing::UnorderedElementsAreArray(recorded));
}

TEST(SweepConfigTest, ModeFollowsTheMetric) {
  EXPECT_EQ(Parse({.rest = "objective: {metric: val_loss}"}).objective.mode, "min");
  EXPECT_EQ(Parse({.rest = "objective: {metric: val_loss, mode: max}"}).objective.mode, "max");
  EXPECT_EQ(Parse({.rest = "objective: {scope: last-5-avg}"}).objective.scope, "last-5-avg");
  const Objective fast =
      Parse({.rest = "objective: {metric: \"epochs_to(val_accuracy,0.9750)\"}"}).objective;
  EXPECT_EQ(fast, (Objective{"epochs_to(val_accuracy, 0.975)", "min", "last"}));
}

TEST(SweepConfigTest, TheTestImagesRankOnlyWhereImagesAreHeldBack) {
  const std::string objective = "objective: {metric: test_accuracy}";
  EXPECT_EQ(Parse({.rest = "dataset: {validation: 5000}\n" + objective}).objective,
            (Objective{"test_accuracy", "max", "last"}));
  EXPECT_THAT(
      ErrorOf({.rest = objective}),
      AllOf(StartsWith("s.yaml:5:21: objective.metric: unknown metric 'test_accuracy': it is one "
                       "of train_loss, val_loss, val_accuracy, epochs_to("),
            HasSubstr("test_accuracy is recorded by lrsweep 0.2.0 and later, where "
                      "dataset.validation holds back images")));
}

TEST(SweepConfigTest, MistakesInTheObjectiveNameTheirPlace) {
  EXPECT_THAT(ErrorOf({.rest = "objective: {metric: val_acc}"}),
              StartsWith("s.yaml:5:21: objective.metric: unknown metric 'val_acc': it is one of "));
  EXPECT_EQ(ErrorOf({.rest = "objective: {metric: epochs_to(val_accuracy, 0.975)}"}),
            "s.yaml:5:21: objective.metric: inside braces a metric with a comma needs quotes: "
            "\"epochs_to(val_accuracy, 0.975)\"");
  EXPECT_EQ(ErrorOf({.rest = "objective:\n  metric: epochs_to(val_accuracy, 0.975)"}), "no error");
  EXPECT_THAT(ErrorOf({.rest = "objective: {metric: area_under(val_loss), scope: best}"}),
              StartsWith("s.yaml:5:50: objective.scope: area_under(val_loss) looks at all epochs"));
  EXPECT_THAT(ErrorOf({.rest = "objective: {metric: {grid: [val_loss]}}"}),
              HasSubstr("objective.metric: cannot be swept"));
}

TEST(SweepConfigTest, OnlySeedsAreRepeated) {
  EXPECT_EQ(ErrorOf({.rest = "replicate: [seed]"}), "no error");
  EXPECT_THAT(ErrorOf({.rest = "replicate: [optimizer.lr]"}),
              StartsWith("s.yaml:5:12: replicate: expected [seed]: "));
  EXPECT_THAT(ErrorOf({.rest = "replicate: seed"}), HasSubstr("replicate: expected [seed]: "));
}

TEST(SweepConfigTest, RunIsAHorizon) {
  const auto config = Parse({.scheduler = "scheduler: {type: CosineAnnealingLR, T_max: run}"});
  EXPECT_EQ(config.schedulers.at(0).section.at("T_max"), Value("run"));
}

TEST(SweepConfigTest, LearningRateIsNotRequiredWhereEverySchedulerOverridesIt) {
  const std::string cyclic = "scheduler: [{type: CyclicLR, base_lr: 0.001, max_lr: 0.1}]";
  EXPECT_EQ(ErrorOf({.optimizer = "", .scheduler = cyclic}), "no error");
}

TEST(SweepConfigTest, LearningRateIsRequiredByASchedulerThatUsesIt) {
  EXPECT_THAT(ErrorOf({.optimizer = "optimizer: {momentum: 0.9}"}),
              StartsWith("s.yaml:3:12: optimizer.lr is required by StepLR"));
}

TEST(SweepConfigTest, EpochsAreRequired) {
  EXPECT_THAT(ErrorOf({.training = "training: {seed: 1}"}),
              HasSubstr("training.epochs is required"));
  EXPECT_THAT(ErrorOf({.training = ""}), HasSubstr("training.epochs is required"));
}

TEST(SweepConfigTest, UnknownKeyNamesTheNearestKnownOne) {
  EXPECT_EQ(ErrorOf({.rest = "objektive: {}"}),
            "s.yaml:5:1: unknown key \"objektive\"; did you mean \"objective\"?");
  EXPECT_EQ(ErrorOf({.training = "training: {epochs: 2, batchsize: 3}"}),
            "s.yaml:2:23: training.batchsize: unknown training parameter \"batchsize\"; "
            "did you mean \"batch_size\"?");
}

TEST(SweepConfigTest, UnknownSchedulerNamesTheNearestKnownOne) {
  EXPECT_EQ(ErrorOf({.scheduler = "scheduler: [{type: CyclicLr}]"}),
            "s.yaml:4:20: scheduler.type: unknown scheduler \"CyclicLr\"; "
            "did you mean \"CyclicLR\"?");
}

TEST(SweepConfigTest, ParameterOfAnotherSchedulerIsRefused) {
  EXPECT_THAT(ErrorOf({.scheduler = "scheduler: [{type: StepLR, step_size: 5, max_lr: 1}]"}),
              HasSubstr("scheduler.max_lr: unknown StepLR parameter \"max_lr\""));
}

TEST(SweepConfigTest, RequiredSchedulerParameterIsNamed) {
  EXPECT_THAT(ErrorOf({.scheduler = "scheduler: [{type: StepLR}]"}),
              HasSubstr("scheduler.step_size is required by StepLR"));
}

TEST(SweepConfigTest, WrongTypesAndRangesSayWhatWasExpected) {
  EXPECT_EQ(ErrorOf({.training = "training: {epochs: 0}"}),
            "s.yaml:2:20: training.epochs: expected an integer of at least 1 and at most 1000000, "
            "not 0");
  EXPECT_THAT(ErrorOf({.training = "training: {epochs: 2.5}"}), HasSubstr("not 2.5"));
  EXPECT_THAT(ErrorOf({.training = "training: {epochs: many}"}), HasSubstr("not \"many\""));
  EXPECT_THAT(ErrorOf({.training = "training: {epochs: '2'}"}), HasSubstr("not \"2\""));
  EXPECT_THAT(ErrorOf({.optimizer = "optimizer: {lr: -1}"}),
              HasSubstr("expected a number of at least 0, not -1"));
  EXPECT_THAT(ErrorOf({.optimizer = "optimizer: {lr: .nan}"}), HasSubstr("not \".nan\""));
  EXPECT_THAT(ErrorOf({.optimizer = "optimizer: {lr: }"}), HasSubstr("not nothing"));
}

TEST(SweepConfigTest, ListWithoutGridIsExplained) {
  EXPECT_THAT(ErrorOf({.optimizer = "optimizer: {lr: [0.1, 1]}"}),
              HasSubstr("a list to sweep over is written {grid: [...]}"));
}

TEST(SweepConfigTest, GridMistakesAreRefused) {
  EXPECT_THAT(ErrorOf({.optimizer = "optimizer: {lr: {grid: []}}"}), HasSubstr("at least one"));
  EXPECT_THAT(ErrorOf({.optimizer = "optimizer: {lr: {grid: 1}}"}), HasSubstr("needs a list"));
  EXPECT_THAT(ErrorOf({.optimizer = "optimizer: {lr: {grid: [1], x: 2}}"}), HasSubstr("alone"));
  EXPECT_THAT(ErrorOf({.optimizer = "optimizer: {lr: {grid: [1, {grid: [2]}]}}"}),
              HasSubstr("grid inside a grid"));
  EXPECT_THAT(ErrorOf({.rest = "dataset: {name: {grid: [mnist, fashion_mnist]}}"}),
              HasSubstr("cannot be swept"));
  EXPECT_THAT(ErrorOf({.scheduler = "scheduler: {type: {grid: [StepLR]}}"}),
              HasSubstr("several entries"));
}

TEST(SweepConfigTest, EachParameterOfAFormulaCanBeSwept) {
  const SweepConfig config =
      Parse({.scheduler = "scheduler: {type: Formula, lr: base * (1 - t / T) ^ power, "
                          "params: {base: 1, power: {grid: [1, 2]}}}"});
  const Entry& entry = config.schedulers.at(0);
  ASSERT_EQ(entry.axes.size(), 1U);
  EXPECT_EQ(entry.axes[0].path, "scheduler.params.power");
  EXPECT_EQ(entry.axes[0].values, (std::vector<Value>{1.0, 2.0}));
  EXPECT_EQ(ToJson(entry.section.at("params")), R"({"base":1.0,"power":1.0})");
  EXPECT_EQ(entry.section.at("momentum"), Value());
  EXPECT_EQ(OverriddenBy(entry, entry.section), std::vector<std::string>{"optimizer.lr"});
}

TEST(SweepConfigTest, MistakesInAFormulaNameTheirPlace) {
  const SweepConfig config = Parse(
      {.scheduler = "scheduler:\n  - type: Formula\n    lr: lr * powr\n    params: {power: 2}"});
  const Entry& entry = config.schedulers.at(0);
  try {
    OverriddenBy(entry, entry.section);
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_EQ(std::string(error.what()),
              "s.yaml:6:14: scheduler: Formula: lr: unknown name \"powr\" at character 6; did you "
              "mean \"power\"? in \"lr * powr\"");
  }
  EXPECT_THAT(ErrorOf({.scheduler = "scheduler: {type: Formula, lr: lr, params: {a: b}}"}),
              StartsWith("s.yaml:4:48: scheduler.params.a: expected a number"));
  EXPECT_THAT(ErrorOf({.scheduler = "scheduler: {type: Formula, lr: lr, params: 3}"}),
              HasSubstr("expected a mapping of names to numbers, not 3"));
}

TEST(SweepConfigTest, MistakesInANestedSchedulerNameTheirPlace) {
  const SweepConfig config =
      Parse({.scheduler = "scheduler:\n  type: SequentialLR\n  milestones: [1]\n  schedulers:\n"
                          "    - {type: StepLR, step_size: 1}\n    - {type: Formula, lr: sin}"});
  try {
    OverriddenBy(config.schedulers.at(0), config.schedulers.at(0).section);
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(),
                StartsWith("s.yaml:9:27: scheduler: SequentialLR: schedulers.1: lr: "));
  }
}

TEST(SweepConfigTest, MistakesInAFormulaLeadToTheirCharacterWhereTheTextStandsAsItIs) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"lr: lr * powr", "s.yaml:5:45: "},
      {"lr: \"lr * powr\"", "s.yaml:5:46: "},
      {"lr: 'lr * powr'", "s.yaml:5:46: "},
      {"lr: \"lr \\x2A powr\"", "s.yaml:5:40: "},  // an escape: the text's own place
      {"lr: {grid: [lr, lr * powr]}", "s.yaml:5:40: "}};
  for (const auto& [text, place] : cases) {
    const SweepConfig config =
        Parse({.scheduler = "scheduler:\n  - {type: Formula, momentum: 0.5, " + text + "}"});
    Entry entry = config.schedulers.at(0);
    entry.section["lr"] = "lr * powr";
    try {
      OverriddenBy(entry, entry.section);
      FAIL() << "no error";
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.what(), StartsWith(place)) << text;
    }
  }
}

TEST(SweepConfigTest, NamesThatAreNoFileNamesAreRefused) {
  for (const char* name : {"../x", "a/b", ".hidden", "-x", "''", "a b", "[a]"}) {
    EXPECT_THAT(ErrorOf({.name = std::string("name: ") + name}), HasSubstr("name: expected"))
        << name;
  }
  EXPECT_THAT(ErrorOf({.name = ""}), HasSubstr("name is required"));
}

TEST(SweepConfigTest, NumberIsAName) { EXPECT_EQ(Parse({.name = "name: 2024"}).name, "2024"); }

TEST(SweepConfigTest, SettingReplacesAValue) {
  const Yaml yaml;
  const auto config = ParseSweepConfig(yaml.Text(), "s.yaml", {{"training.epochs", "7"}});
  EXPECT_EQ(Fixed(config, "training.epochs"), Value(7));
  EXPECT_EQ(Fixed(ParseSweepConfig(config.yaml, "again"), "training.epochs"), Value(7));
}

TEST(SweepConfigTest, SettingCanBeAGrid) {
  const auto config =
      ParseSweepConfig(Yaml().Text(), "s.yaml", {{"training.seed", "{grid: [0, 1]}"}});
  EXPECT_EQ(config.axes.at(0).values.size(), 2U);
}

TEST(SweepConfigTest, SettingOfAnUnknownKeyIsRefused) {
  EXPECT_THAT(ErrorOf({}, {{"training.epoch", "7"}}),
              StartsWith("--set training.epoch=7: training.epoch: unknown training parameter"));
  EXPECT_THAT(ErrorOf({}, {{"training.epochs", "0"}}), StartsWith("--set training.epochs=0: "));
}

TEST(SweepConfigTest, SettingIsAKeyAndAValue) {
  EXPECT_EQ(ParseSetting("a.b=c=d").path, "a.b");
  EXPECT_EQ(ParseSetting("a.b=c=d").yaml, "c=d");
  EXPECT_THROW(ParseSetting("a.b"), ConfigError);
  EXPECT_THROW(ParseSetting("=1"), ConfigError);
}

TEST(SweepConfigTest, EngineIsTheSweepsAndNoParameterOfATrial) {
  const SweepConfig config = Parse({.training = "training: {epochs: 2, engine: torch}"});
  EXPECT_EQ(config.engine, "torch");
  EXPECT_EQ(Fixed(config, "training.engine"), Value("absent"));
  EXPECT_EQ(Parse({}).engine, "auto");
  EXPECT_THAT(ErrorOf({.training = "training: {epochs: 2, engine: jax}"}),
              HasSubstr("training.engine: expected one of auto, cpu, torch"));
  EXPECT_THAT(ErrorOf({.training = "training: {epochs: 2, engine: {grid: [cpu, torch]}}"}),
              HasSubstr("training.engine: cannot be swept"));
}

TEST(EngineChoiceTest, AutoIsTorchOnGpusOnly) {
  EXPECT_EQ(ChooseEngine("auto", true), "torch");
  EXPECT_EQ(ChooseEngine("auto", false), "cpu");
  EXPECT_EQ(ChooseEngine("cpu", true), "cpu");
  EXPECT_EQ(ChooseEngine("torch", false), "torch");
}

TEST(SweepConfigTest, TextIsKeptAsWrittenWithoutSettings) {
  const Yaml yaml{.rest = "# a comment"};
  EXPECT_EQ(Parse(yaml).yaml, yaml.Text());
}

}  // namespace
}  // namespace lrsweep
