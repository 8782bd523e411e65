#include "sweep/config/rates_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sweep/config/sweep_config.h"
#include "sweep/config/trial_id.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class RatesFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("rates_file_" + std::to_string(getpid()));
    fs::create_directories(folder_ / "inner");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  SweepConfig Parse(const std::string& scheduler, const std::vector<Setting>& settings = {}) const {
    return ParseSweepConfig(
        "name: t\ntraining: {epochs: 2}\noptimizer: {lr: 0.1}\nscheduler: " + scheduler + "\n",
        (folder_ / "s.yaml").string(), settings);
  }

  /// The rates that the Table has from a file with this text.
  List RatesOf(const std::string& text) const {
    Write("rates.csv", text);
    return std::get<List>(
        Parse("{type: Table, file: rates.csv}").schedulers[0].section.at("rates"));
  }

  /// The error without the folder's name.
  std::string ErrorOf(const std::string& scheduler) const {
    try {
      Parse(scheduler);
    } catch (const ConfigError& error) {
      std::string what = error.what();
      const std::string prefix = folder_.string() + "/";
      for (size_t at = what.find(prefix); at != std::string::npos; at = what.find(prefix)) {
        what.erase(at, prefix.size());
      }
      return what;
    }
    return "no error";
  }
  std::string ErrorInFile(const std::string& text) const {
    Write("rates.csv", text);
    return ErrorOf("{type: Table, file: rates.csv}");
  }

  fs::path folder_;
};

TEST_F(RatesFileTest, ReadsOneRateALine) {
  const List rates = {0.1, 0.05, 0.0, 2.0};
  EXPECT_EQ(RatesOf("0.1\n0.05\n0\n2\n"), rates);
  EXPECT_EQ(RatesOf("0.1\n5e-2\n0.0\n2"), rates);
  EXPECT_EQ(RatesOf("\xEF\xBB\xBFlr\r\n0.1\r\n  0.05 \r\n\r\n0\r\n2\r\n"), rates);
  EXPECT_EQ(RatesOf("# found by hand\n\"learning rate\"\n0.1\n# later\n0.05\n0\n2\n"), rates);
}

TEST_F(RatesFileTest, IdentityIsTheRatesAndNotTheFile) {
  Write("rates.csv", "0.1\n0.05\n");
  Write("inner/others.txt", "lr\n1e-1\n\n0.05");
  const Map from_file = Parse("{type: Table, file: rates.csv}").schedulers[0].section;
  EXPECT_EQ(from_file, Parse("{type: Table, file: inner/others.txt}").schedulers[0].section);
  EXPECT_EQ(from_file, Parse("{type: Table, rates: [0.1, 0.05]}").schedulers[0].section);
  EXPECT_EQ(ToJson(CanonicalSection(Model::kBuiltIn, "scheduler", from_file)),
            R"({"rates":[0.1,0.05],"type":"Table"})");
}

TEST_F(RatesFileTest, TakesTheNameFromTheConfigurationsFolderAndASettingsFromTheCurrentOne) {
  Write("inner/rates.csv", "0.1\n");
  const fs::path file = folder_ / "inner" / "rates.csv";
  EXPECT_EQ(ErrorOf("{type: Table, file: inner/rates.csv}"), "no error");
  EXPECT_EQ(ErrorOf("{type: Table, file: " + file.string() + "}"), "no error");
  EXPECT_NO_THROW(Parse("{type: StepLR, step_size: 1}",
                        {{"scheduler", "{type: Table, file: " + file.string() + "}"}}));
  EXPECT_THROW(Parse("{type: StepLR, step_size: 1}",
                     {{"scheduler", "{type: Table, file: inner/rates.csv}"}}),
               ConfigError);
}

TEST_F(RatesFileTest, TheStoredConfigurationHasTheRatesAndNeedsNoFile) {
  Write("rates.csv", "0.1\n0.05\n");
  const SweepConfig config =
      Parse("[{type: Table, file: rates.csv}, {type: StepLR, step_size: 1}]");
  fs::remove(folder_ / "rates.csv");
  const SweepConfig again = ParseSweepConfig(config.yaml, "stored");
  ASSERT_EQ(again.schedulers.size(), 2U);
  EXPECT_EQ(again.schedulers[0].section, config.schedulers[0].section);
  const std::string plain = "{type: Table, rates: [0.1]}  # as it is";
  EXPECT_THAT(Parse(plain).yaml, HasSubstr(plain));
}

TEST_F(RatesFileTest, AGridOfFilesIsAnAxisOfRates) {
  Write("a.csv", "0.1\n");
  Write("b.csv", "0.2\n0.1\n");
  const SweepConfig config = Parse("{type: Table, file: {grid: [a.csv, b.csv]}}");
  ASSERT_EQ(config.schedulers[0].axes.size(), 1U);
  EXPECT_EQ(config.schedulers[0].axes[0].path, "scheduler.rates");
  EXPECT_EQ(config.schedulers[0].axes[0].values, (std::vector<Value>{List{0.1}, List{0.2, 0.1}}));
}

TEST_F(RatesFileTest, ReadsThoseOfNestedSchedulers) {
  Write("a.csv", "0.1\n");
  const SweepConfig config = Parse(
      "{type: SequentialLR, milestones: [1], schedulers: [{type: Table, file: a.csv}, "
      "{type: Table, rates: [0.2]}]}");
  const auto& members = std::get<List>(config.schedulers[0].section.at("schedulers"));
  EXPECT_EQ(std::get<Map>(members[0]).at("rates"), Value(List{0.1}));
}

TEST_F(RatesFileTest, MistakesInTheFileNameTheirPlaceInIt) {
  EXPECT_EQ(ErrorInFile("lr\n0.1\n  -0.1\n"),
            "rates.csv:3:3: expected one learning rate, a number of at least 0, not \"-0.1\"");
  EXPECT_EQ(ErrorInFile("0.1, 0.2\n"),
            "rates.csv:1:1: expected one learning rate, a number of at least 0, not \"0.1, 0.2\"");
  for (const char* text : {"nan\n", "inf\n", "0.1\nlr\n", "0.1\n1e999\n", "0.1 0.2", "0.1\ntrue\n",
                           "lr\nlr\n0.1\n", "0x10\n", "[0.1]\n", "\x01\n"}) {
    EXPECT_THAT(ErrorInFile(text), StartsWith("rates.csv:")) << text;
  }
}

TEST_F(RatesFileTest, MistakesAboutTheFileNameTheirPlaceInTheConfiguration) {
  EXPECT_EQ(ErrorInFile(""),
            "s.yaml:4:32: scheduler.file: rates.csv has 0 learning rates, expected 1 to 50000");
  EXPECT_THAT(ErrorInFile("# nothing\nlr\n"), HasSubstr("has 0 learning rates"));
  std::string many;
  for (int i = 0; i < 50'001; ++i) many += "0.1\n";
  EXPECT_THAT(ErrorInFile(many), HasSubstr("has 50001 learning rates"));
  EXPECT_THAT(ErrorOf("{type: Table, file: missing.csv}"),
              testing::AllOf(StartsWith("s.yaml:4:32: scheduler.file: missing.csv"),
                             EndsWith("No such file or directory")));
  EXPECT_THAT(ErrorOf("{type: Table, file: inner}"),
              HasSubstr("is a folder, not a file of learning rates"));
  EXPECT_THAT(ErrorOf("{type: Table, file: [a.csv]}"), HasSubstr("expected the name of a file"));
  EXPECT_THAT(ErrorOf("{type: Table, file: ''}"), HasSubstr("expected the name of a file"));
  EXPECT_THAT(ErrorOf("{type: Table}"), HasSubstr("Table needs file: rates.csv, or rates: ["));
  EXPECT_THAT(ErrorOf("{type: Table, file: null}"), HasSubstr("Table needs file"));
  Write("a.csv", "0.1\n");
  EXPECT_THAT(ErrorOf("{type: Table, file: a.csv, rates: [0.1]}"),
              HasSubstr("rates are given too: write one of them"));
}

}  // namespace
}  // namespace lrsweep
