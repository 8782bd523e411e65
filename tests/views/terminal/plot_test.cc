#include "views/terminal/plot.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lrsweep {
namespace {

TEST(PlotTest, OneCurveHasItsAxesAndRange) {
  const Plot plot{.title = "lr", .curves = {{'A', {0, 1, 2, 3}, 1, 4}}, .columns = 30, .rows = 2};
  // 38 dots across, 8 down: the straight line, dots joined, as an independent script drew it.
  EXPECT_EQ(DrawPlot(plot, {}),
            "lr: 0 to 3\n"
            "        3 ┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⢀⣀⣀⠤⠤⠤⠒⠒⠊⠉\n"
            "        0 ┤⣀⡠⠤⠤⠒⠒⠒⠉⠉⠁⠀⠀⠀⠀⠀⠀⠀⠀⠀\n"
            "          └┬─────────────────┬\n"
            "           epoch 1           4\n");
}

TEST(PlotTest, SeveralCurvesAreTheirLetters) {
  const Plot plot{.title = "val_loss",
                  .curves = {{'A', {1, 0}, 1, 2}, {'B', {0, 1}, 1, 2}},
                  .columns = 30,
                  .rows = 3};
  EXPECT_EQ(DrawPlot(plot, {}),
            "val_loss: 0 to 1\n"
            "        1 ┤AAAAA         BBBBB\n"
            "          │     *********     \n"
            "        0 ┤BBBBB         AAAAA\n"
            "          └┬─────────────────┬\n"
            "           epoch 1           2\n");
}

TEST(PlotTest, AShorterCurveEndsWhereItEnds) {
  const Plot plot{.title = "x",
                  .curves = {{'A', {0, 0, 0}, 1, 3}, {'B', {1, 1}, 1, 2}},
                  .columns = 30,
                  .rows = 2};
  const std::string text = DrawPlot(plot, {});
  EXPECT_NE(text.find("┤BBBBBBBBBB         \n"), std::string::npos) << text;
  EXPECT_NE(text.find("┤AAAAAAAAAAAAAAAAAAA\n"), std::string::npos) << text;
}

TEST(PlotTest, LogAxisPutsTheGeometricMeanInTheMiddle) {
  Plot plot{.title = "loss",
            .curves = {{'A', {100, 10, 1}, 1, 3}, {'B', {1}, 1, 1}},
            .log_axis = true,
            .columns = 30,
            .rows = 3};
  EXPECT_EQ(DrawPlot(plot, {}).substr(0, 26), "loss: 1 to 100, log axis\n ");
  // By hand: 30 at the eighth column is the first below 31.6 = 100^0.75, 4 the last above 100^0.25.
  EXPECT_NE(DrawPlot(plot, {}).find("          │       AAAAAAAAA   \n"), std::string::npos)
      << DrawPlot(plot, {});
  plot.curves[1].values = {0};  // has no logarithm
  EXPECT_EQ(DrawPlot(plot, {}).find("log axis"), std::string::npos);
}

TEST(PlotTest, WhatFollowsANanIsLeftOut) {
  const Plot plot{
      .title = "loss", .curves = {{'A', {1, 2, std::nan(""), 9}, 1, 4}}, .columns = 30, .rows = 2};
  const std::string text = DrawPlot(plot, {});
  EXPECT_EQ(text.substr(0, text.find('\n')), "loss: 1 to 2, then NaN");
  EXPECT_NE(text.find("epoch 1           2\n"), std::string::npos) << text;
  EXPECT_EQ(DrawPlot({.title = "loss", .curves = {{'A', {NAN}, 1, 1}}}, {}), "");
}

TEST(PlotTest, ALevelCurveHasOneLabel) {
  const Plot plot{.title = "lr", .curves = {{'A', {0.1, 0.1}, 1, 2}}, .columns = 30, .rows = 3};
  const std::string text = DrawPlot(plot, {});
  EXPECT_EQ(text.substr(0, text.find('\n')), "lr: 0.1");
  EXPECT_NE(text.find("\n      0.1 ┤"), std::string::npos) << text;
}

TEST(PlotTest, TextsStandSideBySide) {
  EXPECT_EQ(SideBySide("a\n\x1b[1mbb\x1b[0m\n", "x\ny\nz\n", 4),
            "a   x\n\x1b[1mbb\x1b[0m  y\n    z\n");
}

}  // namespace
}  // namespace lrsweep
