#include "trial/command_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

CommandValues Values() {
  return {.params = {{"params", Map{{"width", 64},
                                    {"rate", 0.1},
                                    {"small", 1e-05},
                                    {"whole", 2.0},
                                    {"flip", true},
                                    {"none", Value()},
                                    {"name", "resnet"},
                                    {"model", Map{{"depth", 3}, {"sizes", List{1, 2.5, "a b"}}}}}},
                     {"training", Map{{"epochs", 3}, {"seed", 7}}}},
          .swept = {"params.width", "params.model.depth", "optimizer.lr", "training.seed"},
          .dir = "/runs/my sweep.db.trials/0123456789abcdef",
          .schedule_file = "/runs/schedule.csv",
          .params_file = "/runs/params.json"};
}

std::vector<std::string> Resolved(const std::vector<std::string>& command) {
  return Resolve(command, Values());
}

std::string One(const std::string& argument) {
  const std::vector<std::string> argv = Resolved({argument});
  EXPECT_EQ(argv.size(), 1U) << argument;
  return argv.empty() ? "" : argv.front();
}

TEST(CommandTemplateTest, APlaceholderIsTheValueAsText) {
  EXPECT_EQ(One("{params.width}"), "64");
  EXPECT_EQ(One("{params.rate}"), "0.1");
  EXPECT_EQ(One("{params.small}"), "1e-05");
  EXPECT_EQ(One("{params.whole}"), "2.0");
  EXPECT_EQ(One("{params.flip}"), "true");
  EXPECT_EQ(One("{params.none}"), "null");
  EXPECT_EQ(One("{params.name}"), "resnet");
  EXPECT_EQ(One("{params.model.depth}"), "3");
  EXPECT_EQ(One("{params.model.sizes}"), R"([1,2.5,"a b"])");
  EXPECT_EQ(One("{params.model.sizes.2}"), "a b");
  EXPECT_EQ(One("{params.model}"), R"({"depth":3,"sizes":[1,2.5,"a b"]})");
  EXPECT_EQ(One("{training.seed}"), "7");
}

TEST(CommandTemplateTest, SeveralPlaceholdersAndTextMakeOneArgument) {
  EXPECT_EQ(One("--width={params.width},{params.rate}px"), "--width=64,0.1px");
  EXPECT_EQ(One("{params.width}{params.width}"), "6464");
}

TEST(CommandTemplateTest, FilesAndFolderAreSpecial) {
  EXPECT_EQ(One("{dir}/out"), "/runs/my sweep.db.trials/0123456789abcdef/out");
  EXPECT_EQ(One("{schedule_file}"), "/runs/schedule.csv");
  EXPECT_EQ(One("{params_file}"), "/runs/params.json");
  EXPECT_EQ(One("{json}"), ToJson(Values().params));
}

TEST(CommandTemplateTest, SweptParametersAreArguments) {
  EXPECT_THAT(Resolved({"train", "{args}", "--last"}),
              ElementsAre("train", "--width", "64", "--model.depth", "3", "--seed", "7", "--last"));
  EXPECT_THAT(Resolved({"train", "{args_no_hyphens}"}),
              ElementsAre("train", "width=64", "model.depth=3", "seed=7"));
  CommandValues nothing_swept = Values();
  nothing_swept.swept.clear();
  EXPECT_THAT(Resolve({"train", "{args}"}, nothing_swept), ElementsAre("train"));
}

TEST(CommandTemplateTest, ArgsInsideAnArgumentAreRefused) {
  EXPECT_THAT([] { Resolved({"x={args}"}); }, testing::ThrowsMessage<std::invalid_argument>(
                                                  "{args} must be an argument by itself"));
  EXPECT_THROW(Resolved({"{args_no_hyphens}{dir}"}), std::invalid_argument);
}

TEST(CommandTemplateTest, AnUnknownNameIsRefused) {
  EXPECT_THAT([] { Resolved({"{params.widht}"}); },
              testing::ThrowsMessage<std::invalid_argument>(HasSubstr("{params.widht}")));
  EXPECT_THROW(Resolved({"{optimizer.lr}"}), std::invalid_argument);
  EXPECT_THROW(Resolved({"{width}"}), std::invalid_argument);
}

TEST(CommandTemplateTest, OtherBracesAreText) {
  for (const char* text : {R"({"a": {"b": 1}})", "{}", "{ dir }", "{1}", "{dir", "dir}", "{dir:3}",
                           "$(x)", "{", "}", "{{", "}}", "{-dir}", "{\xc3\xa4}", "{{}}"}) {
    EXPECT_EQ(One(text), text);
    EXPECT_THAT(PlaceholdersOf({text}), IsEmpty());
  }
  EXPECT_EQ(One(R"({"a": {"b": {params.width}}})"), R"({"a": {"b": 64}})");
  EXPECT_EQ(One("{{dir}"), "{" + Values().dir);
}

TEST(CommandTemplateTest, DoubledBracesMakeTextOfAPlaceholder) {
  EXPECT_EQ(One("{{dir}}"), "{dir}");
  EXPECT_EQ(One("${{HOME}}/{params.width}"), "${HOME}/64");
  EXPECT_THAT(PlaceholdersOf({"{{dir}}"}), IsEmpty());
}

TEST(CommandTemplateTest, ValuesArriveAsTheyAre) {
  for (const char* text : {"",
                           " ",
                           "a b",
                           "it's",
                           "\"quoted\"",
                           "$(rm -rf x)",
                           "`x`",
                           "$HOME",
                           "a\\b",
                           "*",
                           "~",
                           "-x",
                           "line\nline",
                           "\xc3\xa4\xc3\xb6",
                           "\xe6\x97\xa5\xe6\x9c\xac",
                           "\xf0\x9f\x98\x80",
                           "{dir}",
                           "{{dir}}",
                           "a;b|c&d>e",
                           "\xff\xfe"}) {
    CommandValues values;
    values.params = {{"params", Map{{"text", text}}}};
    values.swept = {"params.text"};
    EXPECT_THAT(
        Resolve({"{params.text}", "<{params.text}>", "{args}", "{args_no_hyphens}"}, values),
        ElementsAre(text, "<" + std::string(text) + ">", "--text", text,
                    "text=" + std::string(text)));
  }
}

TEST(CommandTemplateTest, APlaceholderHasItsPlace) {
  const auto all = PlaceholdersOf({"python", "{{x}}{params.a-b_2}", "a{dir}{args}"});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].name, "params.a-b_2");
  EXPECT_EQ(all[0].argument, 1U);
  EXPECT_EQ(all[0].character, 5U);
  EXPECT_EQ(all[1].name, "dir");
  EXPECT_EQ(all[1].argument, 2U);
  EXPECT_EQ(all[1].character, 1U);
  EXPECT_EQ(all[2].name, "args");
  EXPECT_EQ(all[2].character, 6U);
}

TEST(CommandTemplateTest, AnEmptyArgumentStays) {
  EXPECT_THAT(Resolved({"a", "", "b"}), ElementsAre("a", "", "b"));
}

TEST(CommandTemplateTest, ArgumentsAreNamedWithoutTheirSection) {
  EXPECT_EQ(ArgumentName("params.width"), "width");
  EXPECT_EQ(ArgumentName("params.model.width"), "model.width");
  EXPECT_EQ(ArgumentName("optimizer.lr"), "lr");
  EXPECT_EQ(ArgumentName("scheduler.schedulers.0.gamma"), "schedulers.0.gamma");
}

TEST(CommandTemplateTest, SpecialNamesResolveWithoutParameters) {
  CommandValues none{.dir = "d", .schedule_file = "s", .params_file = "p"};
  for (const std::string& name : SpecialPlaceholders()) {
    EXPECT_NO_THROW(Resolve({"{" + name + "}"}, none)) << name;
  }
}

}  // namespace
}  // namespace lrsweep
