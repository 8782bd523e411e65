#include "worker/train_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Map CompleteParams() {
  return {
      {"dataset", Map{{"name", "mnist"}, {"validation", int64_t{5000}}}},
      {"model", Map{{"hidden", List{int64_t{128}, int64_t{64}}}}},
      {"training", Map{{"epochs", int64_t{20}}, {"batch_size", int64_t{64}}, {"seed", int64_t{7}}}},
      {"optimizer", Map{{"type", "SGD"}, {"lr", 0.1}, {"momentum", 0.9}}},
      {"scheduler", Map{{"type", "StepLR"}, {"interval", "epoch"}}},
  };
}

/// CompleteParams with another value at section.key.
Map With(const std::string& section, const std::string& key, Value value) {
  Map params = CompleteParams();
  std::get<Map>(params[section])[key] = std::move(value);
  return params;
}

Map Without(const std::string& section, const std::string& key) {
  Map params = CompleteParams();
  std::get<Map>(params[section]).erase(key);
  return params;
}

std::string ErrorOf(const Map& params) {
  try {
    ToTrainConfig(params);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

TEST(ToTrainConfig, ReadsEveryParameter) {
  const TrainConfig config = ToTrainConfig(CompleteParams());
  EXPECT_THAT(config.hidden, ElementsAre(128, 64));
  EXPECT_EQ(config.epochs, 20);
  EXPECT_EQ(config.batch_size, 64);
  EXPECT_EQ(config.seed, 7u);
  EXPECT_EQ(config.lr, 0.1);
  EXPECT_EQ(config.momentum, 0.9);
  EXPECT_EQ(config.scheduler.at("type"), Value("StepLR"));
}

TEST(ToTrainConfig, TakesRatesThatTheScheduleOverridesAsZero) {
  EXPECT_EQ(ToTrainConfig(Without("optimizer", "lr")).lr, 0);
  EXPECT_EQ(ToTrainConfig(Without("optimizer", "momentum")).momentum, 0);
}

TEST(ToTrainConfig, TakesAnIntegerForARate) {
  EXPECT_EQ(ToTrainConfig(With("optimizer", "lr", int64_t{1})).lr, 1.0);
}

TEST(ToTrainConfig, TakesANetworkWithoutHiddenLayers) {
  EXPECT_THAT(ToTrainConfig(With("model", "hidden", List{})).hidden, IsEmpty());
}

TEST(ToTrainConfig, NamesTheParameterThatIsMissing) {
  EXPECT_EQ(ErrorOf(Without("training", "epochs")), "training.epochs: missing");
  EXPECT_EQ(ErrorOf({}), "model.hidden: missing");
  Map params = CompleteParams();
  params.erase("scheduler");
  EXPECT_EQ(ErrorOf(params), "scheduler: missing");
}

TEST(ToTrainConfig, NamesTheParameterOfAWrongKind) {
  EXPECT_THAT(ErrorOf(With("training", "seed", 1.5)), HasSubstr("training.seed"));
  EXPECT_THAT(ErrorOf(With("model", "hidden", int64_t{128})), HasSubstr("model.hidden"));
  EXPECT_THAT(ErrorOf(With("model", "hidden", List{128.0})), HasSubstr("model.hidden"));
  EXPECT_THAT(ErrorOf(With("optimizer", "lr", "high")), HasSubstr("optimizer.lr"));
}

TEST(ToTrainConfig, NamesTheParameterThatIsOutOfRange) {
  EXPECT_THAT(ErrorOf(With("training", "epochs", int64_t{0})), HasSubstr("training.epochs"));
  EXPECT_THAT(ErrorOf(With("training", "batch_size", int64_t{0})), HasSubstr("batch_size"));
  EXPECT_THAT(ErrorOf(With("training", "seed", int64_t{-1})), HasSubstr("training.seed"));
  EXPECT_THAT(ErrorOf(With("model", "hidden", List{int64_t{0}})), HasSubstr("model.hidden"));
  EXPECT_THAT(ErrorOf(With("optimizer", "lr", -0.1)), HasSubstr("optimizer.lr"));
  EXPECT_THAT(ErrorOf(With("optimizer", "momentum", std::nan(""))), HasSubstr("momentum"));
}

TEST(ToTrainConfig, RefusesAnotherOptimizer) {
  EXPECT_THAT(ErrorOf(With("optimizer", "type", "LBFGS")), HasSubstr("LBFGS"));
}

TEST(ToTrainConfig, ReadsEveryParameterOfSgd) {
  Map params = CompleteParams();
  params["optimizer"] = Map{{"type", "SGD"},     {"lr", 0.1},        {"momentum", 0.9},
                            {"dampening", -0.5}, {"nesterov", true}, {"weight_decay", 0.01}};
  const TrainConfig config = ToTrainConfig(params);
  EXPECT_EQ(config.optimizer, OptimizerType::kSgd);
  EXPECT_EQ(config.dampening, -0.5);
  EXPECT_TRUE(config.nesterov);
  EXPECT_EQ(config.weight_decay, 0.01);
}

Map AdamParams(List betas) {
  Map params = CompleteParams();
  params["optimizer"] =
      Map{{"type", "AdamW"}, {"lr", 0.1}, {"betas", std::move(betas)}, {"eps", 1e-6}};
  return params;
}

TEST(ToTrainConfig, ReadsEveryParameterOfAdam) {
  const TrainConfig config = ToTrainConfig(AdamParams({0.8, 0.99}));
  EXPECT_EQ(config.optimizer, OptimizerType::kAdamW);
  EXPECT_EQ(config.momentum, 0.8);
  EXPECT_EQ(config.beta2, 0.99);
  EXPECT_EQ(config.eps, 1e-6);
}

TEST(ToTrainConfig, TakesAFirstBetaThatTheScheduleOverridesAsZero) {
  EXPECT_EQ(ToTrainConfig(AdamParams({Value(), 0.99})).momentum, 0);
}

TEST(ToTrainConfig, RefusesBetasOutOfRange) {
  EXPECT_THAT(ErrorOf(AdamParams({0.9})), HasSubstr("optimizer.betas"));
  EXPECT_THAT(ErrorOf(AdamParams({0.9, 1.0})), HasSubstr("optimizer.betas"));
  EXPECT_THAT(ErrorOf(AdamParams({0.9, Value()})), HasSubstr("optimizer.betas"));
}

TEST(TrainConfig, CountsTheShortLastBatchAsAStep) {
  TrainConfig config;
  config.batch_size = 64;
  EXPECT_EQ(config.StepsPerEpoch(60000), 938);
  EXPECT_EQ(config.StepsPerEpoch(128), 2);
  EXPECT_EQ(config.StepsPerEpoch(1), 1);
}

}  // namespace
}  // namespace lrsweep
