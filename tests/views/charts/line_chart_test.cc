#include "views/charts/line_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "params/text.h"
#include "views/charts/dot_chart.h"
#include "views/charts/scale.h"
#include "views/charts/svg.h"
#include "views/charts/thinning.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> Texts(const std::vector<AxisTick>& ticks) {
  std::vector<std::string> texts;
  for (const AxisTick& tick : ticks) texts.push_back(tick.text);
  return texts;
}

TEST(ScaleTest, TicksAreRoundNumbers) {
  EXPECT_THAT(Texts(Scale(0, 20, 0, 1).Ticks(10)),
              ElementsAre("0", "2", "4", "6", "8", "10", "12", "14", "16", "18", "20"));
  EXPECT_THAT(Texts(Scale(0.971, 0.9831, 0, 1).Ticks(6)),
              ElementsAre("0.972", "0.974", "0.976", "0.978", "0.980", "0.982"));
  EXPECT_THAT(Texts(Scale(-0.1, 0.1, 0, 1).Ticks(2)), ElementsAre("-0.1", "0.0", "0.1"));
  EXPECT_THAT(Texts(Scale(1, 2, 0, 1).Ticks(10, true)), ElementsAre("1", "2"));
  EXPECT_THAT(Texts(Scale(0.001, 10, 0, 1, true).Ticks(10)),
              ElementsAre("0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5",
                          "1", "2", "5", "10"));
}

TEST(ScaleTest, ValuesLieBetweenTheEnds) {
  EXPECT_DOUBLE_EQ(Scale(2, 4, 100, 300).At(3), 200);
  EXPECT_DOUBLE_EQ(Scale(0.01, 1, 300, 100, true).At(0.1), 200);
  EXPECT_DOUBLE_EQ(Scale(5, 5, 0, 100).At(5), 50);
  EXPECT_NEAR(Scale(5, 5, 0, 100, true).At(5), 50, 1e-9);
}

TEST(ThinnedTest, KeepsEverySpike) {
  std::vector<double> values(100'000, 0.5);
  values[777] = 2;
  values[88'888] = -1;
  values[5] = kNan;
  const std::vector<size_t> kept = Thinned(values, 400);
  EXPECT_LE(kept.size(), 400U);
  for (const size_t i : {size_t{0}, size_t{777}, size_t{88'888}, values.size() - 1}) {
    EXPECT_TRUE(std::binary_search(kept.begin(), kept.end(), i)) << i;
  }
  EXPECT_THAT(Thinned(std::vector<double>{3, kNan, 1}, 4), ElementsAre(0, 1, 2));
}

LineChart OneLine(const std::string& label, std::vector<ChartPoint> points) {
  return {.title = "title", .subtitle = "subtitle", .series = {{label, std::move(points)}}};
}

TEST(LineChartTest, HasALineAndALegendPerSeries) {
  LineChart chart = OneLine("one", {{0, 1}, {1, 2}});
  chart.series.push_back({"two", {{0, 2}, {1, 1}}});
  const std::string svg = DrawSvg(chart);
  EXPECT_THAT(svg, HasSubstr(">one</text>"));
  EXPECT_THAT(svg, HasSubstr(">two</text>"));
  EXPECT_THAT(svg, HasSubstr("stroke=\"#0072b2\""));
  EXPECT_THAT(svg, HasSubstr("stroke=\"#e69f00\""));
}

TEST(LineChartTest, LabelsAreTextNeverMarkup) {
  LineChart chart = OneLine("</svg><script>\"&\x01\xff", {{0, 1}, {1, 2}});
  chart.title = "<b>";
  const std::string svg = DrawSvg(chart);
  EXPECT_THAT(svg, Not(HasSubstr("<script>")));
  EXPECT_THAT(svg, HasSubstr("&lt;/svg&gt;&lt;script&gt;&quot;&amp; \xef\xbf\xbd"));
  EXPECT_THAT(svg, HasSubstr("&lt;b&gt;"));
}

TEST(LineChartTest, LongCurvesAreThinnedToWhatPixelsShow) {
  std::vector<ChartPoint> points;
  for (int i = 0; i < 1'000'000; ++i) points.push_back({i / 1000.0, i % 7 == 0 ? 1.0 : 0.0});
  EXPECT_LT(DrawSvg(OneLine("one", points)).size(), 100'000U);
}

TEST(LineChartTest, IntervalsAreABandOfCurvesAndBarsOfMarks) {
  LineChart chart = OneLine("one", {{0, 1, Interval{0.5, 1.5}}, {1, 2, Interval{1, 3}}});
  EXPECT_THAT(DrawSvg(chart), HasSubstr("<polygon fill=\"#0072b2\" fill-opacity"));
  chart.series[0].marks = true;
  EXPECT_THAT(DrawSvg(chart), Not(HasSubstr("<polygon")));
}

TEST(LineChartTest, GapsAndWhatHasNoLogarithmAreLeftOut) {
  LineChart chart = OneLine("one", {{0, kNan}, {1, 0}, {2, 1, Interval{-1, 2}}, {3, kNan}, {4, 2}});
  chart.y.logarithmic = true;
  EXPECT_THAT(DrawSvg(chart), Not(HasSubstr("nan")));
  EXPECT_THAT(DrawSvg(chart), Not(HasSubstr("inf")));
  EXPECT_THAT(DrawSvg(OneLine("zeros", {{0, 0}, {0, 0}})), Not(HasSubstr("nan")));
  EXPECT_THROW(DrawSvg(OneLine("none", {{0, kNan}})), std::invalid_argument);
}

TEST(DotChartTest, RowsSayHowMany) {
  DotChart chart{.title = "t", .axis = "x"};
  EXPECT_THROW(DrawSvg(chart), std::invalid_argument);
  const std::vector<double> values = {1, 2, 3};
  chart.rows = {{.label = "a", .summary = Summarize(values), .values = values, .remark = "1 never"},
                {.label = "b", .summary = Summarize(std::vector<double>{2})}};
  const std::string svg = DrawSvg(chart);
  EXPECT_THAT(svg, HasSubstr(">n = 3, 1 never</text>"));
  EXPECT_THAT(svg, HasSubstr(">n = 1</text>"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(ShortenedTest, CutsBetweenCharacters) {
  EXPECT_EQ(ShortenedTo(100, "short"), "short");
  EXPECT_EQ(ShortenedTo(39, "ääääääääää"), "ääää…");
}

}  // namespace
}  // namespace lrsweep
