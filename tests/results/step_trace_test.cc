#include "results/step_trace.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "results/store.h"
#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;

/// "0.1 0.9 null" for each step.
std::string Text(double number) { return std::isnan(number) ? "null" : std::to_string(number); }

class StepTraceTest : public SweepFixture {
 protected:
  static EpochRecord Epoch(std::vector<float> losses, StepRates rates) {
    EpochRecord record;
    record.epoch = 1;
    record.steps_done = static_cast<int64_t>(losses.size());
    record.losses = std::move(losses);
    record.rates = std::move(rates);
    return record;
  }

  /// Stores the epoch, and returns its steps as the view gives them; expects the same of the Store.
  std::vector<std::string> Steps(const EpochRecord& record) {
    Store store = CreateSweep({MakeTrial("a")});
    Begin(store, "a");
    store.AddEpoch("a", record);
    store.EndAttempt("a", TrialState::kCompleted, "");
    store.Close();
    std::vector<std::string> read;
    for (const StepRow& row : Store::Open(db_).Steps("a")) {
      read.push_back(Text(row.lr) + " " + Text(row.momentum) + " " + Text(row.loss));
    }
    SQLite::Database db(db_.string());
    SQLite::Statement query(db, "SELECT step, lr, momentum, loss FROM steps ORDER BY step");
    std::vector<std::string> rows;
    while (query.executeStep()) {
      EXPECT_EQ(query.getColumn(0).getInt64(), static_cast<int64_t>(rows.size()));
      std::string row;
      for (int i = 1; i <= 3; ++i) {
        const SQLite::Column column = query.getColumn(i);
        EXPECT_TRUE(column.isNull() || column.isFloat());
        row += (i == 1 ? "" : " ") + Text(column.isNull() ? std::nan("") : column.getDouble());
      }
      rows.push_back(row);
    }
    trace_ = db.execAndGet("SELECT trace FROM step_traces").getString();
    EXPECT_EQ(read, rows);
    std::filesystem::remove(db_);
    return rows;
  }

  std::string trace_;
};

TEST_F(StepTraceTest, StepsWithoutLossesAreTheirNumber) {
  EXPECT_THAT(
      Steps(Epoch(std::vector<float>(3, kNanLoss), {{0.5}, {0.25}})),
      ElementsAre("0.500000 0.250000 null", "0.500000 0.250000 null", "0.500000 0.250000 null"));
  EXPECT_EQ(trace_, "3");
  EXPECT_THAT(Steps(Epoch({kNanLoss}, {{2}, {0}})), ElementsAre("2.000000 0.000000 null"));
  EXPECT_EQ(trace_, "1");
}

TEST_F(StepTraceTest, WithRatesThatChangeTheRatesAlone) {
  EXPECT_THAT(Steps(Epoch({kNanLoss, kNanLoss}, {{0.5, 2}, {0.25}})),
              ElementsAre("0.500000 0.250000 null", "2.000000 0.250000 null"));
  EXPECT_EQ(trace_, "[0.5,2.0]");
  EXPECT_THAT(Steps(Epoch({kNanLoss, kNanLoss}, {{0.5, 2}, {0.25, 0}})),
              ElementsAre("0.500000 0.250000 null", "2.000000 0.000000 null"));
  EXPECT_EQ(trace_, "[[null,0.5,0.25],[null,2.0,0.0]]");
}

TEST_F(StepTraceTest, OneLossIsEnoughToKeepTheOthersPlaces) {
  EXPECT_THAT(Steps(Epoch({kNanLoss, 1}, {{0.5}, {0.25}})),
              ElementsAre("0.500000 0.250000 null", "0.500000 0.250000 1.000000"));
  EXPECT_EQ(trace_, "[null,1.0]");
  EXPECT_THAT(Steps(Epoch({kNanLoss, 1}, {{0.5, 2}, {0.25}})),
              ElementsAre("0.500000 0.250000 null", "2.000000 0.250000 1.000000"));
  EXPECT_EQ(trace_, "[[null,0.5],[1.0,2.0]]");
}

TEST_F(StepTraceTest, TheFormOfOlderLayoutsIsRead) {
  std::vector<StepRow> steps;
  ReadStepTrace({0.5, 0.25, "[null,null]"}, steps);
  ReadStepTrace({{}, 0.25, "[[null,0.5]]"}, steps);
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[1].lr, 0.5);
  EXPECT_EQ(steps[2].lr, 0.5);
  EXPECT_TRUE(std::isnan(steps[2].loss));
}

TEST_F(StepTraceTest, WhatIsNoTraceIsRefused) {
  std::vector<StepRow> steps;
  for (const char* json : {"-1", "1.5", "1000000000000", "\"3\"", "{}", "[", "[\"a\"]"}) {
    EXPECT_THROW(ReadStepTrace({0.5, 0.25, json}, steps), std::invalid_argument) << json;
  }
  EXPECT_THROW(ReadStepTrace({{}, 0.25, "3"}, steps), std::invalid_argument);
  EXPECT_THROW(ReadStepTrace({{}, {}, "[0.5]"}, steps), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
