#include "sweep/help/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "schedulers/catalog.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

/// Two commands with every kind of option.
class CompletionTest : public testing::Test {
 protected:
  CompletionTest() {
    show_ = {
        .name = "show",
        .help = "Show one trial",
        .options = {
            {.name = "DB", .target = &text_, .is_required = true, .kind = ValueKind::kDatabase},
            {.name = "TRIALS", .target = &several_, .kind = ValueKind::kTrial},
            {.name = "--mode", .target = &text_, .help = "how", .choices = {"max", "min"}},
            {.name = "--metric", .target = &text_, .kind = ValueKind::kMetric},
            {.name = "--data", .target = &text_, .kind = ValueKind::kFolder},
            {.name = "--set", .target = &several_},
            {.name = "--json", .target = &flag_},
            {.name = "--csv", .target = &flag_, .excludes = "--json"},
            {.name = "--quiet,-q", .target = &flag_},
            {.name = "-x", .target = &flag_},
            {.name = "--verdict", .target = &verdict_}}};
    compare_ = {
        .name = "compare",
        .help = "Compare",
        .options = {{.name = "WHAT", .target = &several_, .kind = ValueKind::kTrialOrDatabase}}};
    plan_ = {.name = "plan",
             .help = "Plan",
             .options = {{.name = "CONFIG", .target = &text_, .kind = ValueKind::kConfiguration},
                         {.name = "OUTPUT,-o,--output", .target = &text_, .kind = ValueKind::kFile},
                         {.name = "--type", .target = &text_, .kind = ValueKind::kSchedule}}};
    hidden_ = {.name = "__hidden", .help = "No", .is_internal = true};
  }

  Completion Of(const std::vector<std::string>& words) {
    return Complete({show_, compare_, plan_, hidden_}, words,
                    {.trials =
                         [](const std::string& db, const std::string& prefix) {
                           return std::vector<Candidate>{{prefix + "1", "in " + db}};
                         },
                     .metrics =
                         [](const std::string& db) {
                           if (db == "none.db") return std::vector<Candidate>();
                           return std::vector<Candidate>{{"loss", "in " + db}, {"reward", ""}};
                         }});
  }
  std::vector<std::string> WordsOf(const std::vector<std::string>& words) {
    std::vector<std::string> found;
    for (const Candidate& one : Of(words).words) found.push_back(one.word);
    return found;
  }

  bool flag_ = false;
  std::optional<bool> verdict_;
  std::string text_;
  std::vector<std::string> several_;
  Subcommand show_, compare_, plan_, hidden_;
};

TEST_F(CompletionTest, TheFirstWordIsACommand) {
  EXPECT_EQ(Of({""}).words,
            (std::vector<Candidate>{
                {"show", "Show one trial"}, {"compare", "Compare"}, {"plan", "Plan"}}));
  EXPECT_THAT(WordsOf({"s"}), ElementsAre("show"));
  EXPECT_THAT(WordsOf({"--"}), ElementsAre("--help", "--version"));
  EXPECT_THAT(WordsOf({"__"}), IsEmpty());
}

TEST_F(CompletionTest, BehindAnUnknownCommandThereIsNothing) {
  EXPECT_THAT(WordsOf({"shwo", ""}), IsEmpty());
  EXPECT_THAT(WordsOf({"__hidden", ""}), IsEmpty());
  EXPECT_EQ(Of({"shwo", ""}).files, Completion::Files::kNone);
}

TEST_F(CompletionTest, ADashOffersTheLongNamesOfOptions) {
  EXPECT_THAT(WordsOf({"show", "-"}),
              ElementsAre("--mode", "--metric", "--data", "--set", "--json", "--csv", "--quiet",
                          "-x", "--verdict", "--no-verdict", "--help"));
  EXPECT_THAT(WordsOf({"show", "--m"}), ElementsAre("--mode", "--metric"));
  EXPECT_EQ(Of({"show", "--mo"}).words, (std::vector<Candidate>{{"--mode", "how"}}));
}

TEST_F(CompletionTest, AnOptionIsOfferedOnceUnlessItTakesSeveralValues) {
  const auto words = WordsOf({"show", "x.db", "--mode", "max", "-q", "--set=a=1", "--"});
  EXPECT_THAT(words, AllOf(Not(Contains("--mode")), Not(Contains("--quiet")), Contains("--set")));
}

TEST_F(CompletionTest, OptionsThatExcludeEachOtherAreNotOffered) {
  EXPECT_THAT(WordsOf({"show", "--json", "--c"}), IsEmpty());
  EXPECT_THAT(WordsOf({"show", "--csv", "--j"}), IsEmpty());
}

TEST_F(CompletionTest, AValueIsCompletedBehindABlankAndBehindAnEqualsSign) {
  EXPECT_THAT(WordsOf({"show", "--mode", ""}), ElementsAre("max", "min"));
  EXPECT_THAT(WordsOf({"show", "--mode", "mi"}), ElementsAre("min"));
  EXPECT_THAT(WordsOf({"show", "--mode=mi"}), ElementsAre("--mode=min"));
  EXPECT_THAT(WordsOf({"show", "--json="}), IsEmpty());
  EXPECT_THAT(WordsOf({"show", "--no-such="}), IsEmpty());
}

TEST_F(CompletionTest, AValueThatLooksLikeAnOptionIsStillTheValue) {
  EXPECT_THAT(WordsOf({"show", "--mode", "--json", "--j"}), ElementsAre("--json"));
  EXPECT_THAT(WordsOf({"show", "--mode", "-"}), IsEmpty());
}

TEST_F(CompletionTest, FilesHaveTheEndingsOfTheirKind) {
  EXPECT_EQ(Of({"plan", ""}).endings, (std::vector<std::string>{"yaml", "yml"}));
  EXPECT_EQ(Of({"show", ""}).endings, (std::vector<std::string>{"db"}));
  EXPECT_EQ(Of({"show", ""}).files, Completion::Files::kAll);
  EXPECT_EQ(Of({"show", "--data="}).files, Completion::Files::kFolders);
}

TEST_F(CompletionTest, AnArgumentMayHaveAnOptionsNameToo) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"plan", "s.yaml", ""},
                                                {"plan", "-o", ""},
                                                {"plan", "--output", ""}}) {
    EXPECT_EQ(Of(words).files, Completion::Files::kAll);
    EXPECT_THAT(Of(words).endings, IsEmpty());
  }
}

TEST_F(CompletionTest, BehindTheLastArgumentOptionsAreOffered) {
  EXPECT_THAT(WordsOf({"plan", "s.yaml", "out", ""}), ElementsAre("--output", "--type", "--help"));
}

TEST_F(CompletionTest, TrialsAreThoseOfTheDatabaseThatIsNamed) {
  EXPECT_EQ(Of({"show", "--json", "x.db", "ab"}).words,
            (std::vector<Candidate>{{"ab1", "in x.db"}}));
  EXPECT_EQ(Of({"show", "x.db", "ab1", "--mode", "max", "c"}).words,
            (std::vector<Candidate>{{"c1", "in x.db"}}));
}

TEST_F(CompletionTest, MetricsAreTheDatabasesElseThoseOfTheBuiltInModel) {
  EXPECT_EQ(Of({"show", "x.db", "--metric", "lo"}).words,
            (std::vector<Candidate>{{"loss", "in x.db"}}));
  EXPECT_THAT(WordsOf({"show", "none.db", "--metric", "val_a"}), ElementsAre("val_accuracy"));
  EXPECT_THAT(WordsOf({"show", "--metric=val_a"}), ElementsAre("--metric=val_accuracy"));
}

TEST_F(CompletionTest, CompareTakesDatabasesAndTrials) {
  TempFolder folder;
  const std::string db = folder.Write("x y.db", "").string();
  EXPECT_THAT(WordsOf({"compare", "a"}), IsEmpty());
  EXPECT_EQ(Of({"compare", "a"}).endings, (std::vector<std::string>{"db"}));
  EXPECT_EQ(Of({"compare", "x.db", "a"}).words, (std::vector<Candidate>{{"a1", "in x.db"}}));
  EXPECT_EQ(Of({"compare", "x.db", "a"}).files, Completion::Files::kAll);
  EXPECT_EQ(Of({"compare", db + ":a"}).words, (std::vector<Candidate>{{db + ":a1", "in " + db}}));
  EXPECT_THAT(WordsOf({"compare", db + ".none:a"}), IsEmpty());
}

TEST_F(CompletionTest, EveryTypeOfTheCatalogIsOffered) {
  const auto words = WordsOf({"plan", "--type", ""});
  for (const SchedulerType& type : SchedulerTypes()) EXPECT_THAT(words, Contains(type.name));
  EXPECT_THAT(words, Contains("timm.cosine"));
}

TEST_F(CompletionTest, WhatFollowsTwoDashesIsNotOurs) {
  EXPECT_THAT(WordsOf({"show", "x.db", "--", "--m"}), IsEmpty());
  EXPECT_EQ(Of({"plan", "--", ""}).files, Completion::Files::kNone);
}

TEST(CompletionTextTest, SaysWhatFilesThenAWordALine) {
  EXPECT_EQ(CompletionText({}, 0), "none\n");
  EXPECT_EQ(CompletionText({.files = Completion::Files::kFolders}, 0), "folders\n");
  EXPECT_EQ(CompletionText({.files = Completion::Files::kAll}, 0), "files\n");
  EXPECT_EQ(CompletionText({.words = {{"--mode=max", ""}, {"--mode=min", "the least"}},
                            .files = Completion::Files::kAll,
                            .endings = {"yaml", "yml"}},
                           7),
            "files yaml yml\nmax\nmin\tthe least\n");
}

}  // namespace
}  // namespace lrsweep
