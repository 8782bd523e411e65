#include "sweep/config/yaml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string ErrorOf(const std::string& yaml) {
  try {
    ToValue(ParseYaml(yaml, "f.yaml"));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

std::string JsonOf(const std::string& yaml) { return ToJson(ToValue(ParseYaml(yaml, "f.yaml"))); }

TEST(YamlReaderTest, ReadsScalarsByTheCoreSchema) {
  EXPECT_EQ(JsonOf("[1, -2, +3, 1.5, 1e-3, .5, 2., true, False, null, ~, text, 1a]"),
            R"([1,-2,3,1.5,0.001,0.5,2.0,true,false,null,null,"text","1a"])");
}

TEST(YamlReaderTest, QuotedScalarsAreText) {
  EXPECT_EQ(JsonOf(R"(["1", 'true', "null", ""])"), R"(["1","true","null",""])");
}

TEST(YamlReaderTest, WordsOfYaml11AreText) {
  EXPECT_EQ(JsonOf("[no, off, y, 0x10, 0o7, 1_000]"), R"(["no","off","y","0x10","0o7","1_000"])");
}

TEST(YamlReaderTest, BlockAndFlowStylesAreTheSame) {
  EXPECT_EQ(JsonOf("a:\n  b: 1\n  c: [2, 3]\n"), JsonOf("{a: {b: 1, c: [2, 3]}}"));
}

TEST(YamlReaderTest, EmptyTextIsNull) { EXPECT_EQ(JsonOf("# nothing"), "null"); }

TEST(YamlReaderTest, PlacesCountFromOne) {
  const ConfigNode root = ParseYaml("a: 1\nb:\n  - {c: 2}\n", "f.yaml");
  const ConfigNode& c = *root.Get("b")->AsSequence()->front().Get("c");
  EXPECT_EQ(c.at.line, 3);
  EXPECT_EQ(c.at.column, 9);
}

TEST(YamlReaderTest, LeadingZerosAreRefused) {
  EXPECT_THAT(ErrorOf("a: 010"), StartsWith("f.yaml:1:4: 010 has a leading zero"));
  EXPECT_THAT(ErrorOf("a: -00.5"), HasSubstr("leading zero"));
}

TEST(YamlReaderTest, NumbersBeyondTheirTypeAreRefused) {
  EXPECT_THAT(ErrorOf("a: 9223372036854775808"), HasSubstr("beyond the range"));
  EXPECT_THAT(ErrorOf("a: 1e400"), HasSubstr("beyond the range"));
}

TEST(YamlReaderTest, DuplicateKeysAreRefusedWhereTheyStand) {
  EXPECT_THAT(ErrorOf("a: 1\nb: 2\na: 3\n"), StartsWith("f.yaml:3:1: the key \"a\""));
}

TEST(YamlReaderTest, AnchorsAndAliasesAreRefused) {
  EXPECT_THAT(ErrorOf("a: &x [1]\nb: *x\n"), HasSubstr("anchors are not supported"));
  EXPECT_THAT(ErrorOf("a: &a [*a]"), HasSubstr("not supported"));
}

TEST(YamlReaderTest, TagsAreRefused) {
  EXPECT_THAT(ErrorOf("a: !!python/object x"), HasSubstr("tags are not supported"));
}

TEST(YamlReaderTest, SecondDocumentIsRefused) {
  EXPECT_THAT(ErrorOf("a: 1\n---\nb: 2\n"), HasSubstr("more than one"));
}

TEST(YamlReaderTest, DeepNestingIsRefused) {
  EXPECT_THAT(ErrorOf(std::string(40, '[') + std::string(40, ']')), HasSubstr("nested deeper"));
  EXPECT_THAT(ErrorOf(std::string(100'000, '[')), HasSubstr("f.yaml:1:"));
}

TEST(YamlReaderTest, NulBytesAreRefused) {
  EXPECT_THAT(ErrorOf(std::string("a: \0b", 5)), HasSubstr("NUL"));
}

TEST(YamlReaderTest, SyntaxErrorsHaveTheirPlace) {
  EXPECT_THAT(ErrorOf("a: 1\nb: [1, 2\nc: 3\n"), StartsWith("f.yaml:"));
}

TEST(YamlReaderTest, KeysThatAreListsAreRefused) {
  EXPECT_THAT(ErrorOf("[1, 2]: 3"), HasSubstr("a key must be a plain text"));
}

TEST(YamlReaderTest, HundredThousandKeysAreRead) {
  std::string yaml;
  for (int i = 0; i < 100'000; ++i) yaml += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(ParseYaml(yaml, "f.yaml").AsMapping()->size(), 100'000U);
}

TEST(YamlReaderTest, EmittedYamlReadsBackTheSame) {
  const std::string yaml =
      "a: [1, '1', null, 'null', ~, '~', \"x: y\"]\nb: {c: 0.001, d: 'true', e: null}\n";
  EXPECT_EQ(JsonOf(EmitYaml(ParseYaml(yaml, "f.yaml"))), JsonOf(yaml));
}

TEST(YamlReaderTest, UnreadableFileIsAnError) {
  EXPECT_THROW(ReadConfigText("/nowhere.yaml"), ConfigError);
  EXPECT_THROW(ReadConfigText("/tmp"), ConfigError);
}

class SetPathTest : public testing::Test {
 protected:
  std::string Set(const std::string& yaml, const std::string& path, const std::string& value) {
    ConfigNode root = ParseYaml(yaml, "f.yaml");
    SetPath(root, path, ParseYaml(value, "--set"));
    return ToJson(ToValue(root));
  }
};

TEST_F(SetPathTest, ReplacesAValue) {
  EXPECT_EQ(Set("a: {b: 1, c: 2}", "a.b", "5"), R"({"a":{"b":5,"c":2}})");
}
TEST_F(SetPathTest, MakesWhatIsMissing) {
  EXPECT_EQ(Set("a: 1", "b.c", "[1, 2]"), R"({"a":1,"b":{"c":[1,2]}})");
}
TEST_F(SetPathTest, NumbersChooseListElements) {
  EXPECT_EQ(Set("a: [{b: 1}, {b: 2}]", "a.1.b", "7"), R"({"a":[{"b":1},{"b":7}]})");
}
TEST_F(SetPathTest, PastTheListsEndIsAnError) {
  EXPECT_THROW(Set("a: [1]", "a.1", "7"), ConfigError);
  EXPECT_THROW(Set("a: [1]", "a.x", "7"), ConfigError);
}
TEST_F(SetPathTest, ThroughAScalarIsAnError) { EXPECT_THROW(Set("a: 1", "a.b", "7"), ConfigError); }
TEST_F(SetPathTest, EmptyStepIsAnError) { EXPECT_THROW(Set("a: 1", "a..b", "7"), ConfigError); }

}  // namespace
}  // namespace lrsweep
