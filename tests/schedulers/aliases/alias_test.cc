#include "schedulers/aliases/alias.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "schedulers/catalog.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;

/// The translated parameters that matter here.
Value At(const Map& scheduler, const std::string& path) {
  const Value* value = Find(scheduler, path);
  return value != nullptr ? *value : Value("missing");
}

TEST(AliasTest, HasTheNamesOfBothLibraries) {
  std::set<std::string> names;
  for (const Alias& alias : Aliases()) EXPECT_TRUE(names.insert(alias.name).second) << alias.name;
  for (const char* name : {"transformers.linear",
                           "transformers.cosine",
                           "transformers.cosine_with_restarts",
                           "transformers.polynomial",
                           "transformers.constant",
                           "transformers.constant_with_warmup",
                           "transformers.inverse_sqrt",
                           "transformers.reduce_lr_on_plateau",
                           "transformers.cosine_with_min_lr",
                           "transformers.cosine_warmup_with_min_lr",
                           "transformers.warmup_stable_decay",
                           "timm.cosine",
                           "timm.tanh",
                           "timm.step",
                           "timm.multistep",
                           "timm.plateau",
                           "timm.poly",
                           "timm.wsd",
                           "timm.rsqrt",
                           "timm.constant"}) {
    EXPECT_EQ(names.count(name), 1U) << name;
  }
}

TEST(AliasTest, BecomesTheTypeWithItsWarmup) {
  const Map schedule = Translated({{"type", "transformers.cosine"}, {"num_warmup_steps", "5%"}});
  EXPECT_EQ(At(schedule, "type"), Value("CosineAnnealingLR"));
  EXPECT_EQ(At(schedule, "T_max"), Value("run"));
  EXPECT_EQ(At(schedule, "eta_min"), Value(0.0));
  EXPECT_EQ(At(schedule, "interval"), Value("step"));
  EXPECT_EQ(At(schedule, "warmup.steps"), Value("5%"));
  EXPECT_EQ(At(schedule, "warmup.start_factor"), Value(0.0));
}

TEST(AliasTest, CountsTheWarmupOffTheHorizon) {
  const Map schedule = Translated(
      {{"type", "transformers.linear"}, {"num_warmup_steps", 100}, {"num_training_steps", 1000}});
  EXPECT_EQ(At(schedule, "type"), Value("LinearLR"));
  EXPECT_EQ(At(schedule, "total_iters"), Value(900));
}

TEST(AliasTest, PutsAWarmupOfEpochsIntoASequence) {
  const Map schedule =
      Translated({{"type", "transformers.linear"}, {"num_warmup_steps", 2}, {"interval", "epoch"}});
  EXPECT_EQ(At(schedule, "type"), Value("SequentialLR"));
  EXPECT_EQ(At(schedule, "milestones"), Value(List{2}));
  EXPECT_EQ(At(schedule, "warmup"), Value());
}

TEST(AliasTest, IsTranslatedInsideAComposedSchedule) {
  const Map member = {{"type", "transformers.cosine"}, {"num_warmup_steps", 5}};
  const Map constant = {{"type", "ConstantLR"}};
  const Map composed = {
      {"type", "SequentialLR"}, {"milestones", List{10}}, {"schedulers", List{constant, member}}};
  EXPECT_TRUE(HasAlias(composed));
  const Map schedule = Translated(composed);
  EXPECT_FALSE(HasAlias(schedule));
  EXPECT_EQ(At(schedule, "schedulers.1.type"), Value("SequentialLR"));
  EXPECT_EQ(At(schedule, "schedulers.1.schedulers.1.type"), Value("CosineAnnealingLR"));
  EXPECT_EQ(At(schedule, "schedulers.0.total_iters"), Value(5));  // its default
}

TEST(AliasTest, EveryTranslationIsASectionOfATrial) {
  ASSERT_FALSE(Aliases().empty());
  const Map needed = {{"decay_t", "20%"},
                      {"num_decay_steps", "20%"},
                      {"min_lr", 0.001},
                      {"stable_timescale", 2.0},
                      {"num_warmup_steps", "5%"}};
  for (const Alias& alias : Aliases()) {
    Map scheduler = {{"type", alias.name}};
    for (const Parameter& parameter : alias.parameters) {
      const auto found = needed.find(parameter.name);
      if (found == needed.end()) continue;
      const bool is_list = parameter.kind == Kind::kIntegerList;
      scheduler[parameter.name] = is_list ? Value(List{found->second}) : found->second;
    }
    SCOPED_TRACE(ToJson(scheduler));
    const Map translated = Translated(scheduler);
    EXPECT_EQ(At(translated, "interval"), Value(alias.default_interval));
    EXPECT_NO_THROW(TypeOf(translated).Check(translated)) << ToJson(translated);
    for (const Parameter& parameter : TypeOf(translated).parameters) {
      EXPECT_EQ(translated.count(parameter.name), 1U) << parameter.name;
    }
    EXPECT_EQ(ToJson(Translated(translated)), ToJson(translated));
  }
}

std::string Refusal(const Map& scheduler) {
  try {
    Translated(scheduler);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(AliasTest, NamesTheParameterThatContradictsAnother) {
  EXPECT_THAT(Refusal({{"type", "transformers.cosine"},
                       {"num_warmup_steps", 100},
                       {"num_training_steps", 100}}),
              testing::StartsWith("num_training_steps 100 is not above num_warmup_steps 100"));
  EXPECT_THAT(Refusal({{"type", "transformers.cosine_with_min_lr"}}),
              testing::StartsWith("min_lr or min_lr_rate is required"));
  EXPECT_THAT(
      Refusal({{"type", "transformers.cosine_with_min_lr"}, {"min_lr", 0.1}, {"min_lr_rate", 0.1}}),
      testing::StartsWith("min_lr_rate and min_lr"));
  EXPECT_THAT(Refusal({{"type", "timm.rsqrt"}, {"decay_t", 3}}),
              testing::StartsWith("stable_timescale is required"));
}

TEST(AliasTest, AsksWhatAPlainWordMeans) {
  EXPECT_EQ(UnknownScheduler("cosine"),
            "unknown scheduler \"cosine\"; did you mean CosineAnnealingLR (PyTorch), "
            "transformers.cosine or timm.cosine?");
  EXPECT_EQ(UnknownScheduler("Linear"),
            "unknown scheduler \"Linear\"; did you mean LinearLR (PyTorch) or "
            "transformers.linear?");
  EXPECT_EQ(UnknownScheduler("polynomial"),
            "unknown scheduler \"polynomial\"; did you mean PolynomialLR (PyTorch), "
            "transformers.polynomial or timm.poly?");
  EXPECT_EQ(UnknownScheduler("plateau"),
            "unknown scheduler \"plateau\"; did you mean ReduceLROnPlateau (PyTorch), "
            "transformers.reduce_lr_on_plateau or timm.plateau?");
  EXPECT_EQ(UnknownScheduler("tanh"), "unknown scheduler \"tanh\"; did you mean timm.tanh?");
  EXPECT_EQ(UnknownScheduler("transformer.cosine"),
            "unknown scheduler \"transformer.cosine\"; did you mean \"transformers.cosine\"?");
  EXPECT_THAT(UnknownScheduler("timm.forever_and_ever"),
              HasSubstr("known are timm.cosine, timm.tanh, timm.step"));
  EXPECT_THAT(UnknownScheduler("transformers.greedy"), HasSubstr("is not taken: "));
}

}  // namespace
}  // namespace lrsweep
