#include "views/exports/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/sweep_fixture.h"
#include "views/exports/output.h"
#include "views/exports/rows.h"

namespace lrsweep {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string Rows(const std::string& format, const std::vector<std::vector<Json>>& rows,
                 const std::vector<std::string>& columns) {
  std::ostringstream out;
  const auto writer = MakeRowWriter(format, columns, out);
  for (const auto& row : rows) writer->Add(row);
  writer->End();
  return out.str();
}

TEST(RowWriterTest, CsvQuotesWhatRfc4180Wants) {
  EXPECT_EQ(Rows("csv", {{"plain", "a,b", "say \"hi\"", "two\nlines", " spaces "}},
                 {"1", "2", "3", "4,", "5"}),
            "1,2,3,\"4,\",5\nplain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\", spaces \n");
}

TEST(RowWriterTest, CsvTellsNullFromEmptyText) {
  EXPECT_EQ(Rows("csv", {{nullptr, "", 0, std::nan("")}}, {"a", "b", "c", "d"}),
            "a,b,c,d\n,\"\",0,\n");
}

TEST(RowWriterTest, NumbersReadBackToTheSameBits) {
  EXPECT_EQ(
      Rows("csv", {{0.1, 1.0, 1e-5, int64_t{9007199254740993}, true}}, {"a", "b", "c", "d", "e"}),
      "a,b,c,d,e\n0.1,1.0,1e-05,9007199254740993,true\n");
}

TEST(RowWriterTest, JsonIsOneArrayAndJsonLinesAnObjectALine) {
  EXPECT_EQ(Rows("json", {{1, "x"}, {nullptr, "\"\n"}}, {"a", "b"}),
            "[\n{\"a\":1,\"b\":\"x\"},\n{\"a\":null,\"b\":\"\\\"\\n\"}\n]\n");
  EXPECT_EQ(Rows("jsonl", {{1, "x"}, {2, json::array({1, 2})}}, {"a", "b"}),
            "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":[1,2]}\n");
}

TEST(RowWriterTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(Rows("csv", {{"a\xff"}}, {"x"}), "x\na\xef\xbf\xbd\n");
  EXPECT_EQ(Rows("jsonl", {{"a\xff"}}, {"x"}), "{\"x\":\"a\xef\xbf\xbd\"}\n");
}

class TablesTest : public SweepFixture {
 protected:
  static std::string Write(const Store& store, const std::string& table,
                           const std::string& format = "csv") {
    std::ostringstream out;
    WriteTable(store, {.format = format, .table = table}, out);
    return out.str();
  }
  static Trial With(Trial trial, const std::string& path, Value value) {
    SetAt(trial.params, path, std::move(value));
    return trial;
  }
};

TEST_F(TablesTest, TrialsHaveAColumnForEveryParameter) {
  Store store = CreateSweep({MakeTrial("aa", "StepLR", 0.1, 7), MakeTrial("bb", "CyclicLR", 0.5)});
  Complete(store, "aa", {0.5, 0.75});
  const std::string csv = Write(store, "trials");
  EXPECT_THAT(
      csv,
      StartsWith(
          "number,trial_id,group_id,state,scheduler,seed,error,started_at,"
          "wall_seconds,epochs_done,shared_epochs,diverged,in_space,objective_value,point,budget,"
          "rung,bracket,stopped_by,promoted,"
          "optimizer.lr,optimizer.type,scheduler.gamma,scheduler.type,"
          "training.epochs,training.seed\n"));
  EXPECT_THAT(csv, HasSubstr("\n0,aa,group,completed,StepLR,7,,"));
  EXPECT_THAT(csv, HasSubstr(",3.0,2,0,false,true,0.75,,,,,,false,0.1,SGD,0.1,StepLR,2,7\n"));
  EXPECT_THAT(
      csv,
      HasSubstr("\n1,bb,group,pending,CyclicLR,0,,,0.0,0,0,false,true,,,,,,,false,0.1,SGD,0.5,"));
}

TEST_F(TablesTest, AColumnHasOneType) {
  Store store =
      CreateSweep({With(With(MakeTrial("aa"), "scheduler.a", int64_t{1}), "scheduler.b", "run"),
                   With(With(MakeTrial("bb"), "scheduler.a", 0.5), "scheduler.b", int64_t{20}),
                   With(MakeTrial("cc"), "scheduler.c", List{int64_t{1}, int64_t{2}})});
  const json rows = json::parse(Write(store, "trials", "json"));
  EXPECT_TRUE(rows[0]["scheduler.a"].is_number_float());
  EXPECT_TRUE(rows[1]["scheduler.a"].is_number_float());
  EXPECT_TRUE(rows[2]["scheduler.a"].is_null());
  EXPECT_EQ(rows[0]["scheduler.b"], "run");
  EXPECT_EQ(rows[1]["scheduler.b"], "20");
  EXPECT_EQ(rows[2]["scheduler.c"], json::array({1, 2}));
  EXPECT_THAT(Write(store, "trials"), HasSubstr("\"[1,2]\""));
}

TEST_F(TablesTest, ParametersOfNestedSchedulesHaveColumns) {
  const Map linear = {{"type", "LinearLR"}, {"start_factor", 0.5}};
  const Map step = {{"type", "StepLR"}, {"gamma", 0.1}};
  Store store = CreateSweep(
      {With(MakeTrial("aa"), "scheduler.schedulers", List{linear, step}), MakeTrial("bb")});
  const json rows = json::parse(Write(store, "trials", "json"));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["scheduler.schedulers.0.start_factor"], 0.5);
  EXPECT_EQ(rows[0]["scheduler.schedulers.1.gamma"], 0.1);
  EXPECT_EQ(rows[0]["scheduler.schedulers.1.type"], "StepLR");
  EXPECT_EQ(rows[0]["scheduler.schedulers"],  // as 0.1.0 exported it
            json::parse(R"([{"start_factor": 0.5, "type": "LinearLR"},
                            {"gamma": 0.1, "type": "StepLR"}])"));
  EXPECT_TRUE(rows[1]["scheduler.schedulers.1.gamma"].is_null());
}

TEST_F(TablesTest, EpochsAndStepsAreRowsOfTheirOwn) {
  Store store = CreateSweep({MakeTrial("aa"), MakeTrial("bb")});
  Complete(store, "aa", {0.5, 0.75});
  Diverge(store, "bb");
  EXPECT_EQ(
      Write(store, "epochs"),
      "trial_id,epoch,steps_done,lr,train_loss,val_loss,val_accuracy,wall_seconds,trained_by\n"
      "aa,1,2,0.1,0.375,0.5,0.5,1.5,\naa,2,4,0.1,0.375,0.25,0.75,1.5,\n"
      "bb,1,2,0.1,,0.9,0.1,1.5,\n");
  EXPECT_EQ(Write(store, "steps"),
            "trial_id,epoch,step,lr,momentum,loss\n"
            "aa,1,0,0.1,0.9,0.5\naa,1,1,0.1,0.9,0.25\naa,2,2,0.1,0.9,0.5\naa,2,3,0.1,0.9,0.25\n"
            "bb,1,0,0.1,0.9,0.5\nbb,1,1,0.1,0.9,\n");
}

TEST_F(TablesTest, MetricsThatAProgramReportsAreColumns) {
  Store store = CreateSweep({MakeTrial("aa"), MakeTrial("bb")});
  Begin(store, "aa");
  EpochRecord record = MakeEpoch(1, 0.5);
  record.metrics["f1"] = 0.25;
  store.AddEpoch("aa", record);
  Complete(store, "bb", {0.75});
  EXPECT_EQ(
      Write(store, "epochs"),
      "trial_id,epoch,steps_done,lr,train_loss,val_loss,val_accuracy,f1,wall_seconds,trained_by\n"
      "aa,1,2,0.1,0.375,0.5,0.5,0.25,1.5,\nbb,1,2,0.1,0.375,0.25,0.75,,1.5,\n");
  const json rows = json::parse(Write(store, "epochs", "json"));
  EXPECT_EQ(rows[0]["f1"], 0.25);
  EXPECT_TRUE(rows[1]["f1"].is_null());
}

TEST_F(TablesTest, AttemptsNameTheirTrial) {
  Store store = CreateSweep({MakeTrial("aa")});
  Fail(store, "aa", "no memory, at all");
  EXPECT_THAT(Write(store, "attempts"),
              AllOf(StartsWith("trial_id,attempt,worker,host,device,engine,cpu_target,pack_size,"
                               "started_at,ended_at,first_epoch,outcome,error\naa,1,3,node-a,cpu,"),
                    HasSubstr(",1,failed,\"no memory, at all\"\n")));
}

TEST_F(TablesTest, RankingIsInOrderOfPlace) {
  Store store = CreateSweep({MakeTrial("aa"), MakeTrial("bb"), MakeTrial("cc"), MakeTrial("dd")});
  Complete(store, "aa", {0.5});
  Complete(store, "bb", {0.9});
  Diverge(store, "cc");
  const json rows = json::parse(Write(store, "ranking", "json"));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0]["trial_id"], "bb");
  EXPECT_EQ(rows[0]["place"], 1);
  EXPECT_EQ(rows[0]["value"], 0.9);
  EXPECT_EQ(rows[2]["trial_id"], "cc");
  EXPECT_TRUE(rows[2]["value"].is_null());
}

TEST_F(TablesTest, RankingAndGroupsHaveTheTestValueWhereImagesAreHeldBack) {
  Trial trial = MakeTrial("aa");
  trial.params["dataset"] = Map{{"validation", int64_t{10}}};
  Store store = CreateSweep({trial});
  Begin(store, "aa");
  EpochRecord record = MakeEpoch(1, 0.5);
  record.metrics[kTestLoss] = 0.75;
  record.metrics[kTestAccuracy] = 0.25;
  store.AddEpoch("aa", record);
  store.EndAttempt("aa", TrialState::kCompleted, "");
  for (const char* table : {"ranking", "groups"}) {
    EXPECT_EQ(json::parse(Write(store, table, "json"))[0]["test_value"], 0.25) << table;
  }
}

TEST_F(TablesTest, GroupsHaveTheirMeansAndIntervals) {
  Store store = CreateSweep({MakeTrial("aa", "StepLR", 0.1, 0), MakeTrial("bb", "StepLR", 0.1, 1),
                             MakeTrial("cc", "StepLR", 0.1, 2)});
  Complete(store, "aa", {0.5});
  Complete(store, "bb", {0.7});
  Diverge(store, "cc");
  const json rows = json::parse(Write(store, "groups", "json"));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0]["n"], 2);
  EXPECT_DOUBLE_EQ(rows[0]["mean"], 0.6);
  EXPECT_NEAR(rows[0]["sd"], 0.1414213562, 1e-9);
  // 0.6 -+ 12.70620474 * 0.1, cut at the range of an accuracy.
  EXPECT_EQ(rows[0]["low"], 0);
  EXPECT_EQ(rows[0]["high"], 1);
  EXPECT_EQ(rows[0]["best"], 0.7);
  EXPECT_EQ(rows[0]["diverged"], 1);
  EXPECT_EQ(rows[0]["optimizer.lr"], 0.1);
  EXPECT_FALSE(rows[0].contains("training.seed"));
}

TEST_F(TablesTest, ATableWithoutRowsIsASentenceAndWritesNothing) {
  Store store = CreateSweep({MakeTrial("aa")});
  ASSERT_THAT(ExportTables(), Contains("ranking"));
  for (const std::string& table : ExportTables()) {
    std::ostringstream out;
    const TableOptions options{.table = table};
    if (table == "trials") {
      EXPECT_NO_THROW(WriteTable(store, options, out));
    } else {
      EXPECT_THROW(WriteTable(store, options, out), ExportError) << table;
      EXPECT_EQ(out.str(), "");
    }
  }
}

TEST_F(TablesTest, InterruptionEndsIt) {
  Store store = CreateSweep({MakeTrial("aa")});
  std::ostringstream out;
  EXPECT_THROW(WriteTable(store, {.interrupted = [] { return true; }}, out), ExportInterrupted);
}

TEST_F(TablesTest, AStreamThatTakesNoMoreIsAnError) {
  Store store = CreateSweep({MakeTrial("aa")});
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  EXPECT_THROW(WriteTable(store, {}, out), std::filesystem::filesystem_error);
}

}  // namespace
}  // namespace lrsweep
