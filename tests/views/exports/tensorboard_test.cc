#include "views/exports/tensorboard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "tests/support/sweep_fixture.h"
#include "tests/support/temp_folder.h"
#include "views/exports/event_file.h"

namespace lrsweep {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsSupersetOf;

TEST(Crc32cTest, IsThatOfRfc3720) {
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62A8AB43U);
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283U);
}

/// What an independent reader (tests/views/exports/read_events.py) finds.
class TensorBoardTest : public SweepFixture {
 protected:
  json Exported(const Store& store, const RunOptions& options = {}) {
    std::filesystem::create_directory(folder_ / "tb");
    WriteTensorBoard(store, folder_ / "tb", options);
    const ProgramResult read =
        RunShell("python3 " LRSWEEP_SOURCE_DIR "/tests/views/exports/read_events.py " +
                 (folder_ / "tb").string());
    EXPECT_EQ(read.status, 0) << read.output;
    return json::parse(read.output);
  }
  /// The value of a field of a message, the first one, or null.
  static json Field(const json& message, int number) {
    for (const json& field : message) {
      if (field[0] == number) return field[1];
    }
    return nullptr;
  }
  /// "tag step value" of every scalar of a run.
  static std::vector<std::string> Scalars(const json& events) {
    std::vector<std::string> scalars;
    for (const json& event : events) {
      for (const json& value : Field(event, 5)) {
        if (Field(value[1], 2).is_null()) continue;
        scalars.push_back(Field(value[1], 1).get<std::string>() + " " + Field(event, 2).dump() +
                          " " + Field(value[1], 2).dump());
      }
    }
    return scalars;
  }
  /// The HParams message under the tag: its plugin data.
  static json HParams(const json& events, const std::string& tag) {
    for (const json& event : events) {
      for (const json& value : Field(event, 5)) {
        if (Field(value[1], 1) == tag) return Field(Field(Field(value[1], 9), 1), 2);
      }
    }
    return nullptr;
  }
};

TEST_F(TensorBoardTest, ATrialIsARunWithItsScalars) {
  Store store = CreateSweep({MakeTrial("aa", "StepLR", 0.1), MakeTrial("bb", "StepLR", 0.5)});
  Complete(store, "aa", {0.5, 0.75});
  const json runs = Exported(store);
  ASSERT_EQ(runs.size(), 2U);  // the experiment, and the trial that has begun
  const json& events = runs.at("StepLR_gamma=0.1,aa");
  EXPECT_EQ(Field(events[0], 3), "brain.Event:2");
  EXPECT_THAT(Scalars(events),
              ElementsAre("train_loss 1 0.375", "val_loss 1 0.5", "val_accuracy 1 0.5",
                          "lr 1 0.10000000149011612", "momentum 1 0.8999999761581421",
                          "train_loss 2 0.375", "val_loss 2 0.25", "val_accuracy 2 0.75",
                          "lr 2 0.10000000149011612", "momentum 2 0.8999999761581421"));
  EXPECT_DOUBLE_EQ(Field(events[3], 1).get<double>() - Field(events[2], 1).get<double>(), 1.5);
}

TEST_F(TensorBoardTest, StepsAreScalarsWhereAskedFor) {
  Store store = CreateSweep({MakeTrial("aa")});
  Complete(store, "aa", {0.5});
  const json runs = Exported(store, {.step_points = 0});
  EXPECT_THAT(Scalars(runs.at("StepLR,aa")),
              IsSupersetOf({"step/loss 0 0.5", "step/loss 1 0.25", "step/lr 1 0.10000000149011612",
                            "step/momentum 0 0.8999999761581421"}));
}

TEST_F(TensorBoardTest, TheHParamsTabKnowsParametersAndMetrics) {
  Store store =
      CreateSweep({MakeTrial("aa", "StepLR", 0.1, 0), MakeTrial("bb", "CosineLR", 0.1, 1)});
  Complete(store, "aa", {0.5});
  Diverge(store, "bb");
  const json runs = Exported(store);
  const json experiment = Field(HParams(runs.at("."), "_hparams_/experiment"), 2);
  EXPECT_EQ(Field(experiment, 6), "a-sweep");
  std::vector<std::string> hparams;
  std::vector<std::string> metrics;
  for (const json& field : experiment) {
    if (field[0] == 4) hparams.push_back(Field(field[1], 1).dump() + Field(field[1], 4).dump());
    if (field[0] == 5) metrics.push_back(Field(Field(field[1], 1), 2));
  }
  // gamma and the others are the same in both; types: 1 is a text, 3 a number.
  EXPECT_THAT(hparams, ElementsAre("\"scheduler.type\"1", "\"training.seed\"3"));
  EXPECT_THAT(metrics, ElementsAre("val_accuracy", "val_loss", "train_loss"));

  const json& aa = runs.at("StepLR,aa");
  const json start = Field(HParams(aa, "_hparams_/session_start_info"), 3);
  EXPECT_EQ(start[0], json::parse(R"([1, [[1, "scheduler.type"], [2, [[3, "StepLR"]]]]])"));
  EXPECT_EQ(start[1], json::parse(R"([1, [[1, "training.seed"], [2, [[2, 0.0]]]]])"));
  EXPECT_EQ(Field(Field(HParams(aa, "_hparams_/session_end_info"), 4), 1), 1);  // success
  EXPECT_EQ(Field(Field(HParams(runs.at("CosineLR,bb"), "_hparams_/session_end_info"), 4), 1), 2);
}

TEST_F(TensorBoardTest, NothingTrainedIsASentence) {
  Store store = CreateSweep({MakeTrial("aa")});
  EXPECT_THROW(WriteTensorBoard(store, folder_.path(), {}), ExportError);
}

TEST_F(TensorBoardTest, NamesStayInTheFolder) {
  Trial trial = MakeTrial("aa", "../../StepLR", 0.1);
  Store store = CreateSweep({trial, MakeTrial("bb", "../../StepLR", 0.5)});
  Complete(store, "aa", {0.5});
  EXPECT_EQ(Exported(store).count("_._.._StepLR_gamma=0.1,aa"), 1U);
}

}  // namespace
}  // namespace lrsweep
