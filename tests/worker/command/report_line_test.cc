#include "worker/command/report_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <typename T>
T Parsed(const std::string& line) {
  const Report report = ParseReport(line);
  if (const auto* bad = std::get_if<BadReport>(&report)) {
    ADD_FAILURE() << line.substr(0, 200) << ": " << bad->why;
    return {};
  }
  EXPECT_TRUE(std::holds_alternative<T>(report)) << line;
  return std::holds_alternative<T>(report) ? std::get<T>(report) : T{};
}

std::string WhyBad(const std::string& line) {
  const Report report = ParseReport(line);
  const auto* bad = std::get_if<BadReport>(&report);
  return bad == nullptr ? "it is good" : bad->why;
}

TEST(ReportLineTest, ReadsAnEpoch) {
  const auto report = Parsed<EpochReport>(
      R"({"epoch": 3, "steps": 1173, "val_accuracy": 0.91, "lr": 0.05, "momentum": 0.9,)"
      R"( "losses": [0.5, 0.25], "done": true, "note": "x"})");
  EXPECT_EQ(report.epoch, 3);
  EXPECT_EQ(report.steps, 1173);
  EXPECT_EQ(report.applied.lr, 0.05);
  EXPECT_EQ(report.applied.momentum, 0.9);
  EXPECT_THAT(report.losses, ElementsAre(0.5F, 0.25F));
  EXPECT_EQ(report.metrics, (Metrics{{"val_accuracy", 0.91}, {"done", 1}}));
  EXPECT_THAT(report.ignored, ElementsAre("note"));
}

TEST(ReportLineTest, ReadsAResultProgressAndACheckpoint) {
  EXPECT_EQ(Parsed<ResultReport>(R"({"val_loss": 0.5, "lr": 0.1})").metrics,
            (Metrics{{"val_loss", 0.5}}));
  const auto progress = Parsed<ProgressReport>(R"({"steps": 500, "loss": 0.3, "lr": 0.1})");
  EXPECT_EQ(progress.steps, 500);
  EXPECT_EQ(progress.loss, 0.3);
  EXPECT_EQ(progress.applied.lr, 0.1);
  const auto checkpoint = Parsed<CheckpointReport>(R"({"checkpoint": "ckpt-3.pt", "epoch": 3})");
  EXPECT_EQ(checkpoint.path, "ckpt-3.pt");
  EXPECT_EQ(checkpoint.epoch, 3);
}

TEST(ReportLineTest, ReadsIntegersThatAreWrittenAsReals) {
  EXPECT_EQ(Parsed<EpochReport>(R"({"epoch": 3.0, "steps": 4e2, "a": 1})").steps, 400);
}

TEST(ReportLineTest, ReadsPythonsNotNumbersOutsideOfTexts) {
  const auto report = Parsed<EpochReport>(
      R"({"epoch": 1, "a": NaN, "b": Infinity, "c": -Infinity, "d": null, "e": "\"NaN\\",)"
      R"( "losses": [NaN, 1]})");
  for (const char* name : {"a", "b", "c", "d"}) {
    EXPECT_TRUE(std::isnan(report.metrics.at(name))) << name;
  }
  EXPECT_THAT(report.ignored, ElementsAre("e"));
  EXPECT_TRUE(std::isnan(report.losses.at(0)));
}

TEST(ReportLineTest, ReadsNumbersAsProgramsPrintThem) {
  const auto report = Parsed<EpochReport>(
      R"({"epoch": 1, "a": nan, "b": -nan, "c": inf, "d": -INF, "e": 1e400, "f": -1E+999, "g": .5,)"
      R"( "h": +5, "i": -.25, "j": 1e-400, "k": true, "l-nan": 1, "losses": [inf, 1.5e2]})");
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    EXPECT_TRUE(std::isnan(report.metrics.at(name))) << name;
  }
  EXPECT_EQ(report.metrics.at("g"), 0.5);
  EXPECT_EQ(report.metrics.at("h"), 5);
  EXPECT_EQ(report.metrics.at("i"), -0.25);
  EXPECT_EQ(report.metrics.at("j"), 0);
  EXPECT_EQ(report.metrics.at("k"), 1);
  EXPECT_EQ(report.metrics.at("l-nan"), 1);
  EXPECT_EQ(report.losses.at(1), 150);
  EXPECT_TRUE(
      std::isnan(Parsed<EpochReport>("{\"epoch\": 1, \"a\": 1" + std::string(400, '0') + "}")
                     .metrics.at("a")));
}

TEST(ReportLineTest, SaysWhatIsWrong) {
  EXPECT_THAT(WhyBad("{"), HasSubstr("it is no JSON: parse error at line 1, column 2"));
  EXPECT_THAT(WhyBad(R"({"a": none})"), HasSubstr("it is no JSON"));
  EXPECT_THAT(WhyBad(R"({"a": --5})"), HasSubstr("it is no JSON"));
  EXPECT_EQ(WhyBad(R"({"epoch": 1, "a": "0.3"})"),
            "it has no metric: \"a\" is no number; expected at least one, such as \"val_loss\": "
            "0.5");
  EXPECT_THAT(WhyBad("{\"a\": \"\xff\"}"), HasSubstr("it is no JSON"));
  EXPECT_THAT(WhyBad(R"({"a": 1} x)"), HasSubstr("it is no JSON"));
  EXPECT_THAT(WhyBad(""), HasSubstr("it is no JSON"));
  EXPECT_EQ(WhyBad("[1]"), "it is no JSON object");
  EXPECT_EQ(WhyBad("7"), "it is no JSON object");
  EXPECT_EQ(WhyBad(R"("a")"), "it is no JSON object");
  EXPECT_EQ(WhyBad(R"({"a": 1, "a": 2})"), "\"a\" is in it twice");
  EXPECT_EQ(WhyBad(R"({"losses": [1], "losses": [1], "a": 2})"), "\"losses\" is in it twice");
  EXPECT_EQ(WhyBad(R"({"epoch": 1, "losses": 3, "losses": [], "a": 1})"),
            "\"losses\" is in it twice");
  EXPECT_EQ(WhyBad("{}"), "it has no metric; expected at least one, such as \"val_loss\": 0.5");
  EXPECT_THAT(WhyBad(R"({"epoch": 1, "lr": 0.1, "name": "x"})"), HasSubstr("it has no metric"));
  EXPECT_EQ(WhyBad(R"({"epoch": 0, "a": 1})"), "\"epoch\" is 0; expected an integer of at least 1");
  EXPECT_EQ(WhyBad(R"({"epoch": 1.5, "a": 1})"),
            "\"epoch\" is 1.5; expected an integer of at least 1");
  EXPECT_EQ(WhyBad(R"({"epoch": "3", "a": 1})"),
            "\"epoch\" is \"3\"; expected an integer of at least 1");
  EXPECT_EQ(WhyBad(R"({"epoch": 1e300, "a": 1})"),
            "\"epoch\" is 1e+300; expected an integer of at least 1");
  EXPECT_EQ(WhyBad(R"({"epoch": null, "a": 1})"),
            "\"epoch\" is NaN; expected an integer of at least 1");
  EXPECT_EQ(WhyBad(R"({"epoch": 1, "steps": 0, "a": 1})"),
            "\"steps\" is 0; expected an integer of at least 1");
  EXPECT_EQ(WhyBad(R"({"epoch": 1, "lr": [0.1], "a": 1})"),
            "\"lr\" is a list or an object; expected a number");
  EXPECT_EQ(WhyBad(R"({"epoch": 1, "losses": 3, "a": 1})"),
            "\"losses\" is 3; expected a list of numbers");
  EXPECT_EQ(WhyBad(R"({"epoch": 1, "losses": [[1]], "a": 1})"),
            "\"losses\" holds a list; expected numbers");
  EXPECT_EQ(WhyBad(R"({"epoch": 1, "losses": ["x"], "a": 1})"),
            "\"losses\" holds a text; expected numbers");
  EXPECT_THAT(WhyBad(R"({"epoch": 1, "val loss": 1})"), HasSubstr("the name of the metric"));
  EXPECT_THAT(WhyBad(R"({"epoch": 1, "": 1})"), HasSubstr("the name of the metric"));
  EXPECT_EQ(WhyBad(R"({"checkpoint": "a"})"), "a checkpoint needs the \"epoch\" of which it is");
  EXPECT_EQ(WhyBad(R"({"checkpoint": 3, "epoch": 1})"),
            "\"checkpoint\" is 3; expected the name of a file or folder");
  EXPECT_THAT(WhyBad(R"({"checkpoint": "a", "epoch": 1, "val_loss": 3})"),
              HasSubstr("a line of its own"));
}

TEST(ReportLineTest, SkipsWhatIsNestedAndRefusesWhatIsNestedTooDeep) {
  EXPECT_THAT(Parsed<ResultReport>(R"({"a": 1, "b": {"c": [1, {"a": "x"}], "a": 2}})").ignored,
              ElementsAre("b"));
  EXPECT_THAT(WhyBad(R"({"a": )" + std::string(1'000'000, '[')), HasSubstr("more than 100 deep"));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a": )";
  EXPECT_THAT(WhyBad(objects), HasSubstr("more than 100 deep"));
}

TEST(ReportLineTest, BoundsMembersAndBytes) {
  std::string members = R"({"x": 1)";
  for (int i = 0; i < 1000; ++i) members += ", \"m" + std::to_string(i) + "\": 1";
  EXPECT_EQ(WhyBad(members + "}"), "it has more than 1000 members");
  EXPECT_EQ(WhyBad(std::string((16u << 20) + 1, ' ')), "it is longer than 16 MB");
}

TEST(ReportLineTest, ReadsAMillionLosses) {
  std::string line = R"({"epoch": 1, "val_loss": 1, "losses": [0.5)";
  for (int i = 1; i < 1'000'000; ++i) line += ",0.5";
  EXPECT_EQ(Parsed<EpochReport>(line + "]}").losses.size(), 1'000'000);
}

}  // namespace
}  // namespace lrsweep
