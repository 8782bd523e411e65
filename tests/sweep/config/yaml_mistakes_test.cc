// Mistakes of people who write YAML, and what they are told. The places are counted by hand.

#include "sweep/config/yaml_mistakes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/config/sweep_config.h"
#include "sweep/config/yaml_reader.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string ErrorOf(const std::string& yaml) {
  try {
    ParseYaml(yaml, "f.yaml");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

/// What the configuration's reader says, of keys and sections.
std::string ConfigErrorOf(const std::string& yaml) {
  try {
    ParseSweepConfig(yaml, "f.yaml");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

struct Mistake {
  std::string yaml;
  std::string place;  // "3:2"
  std::string words;
};

void ExpectAll(const std::vector<Mistake>& mistakes) {
  for (const Mistake& mistake : mistakes) {
    const std::string error = ErrorOf(mistake.yaml);
    EXPECT_THAT(error, StartsWith("f.yaml:" + mistake.place + ": ")) << mistake.yaml;
    EXPECT_THAT(error, HasSubstr(mistake.words)) << mistake.yaml;
    EXPECT_THAT(error, Not(HasSubstr("illegal"))) << mistake.yaml;
    EXPECT_THAT(error, Not(HasSubstr("not found"))) << mistake.yaml;
  }
}

TEST(YamlMistakesTest, ATabThatIndentsIsNamed) {
  ExpectAll({{"name: x\nscheduler:\n\t- type: StepLR\n", "3:1", "a tab cannot indent"},
             {"name: x\ntraining:\n\tepochs: 1", "3:1", "a tab cannot indent"},
             {"a:\n  b: 1\n\tc: 2\n", "3:1", "a tab cannot indent"},
             {"a:\n  b: 1\n  \tc: 2\n", "3:3", "a tab cannot indent"},
             {"a:\n  - 1\n\t- 2\n", "3:1", "a tab cannot indent"},
             {"a:\n  -\tb: 1\n    c: 2\n", "2:4", "a tab cannot indent"},
             {"\ta: 1\n", "1:1", "a tab cannot indent"},
             {"a: >\n\tb\n", "2:1", "a tab cannot indent"}});
}

TEST(YamlMistakesTest, ATabThatDoesNotIndentIsAllowed) {
  EXPECT_EQ(ErrorOf("a: {\n\tb: 1,\n\tc: [\n\t2 ] }\n"), "no error");
  EXPECT_EQ(ErrorOf("a:\t1\t# one\n\t\n\t# a comment\nb: 2\n"), "no error");
}

TEST(YamlMistakesTest, ATabElsewhereIsNotBlamed) {
  ExpectAll({{"a: {\n\tb: 1,\n\tc: 2 }\nd: e: f\n", "4:5", "second colon"},
             {"a: {\n\tb: 1\n\tc: 2 }\n", "3:3", "a comma is missing"}});
}

TEST(YamlMistakesTest, UnclosedBracketsAreNamedWhereTheyOpen) {
  ExpectAll({{"a: {b: 1, c: 2\n", "1:4", "this { is never closed"},
             {"a: 1\nb: [1, 2\nc: 3\n", "2:4", "this [ is never closed"},
             {"a: [1, # ]\n 2\nb: 3\n", "1:4", "this [ is never closed"},
             {"a: [{b: 1}, [2]\n", "1:4", "this [ is never closed"}});
}

TEST(YamlMistakesTest, BracketsThatDoNotMatchAreNamed) {
  ExpectAll({{"a: [1, 2}\n", "1:9", "cannot close the [ of line 1, column 4: expected ]"},
             {"a: [{b: 1,\n  c: 2]\n", "2:7", "cannot close the { of line 1, column 5"},
             {"a: }\n", "1:4", "closes nothing"}});
}

TEST(YamlMistakesTest, UnclosedQuotesAreNamedWhereTheyOpen) {
  ExpectAll({{"a: \"x\nb: 1\n", "1:4", "this quote is never closed"},
             {"a: 1\nb: 'x\n", "2:4", "this quote is never closed"},
             {"a: {b: \"x, c: 1}\n", "1:8", "this quote is never closed"},
             {"a: [1, 'x]\nb: 2\n", "1:8", "this quote is never closed"}});
  EXPECT_EQ(ErrorOf("a: 'it''s'\nb: it's\nc: \"a \\\" b\"\n"), "no error");
}

TEST(YamlMistakesTest, TextBehindAQuoteOrBracketIsNamed) {
  ExpectAll({{"a: 'it's'\n", "1:8", "behind the closing quote"},
             {"a: \"x\" y\n", "1:8", "behind the closing quote"},
             {"a: [1] 2\n", "1:8", "behind the closing ]"},
             {"a: {b: 1} c: 2\n", "1:11", "behind the closing }"}});
}

TEST(YamlMistakesTest, MissingColonsSpacesAndCommasAreNamed) {
  ExpectAll({{"a:1\nb: 2\n", "1:1", "write a space behind the colon: \"a: 1\""},
             {"a:\n  b:1\n  c: 2\n", "2:3", "write a space behind the colon: \"b: 1\""},
             {"a: {b:{c: 1}}\n", "1:7", "write a space behind the colon"},
             {"a: 1\nb 2\nc: 3\n", "2:1", "no colon"},
             {"a: {b: 1 c: 2}\n", "1:11", "a comma is missing"},
             {"a: [sh, {dir}/out]\n", "1:14", "a text with braces needs quotes: \"{dir}/out\""},
             {"a: [sh, --w={dir}]\n", "1:13", "a text with braces needs quotes"},
             {"a: b: c\n", "1:5", "a second colon"},
             {"a: {b: c: d}\n", "1:9", "a second colon"}});
}

TEST(YamlMistakesTest, KeysWithoutASpaceBehindTheirColonAreNamed) {
  EXPECT_THAT(ConfigErrorOf("name: x\ntraining:\n  batch_size: 8\n  epochs:5\n"
                            "optimizer: {lr: 1}\nscheduler: {type: ConstantLR}\n"),
              StartsWith("f.yaml:4:3: write a space behind the colon: \"epochs: 5\""));
  EXPECT_THAT(ConfigErrorOf("name: x\nscheduler: {type: ConstantLR}\noptimizer: {lr:1}\n"),
              StartsWith("f.yaml:3:13: optimizer.lr:1: write a space behind the colon"));
  EXPECT_THAT(ConfigErrorOf("name: x\ntraining:\n  epochs:5\n"
                            "optimizer: {lr: 1}\nscheduler: {type: ConstantLR}\n"),
              HasSubstr("expected a mapping of its parameters; write a space behind the colon"));
  EXPECT_THAT(ConfigErrorOf("name: x\nscheduler:5\n"), HasSubstr("f.yaml:2:1: write a space"));
  EXPECT_THAT(ConfigErrorOf("name:x\n"), HasSubstr("write a space behind the colon: \"name: x\""));
}

TEST(YamlMistakesTest, WrongIndentationNamesTheColumnsThatFit) {
  ExpectAll({{"a:\n    b: 1\n  c: 2\n", "3:3", "in the same column, here 1 or 5"},
             {"a:\n  b: 1\n  - c\n", "3:3", "this list element belongs to no key"},
             {"a: x\n- b\n", "2:1", "this list element belongs to no key"},
             {"a: x\n  b: 1\n", "2:3", "deeper than line 1, which has its value already"},
             {" a: 1\nb: 2\n", "2:1", "this line belongs to nothing above"},
             {"a: - b\n", "1:4", "a list cannot begin behind its key"}});
}

TEST(YamlMistakesTest, CharactersThatNeedQuotesAreNamed) {
  ExpectAll({{"a: @x\n", "1:4", "a value cannot begin with @"},
             {"a: [50%, %50]\n", "1:10", "a value cannot begin with %"},
             {"a: `x`\n", "1:4", "a value cannot begin with `"},
             {"a: , b\n", "1:4", "a value cannot begin with ,"},
             {"a: * x\n", "1:4", "aliases and anchors"},
             {"a: *x\n", "1:4", "not supported"},
             {"a: & x\n", "1:4", "aliases and anchors"},
             {"a: !<x\n", "1:4", "a YAML tag"},
             {"a: ? b\n", "1:4", "\"? \""},
             {"a: \"\\d\"\n", "1:7", "\\d is no escape"},
             {"a: \"\\xzz\"\n", "1:9", "two hexadecimal digits"},
             {"a: |x\n  b\n", "1:5", "behind | or >"},
             {"%YAML 1.2 3\n---\na: 1\n", "1:1", "a directive of YAML"}});
}

TEST(YamlMistakesTest, ASecondDocumentIsNamedWhereItBegins) {
  ExpectAll({{"a: 1\n---\nb: 2\n", "2:1", "more than one YAML document"},
             {"a: 1\n---\n", "2:1", "more than one YAML document"},
             {"--- a: 1\n", "1:1", "a line of its own"}});
}

TEST(YamlMistakesTest, AKeyThatIsWrittenTwiceNamesBothPlaces) {
  ExpectAll({{"a: 1\nb: 2\na: 3\n", "3:1", "\"a\" is written twice, first in line 1"},
             {"a: {b: 1,\n  b: 2}\n", "2:3", "\"b\" is written twice, first in line 1"}});
}

TEST(YamlMistakesTest, AComplaintThatIsNotKnownIsPassedOn) {
  EXPECT_STREQ(ExplainYaml("a: 1\n", "f.yaml", {"a new complaint", 1, 4}).what(),
               "f.yaml:1:4: this is not YAML: a new complaint");
}

TEST(YamlMistakesTest, APlaceBehindTheTextIsNoHazard) {
  EXPECT_THAT(ExplainYaml("", "f", {"end of map not found", 9, 9}).what(), StartsWith("f:9:"));
  EXPECT_THAT(ExplainYaml("a", "f", {"illegal map value", 1, 70}).what(), StartsWith("f:1:"));
  EXPECT_THAT(ExplainYaml("", "f", {"end of map flow not found", 0, 0}).what(), StartsWith("f:1:"));
}

}  // namespace
}  // namespace lrsweep
