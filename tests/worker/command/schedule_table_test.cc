#include "worker/command/schedule_table.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <vector>

#include "tests/support/temp_folder.h"
#include "worker/command/file_error.h"

namespace lrsweep {
namespace {

class ScheduleTableTest : public testing::Test {
 protected:
  bool Write(const RatesAt& rates, int64_t steps) {
    return WriteScheduleTable(files_, rates, steps, [] { return true; });
  }
  std::string Csv() const { return folder_.Read("schedule.csv"); }
  std::vector<double> Binary() const {
    const std::string bytes = folder_.Read("schedule.bin");
    std::vector<double> numbers(bytes.size() / sizeof(double));
    std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(double));
    return numbers;
  }

  TempFolder folder_;
  ScheduleFiles files_{folder_ / "schedule.csv", folder_ / "schedule.bin"};
};

Rates Halving(int64_t step) { return {std::ldexp(0.1, -static_cast<int>(step)), 0.9}; }

TEST_F(ScheduleTableTest, WritesShortestDecimalsAndTheSameDoubles) {
  const std::vector<double> lrs = {0.1, 1e-5, 1.0 / 3, 0, 1e22};
  ASSERT_TRUE(Write([&lrs](int64_t step) { return Rates{lrs.at(step), 0.9}; }, 5));
  EXPECT_EQ(Csv(),
            "step,lr,momentum\n0,0.1,0.9\n1,1e-05,0.9\n2,0.3333333333333333,0.9\n3,0,0.9\n"
            "4,1e+22,0.9\n");
  EXPECT_EQ(Binary(), (std::vector<double>{0.1, 0.9, 1e-5, 0.9, 1.0 / 3, 0.9, 0, 0.9, 1e22, 0.9}));
}

TEST_F(ScheduleTableTest, GrowsByRows) {
  ASSERT_TRUE(Write(Halving, 1));
  ExtendScheduleTable(files_, Halving, 1, 2);
  EXPECT_EQ(Csv(), "step,lr,momentum\n0,0.1,0.9\n1,0.05,0.9\n2,0.025,0.9\n");
  EXPECT_EQ(Binary().size(), 6);
}

TEST_F(ScheduleTableTest, IsHeldWhereItIsCompleteAndHasTheseRates) {
  EXPECT_FALSE(HoldsScheduleTable(files_, Halving, 200));
  ASSERT_TRUE(Write(Halving, 200));
  EXPECT_TRUE(HoldsScheduleTable(files_, Halving, 200));
  EXPECT_FALSE(HoldsScheduleTable(files_, Halving, 201));
  const RatesAt other = [](int64_t step) { return step < 199 ? Halving(step) : Rates{7, 0.9}; };
  EXPECT_FALSE(HoldsScheduleTable(files_, other, 200));
  std::filesystem::remove(files_.csv);
  EXPECT_FALSE(HoldsScheduleTable(files_, Halving, 200));
}

TEST_F(ScheduleTableTest, LeavesNothingWhereItIsInterrupted) {
  EXPECT_FALSE(WriteScheduleTable(
      files_,
      [](int64_t) {
        return Rates{0.1, 0};
      },
      1'000'000, [] { return false; }));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(ScheduleTableTest, SaysWhichFileCannotBeWritten) {
  const ScheduleFiles nowhere{folder_ / "none/a.csv", folder_ / "none/a.bin"};
  try {
    WriteScheduleTable(nowhere, Halving, 1, [] { return true; });
    FAIL();
  } catch (const FileError& error) {
    EXPECT_EQ(std::string(error.what()),
              "cannot write " + nowhere.csv + ".part: No such file or directory");
  }
}

}  // namespace
}  // namespace lrsweep
