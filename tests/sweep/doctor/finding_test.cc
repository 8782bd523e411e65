#include "sweep/doctor/finding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace lrsweep {
namespace {

const Findings kFindings = {{"MPI", Health::kWorks, "fine"},
                            {"Slurm", Health::kAbsent, "no srun"},
                            {"C library", Health::kFails, "too\nold", "take a newer one"}};

TEST(FindingTest, OnlyWhatFailsIsNotWorking) {
  EXPECT_TRUE(AllWork({}));
  EXPECT_TRUE(AllWork({kFindings[0], kFindings[1]}));
  EXPECT_FALSE(AllWork(kFindings));
}

TEST(FindingTest, TheTextHasALineForEachAndItsAdviceBelow) {
  EXPECT_EQ(FindingsText(kFindings),
            "works   MPI        fine\n"
            "absent  Slurm      no srun\n"
            "fails   C library  too old\n"
            "                   -> take a newer one\n");
}

TEST(FindingTest, TheJsonHasTheSame) {
  const auto json = nlohmann::json::parse(FindingsJson(kFindings));
  EXPECT_EQ(json["works"], false);
  ASSERT_EQ(json["findings"].size(), 3U);
  EXPECT_EQ(json["findings"][0]["health"], "works");
  EXPECT_TRUE(json["findings"][1]["advice"].is_null());
  EXPECT_EQ(json["findings"][2]["topic"], "C library");
  EXPECT_EQ(json["findings"][2]["advice"], "take a newer one");
}

TEST(FindingTest, PackedFindingsAreOneLineAndComeBack) {
  const std::string packed = PackFindings(kFindings);
  EXPECT_EQ(packed.find('\n'), std::string::npos);
  EXPECT_EQ(UnpackFindings(packed), kFindings);
  EXPECT_THROW(UnpackFindings("no JSON"), std::runtime_error);
  EXPECT_THROW(UnpackFindings(R"([{"topic": "x"}])"), std::runtime_error);
  EXPECT_THROW(UnpackFindings(R"([{"topic":"x","health":"ill","what":"","advice":null}])"),
               std::runtime_error);
}

TEST(FindingTest, BytesThatAreNoTextDoNotHurt) {
  EXPECT_EQ(UnpackFindings(PackFindings({{"folder", Health::kWorks, "a\xff"}})).at(0).what,
            "a\xef\xbf\xbd");
}

}  // namespace
}  // namespace lrsweep
