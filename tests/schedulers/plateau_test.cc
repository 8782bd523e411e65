#include "schedulers/plateau.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "schedulers/catalog.h"
#include "tests/support/golden_file.h"

namespace lrsweep {
namespace {

Plateau FromCatalog(const GoldenCase& golden) {
  return BuildPlateau(golden.parameters, {.lr = golden.lr}).value();
}

TEST(PlateauTest, GivesPyTorchsRates) {
  const auto cases = ReadGolden("ReduceLROnPlateau");
  ASSERT_GE(cases.size(), 6U);
  for (const GoldenCase& golden : cases) {
    SCOPED_TRACE(golden.line);
    Plateau plateau = FromCatalog(golden);
    for (const GoldenRow& row : golden.rows) {
      EXPECT_EQ(plateau.lr(), row.lr) << row.tick;
      plateau.Step(row.fourth.value());
    }
  }
}

TEST(PlateauTest, GoesOnFromACopiedState) {
  const auto cases = ReadGolden("ReduceLROnPlateau");
  ASSERT_FALSE(cases.empty());
  for (const GoldenCase& golden : cases) {
    SCOPED_TRACE(golden.line);
    for (size_t cut = 0; cut < golden.rows.size(); cut += 7) {
      Plateau first = FromCatalog(golden);
      for (size_t i = 0; i < cut; ++i) first.Step(golden.rows[i].fourth.value());
      Plateau second = FromCatalog(golden);
      second.Restore(first.state());
      for (size_t i = cut; i < golden.rows.size(); ++i) {
        ASSERT_EQ(second.lr(), golden.rows[i].lr) << cut << " " << i;
        second.Step(golden.rows[i].fourth.value());
      }
    }
  }
}

TEST(PlateauTest, ReducesAfterMoreThanPatienceBadEpochs) {
  Plateau plateau({.factor = 0.5, .patience = 2}, 0.8);
  for (const double metric : {1.0, 1.0, 1.0}) plateau.Step(metric);  // the first is the best
  EXPECT_EQ(plateau.lr(), 0.8);
  plateau.Step(1.0);
  EXPECT_EQ(plateau.lr(), 0.4);
}

TEST(PlateauTest, HoldsANanForBad) {
  Plateau plateau({.factor = 0.5, .patience = 0}, 0.8);
  plateau.Step(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(plateau.lr(), 0.4);
}

TEST(PlateauTest, RefusesOptionsOutOfRange) {
  EXPECT_THROW(Plateau({.factor = 1}, 0.1), std::invalid_argument);
  EXPECT_THROW(Plateau({.patience = -1}, 0.1), std::invalid_argument);
  EXPECT_THROW(Plateau({.cooldown = -1}, 0.1), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
