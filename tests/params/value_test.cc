#include "params/value.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>

namespace lrsweep {
namespace {

TEST(ValueTest, IntegersAndRealsAreDifferentValues) {
  EXPECT_NE(Value(1), Value(1.0));
  EXPECT_EQ(ToJson(1), "1");
  EXPECT_EQ(ToJson(1.0), "1.0");
}

TEST(ValueTest, TextIsNotTakenForATruth) {
  EXPECT_EQ(ToJson("run"), "\"run\"");
  EXPECT_EQ(ToJson(true), "true");
}

TEST(ValueTest, WritesRealsInTheShortestFormThatReadsBack) {
  EXPECT_EQ(ToJson(0.1), "0.1");
  EXPECT_EQ(ToJson(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(ToJson(1e-5), "1e-05");
  EXPECT_EQ(ToJson(1e300), "1e+300");
  EXPECT_EQ(ToJson(2000.0), "2000.0");
  for (const double number : {1.0 / 3, 5e-324, 1.7976931348623157e308, -2.5e-7}) {
    EXPECT_EQ(std::strtod(ShortestReal(number).c_str(), nullptr), number);
  }
}

TEST(ValueTest, WritesNegativeZeroAsZero) { EXPECT_EQ(ToJson(-0.0), "0.0"); }

TEST(ValueTest, WritesWhatJsonCannotSayAsNull) {
  EXPECT_EQ(ToJson(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(ToJson(-std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(ToJson(Value()), "null");
}

TEST(ValueTest, WritesTheLargestIntegersInFull) {
  EXPECT_EQ(ToJson(std::numeric_limits<int64_t>::max()), "9223372036854775807");
  EXPECT_EQ(ToJson(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
}

TEST(ValueTest, SortsKeysByBytes) {
  EXPECT_EQ(ToJson(Map{{"b", 1}, {"a", 2}, {"B", 3}}), R"({"B":3,"a":2,"b":1})");
}

TEST(ValueTest, NestsListsAndMappings) {
  const Map map = {{"milestones", List{30, 80}}, {"empty", List{}}, {"inner", Map{{"x", {}}}}};
  EXPECT_EQ(ToJson(map), R"({"empty":[],"inner":{"x":null},"milestones":[30,80]})");
}

TEST(ValueTest, EscapesQuotesBackslashesAndControlCharactersOnly) {
  EXPECT_EQ(ToJson("a\"b\\c\nd/\xC3\xA9"), "\"a\\\"b\\\\c\\u000ad/\xC3\xA9\"");
}

TEST(ValueTest, NamesItsKind) {
  EXPECT_EQ(KindName(Value()), "null");
  EXPECT_EQ(KindName(true), "a boolean");
  EXPECT_EQ(KindName(3), "an integer");
  EXPECT_EQ(KindName(3.5), "a number");
  EXPECT_EQ(KindName("x"), "a text");
  EXPECT_EQ(KindName(List{}), "a list");
  EXPECT_EQ(KindName(Map{}), "a mapping");
}

TEST(ValueTest, FindsAValueByItsDottedPath) {
  const Map map = {{"optimizer", Map{{"lr", 0.1}}}, {"name", "x"}};
  ASSERT_NE(Find(map, "optimizer.lr"), nullptr);
  EXPECT_EQ(*Find(map, "optimizer.lr"), Value(0.1));
  EXPECT_EQ(*Find(map, "name"), Value("x"));
}

TEST(ValueTest, FindsNothingWhereThePathLeadsNowhere) {
  const Map map = {{"optimizer", Map{{"lr", 0.1}}}};
  EXPECT_EQ(Find(map, "optimizer.momentum"), nullptr);
  EXPECT_EQ(Find(map, "optimizer.lr.deeper"), nullptr);
  EXPECT_EQ(Find(map, "scheduler.gamma"), nullptr);
  EXPECT_EQ(Find(map, ""), nullptr);
}

TEST(ValueTest, FlattensMappingsAndKeepsLists) {
  const Map map = {{"model", Map{{"hidden", List{128}}}}, {"a", Map{{"b", Map{{"c", 1}}}}}};
  const std::map<std::string, Value> expected = {{"a.b.c", 1}, {"model.hidden", List{128}}};
  EXPECT_EQ(Flatten(map), expected);
}

class NestedValueTest : public testing::Test {
 protected:
  Map map_ = {{"a", List{Map{{"b", 1}}, Map{{"b", 2}, {"c", List{3, 4}}}}}, {"d", Map{{"e", 5}}}};
};

TEST_F(NestedValueTest, FindGoesThroughLists) {
  EXPECT_EQ(*Find(map_, "a.1.b"), Value(2));
  EXPECT_EQ(*Find(map_, "a.1.c.0"), Value(3));
  for (const char* path : {"a.2.b", "a.x", "a.-1", "a.1.b.0", "d.f", "f", "a."}) {
    EXPECT_EQ(Find(map_, path), nullptr) << path;
  }
}

TEST_F(NestedValueTest, SetAtReplacesAndAdds) {
  SetAt(map_, "a.0.b", 7);
  SetAt(map_, "d.new", 8);
  SetAt(map_, "f", 9);
  EXPECT_EQ(ToJson(map_), R"({"a":[{"b":7},{"b":2,"c":[3,4]}],"d":{"e":5,"new":8},"f":9})");
}

TEST_F(NestedValueTest, SetAtNeedsAWay) {
  EXPECT_THROW(SetAt(map_, "x.y", 1), std::out_of_range);
  EXPECT_THROW(SetAt(map_, "a.7.b", 1), std::out_of_range);
}

TEST_F(NestedValueTest, EraseAtRemovesWhatIsThere) {
  EraseAt(map_, "a.1.c");
  EraseAt(map_, "d.e");
  EraseAt(map_, "x.y");
  EXPECT_EQ(ToJson(map_), R"({"a":[{"b":1},{"b":2}],"d":{}})");
}

TEST(UnquotedTextTest, TextsStandWithoutQuotesAlsoInAList) {
  EXPECT_EQ(UnquotedText("25%"), "25%");
  EXPECT_EQ(UnquotedText(List{"25%", "run"}), "[25%,run]");
  EXPECT_EQ(UnquotedText(List{"25%", 1}), std::nullopt);
  EXPECT_EQ(UnquotedText(List{}), std::nullopt);
  EXPECT_EQ(UnquotedText(0.5), std::nullopt);
}

TEST_F(NestedValueTest, FlattenKeepsListsOfScalarsWhole) {
  std::string paths;
  for (const auto& [path, value] : Flatten(map_)) paths += path + "=" + ToJson(value) + " ";
  EXPECT_EQ(paths, "a.0.b=1 a.1.b=2 a.1.c=[3,4] d.e=5 ");
}

}  // namespace
}  // namespace lrsweep
