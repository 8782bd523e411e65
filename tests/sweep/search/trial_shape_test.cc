#include "sweep/search/trial_shape.h"

#include <gtest/gtest.h>

namespace lrsweep {
namespace {

/// A trial's parameters, all of them that there are.
Map Params() {
  return {
      {"dataset", Map{{"name", "mnist"}, {"validation", int64_t{0}}}},
      {"model", Map{{"hidden", List{int64_t{128}}}}},
      {"training", Map{{"batch_size", int64_t{64}}, {"epochs", int64_t{2}}, {"seed", int64_t{0}}}},
      {"optimizer", Map{{"type", "SGD"},
                        {"lr", 0.1},
                        {"momentum", 0.9},
                        {"weight_decay", 0.0},
                        {"dampening", 0.0},
                        {"nesterov", false},
                        {"betas", List{0.9, 0.999}},
                        {"eps", 1e-8}}},
      {"scheduler", Map{{"type", "StepLR"}, {"step_size", int64_t{1}}}}};
}

bool FitTogether(const std::string& path, const Value& value) {
  Map other = Params();
  SetAt(other, path, value);
  return PackKey(other) == PackKey(Params());
}

TEST(PackKeyTest, NumbersInTheFormulaMayDiffer) {
  EXPECT_TRUE(FitTogether("training.seed", int64_t{7}));
  EXPECT_TRUE(FitTogether("training.epochs", int64_t{9}));
  EXPECT_TRUE(FitTogether("optimizer.lr", 0.5));
  EXPECT_TRUE(FitTogether("optimizer.momentum", 0.5));
  EXPECT_TRUE(FitTogether("optimizer.weight_decay", 1e-4));
  EXPECT_TRUE(FitTogether("optimizer.dampening", 0.1));
  EXPECT_TRUE(FitTogether("optimizer.betas", List{0.8, 0.99}));
  EXPECT_TRUE(FitTogether("optimizer.eps", 1e-6));
  EXPECT_TRUE(FitTogether("scheduler", Map{{"type", "WSD"}}));
}

TEST(PackKeyTest, WhatShapesTheComputationMustBeEqual) {
  EXPECT_FALSE(FitTogether("dataset.name", "fashion_mnist"));
  EXPECT_FALSE(FitTogether("dataset.validation", int64_t{5000}));
  EXPECT_FALSE(FitTogether("model.hidden", List{int64_t{128}, int64_t{128}}));
  EXPECT_FALSE(FitTogether("model.hidden", List{}));
  EXPECT_FALSE(FitTogether("training.batch_size", int64_t{32}));
  EXPECT_FALSE(FitTogether("optimizer.type", "Adam"));
}

TEST(PackKeyTest, ScheduleThatOverridesTheRateFitsOneThatDoesNot) {
  Map other = Params();
  EraseAt(other, "optimizer.lr");
  EraseAt(other, "optimizer.momentum");
  EXPECT_EQ(PackKey(other), PackKey(Params()));
}

}  // namespace
}  // namespace lrsweep
