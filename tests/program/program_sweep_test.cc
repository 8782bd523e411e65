// Sweeps of a user's program, from the configuration to its arguments and back.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/run_fixture.h"

namespace lrsweep {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A shell script that writes its arguments between brackets, one a line, and reports two epochs.
class ProgramSweepTest : public RunTest {
 protected:
  ProgramSweepTest() {
    folder_.Write(
        "train.sh",
        "printf '[%s]\\n' \"$@\"\n"
        "for epoch in 1 2; do echo \"lrsweep {\\\"epoch\\\": $epoch, \\\"acc\\\": $epoch, "
        "\\\"loss\\\": 0.5}\"; done\n");
    Write("[sh, train.sh, \"{args}\"]", "{width: {grid: [64, 128]}}");
  }
  void Write(const std::string& command, const std::string& params, const std::string& more = "") {
    folder_.Write("s.yaml", "name: s\ntrial: {command: " + command +
                                ", metrics: {acc: max, loss: min}" + more + "}\nparams: " + params +
                                "\ntraining: {epochs: 2}\noptimizer: {lr: 0.1}\n"
                                "scheduler: {type: ExponentialLR, gamma: 0.5}\n"
                                "objective: {metric: acc}\n");
  }
  /// What the only trial's program wrote.
  std::string Output() const { return RunShell(InFolder("cat s.db.trials/*/output.log")).output; }
};

TEST_F(ProgramSweepTest, ValuesArriveAsTheyAre) {
  const std::string text =
      "it's \"q\" $(touch x) `y` \\\\ *;|&>< \xe6\x97\xa5\xe6\x9c\xac \xc3\xa4";
  std::string yaml;
  for (const char c : text) yaml += c == '"' ? "\\\"" : c == '\\' ? "\\\\" : std::string(1, c);
  Write(
      "[sh, train.sh, \"{params.text}\", \"<{params.text}>\", \"\", \"{params.list}\", "
      "\"{params.real}\", \"{optimizer.lr}\", \"{args}\", \"{args_no_hyphens}\"]",
      "{text: \"" + yaml + "\", list: [1, a b, {c: null}], real: 1.0e-5, a: {b: {grid: [x y]}}}");
  const auto result = Run(0, "--quiet");
  ASSERT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(Output(), HasSubstr("[" + text + "]\n[<" + text +
                                  ">]\n[]\n[[1,\"a b\",{\"c\":null}]]\n[1e-05]\n[0.1]\n[--a.b]\n[x "
                                  "y]\n[a.b=x y]\n"));
}

TEST_F(ProgramSweepTest, TheDatabaseSaysWhatWasRun) {
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  EXPECT_EQ(Sql("SELECT engine, dataset_sha256, metric, mode FROM sweep"), "command||acc|max\n");
  EXPECT_EQ(Sql("SELECT json_extract(params, '$.params.width'), json_extract(params, "
                "'$.trial.command[1]'), json_extract(params, '$.dataset') FROM trials"),
            "64|train.sh|\n128|train.sh|\n");
  EXPECT_EQ(Sql("SELECT count(*) FROM metrics WHERE name = 'acc'"), "4\n");
}

TEST_F(ProgramSweepTest, AnEditedConfigurationTrainsWhatIsNew) {
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  const auto more = Run(0, "--set params.width='{grid: [128, 256]}'");
  EXPECT_EQ(more.status, 0) << more.output;
  EXPECT_THAT(more.output, AllOf(HasSubstr("1 trial new in the configuration"),
                                 HasSubstr("1 trial no longer in the configuration")));
  EXPECT_EQ(Sql("SELECT count(*) FROM attempts"), "3\n");
}

TEST_F(ProgramSweepTest, TrialsThatKeepTheirIdsKeepTheirArguments) {
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  const auto fixed = Run(0, "--quiet --set params.width=64");
  EXPECT_EQ(fixed.status, 2);
  EXPECT_THAT(fixed.output, HasSubstr("s.db: {args} stands for what is swept, and params.width is "
                                      "swept in only one of its configuration and the new one"));
  EXPECT_EQ(Run(0, "--quiet --set training.seed='{grid: [0, 1]}'").status, 2);
  EXPECT_EQ(Run(0, "--quiet --set params.width='{grid: [64]}'").status, 0);
  EXPECT_EQ(Run(0, "--quiet --set params.depth='{grid: [1, 2]}'").status, 0);  // other trials
}

TEST_F(ProgramSweepTest, HowAProgramIsRunMayBeEdited) {
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  Write("[sh, train.sh, \"{args}\"]", "{width: {grid: [64, 128]}}",
        ", timeout: 1h, grace: 1, keep: true");
  const auto again = Run(0, "--quiet --set trial.metrics.acc=min");
  EXPECT_EQ(again.status, 0) << again.output;
  EXPECT_EQ(Sql("SELECT count(*) FROM attempts"), "2\n");
  EXPECT_EQ(Sql("SELECT mode FROM sweep"), "min\n");
}

TEST_F(ProgramSweepTest, AnotherVersionMakesOtherTrials) {
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  ASSERT_EQ(Run(0, "--quiet --set trial.version=2").status, 0);
  EXPECT_EQ(Sql("SELECT count(*), sum(in_space) FROM trials"), "4|2\n");
}

TEST_F(ProgramSweepTest, AStoredTrialIsAConfiguration) {
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  const std::string id = Sql("SELECT trial_id FROM trials LIMIT 1").substr(0, 16);
  const auto planned = RunShell(InFolder(LRSWEEP_PROGRAM " show s.db " + id +
                                         " --config > one.yaml && " LRSWEEP_PROGRAM
                                         " run one.yaml --quiet --db one.db && " LRSWEEP_PROGRAM
                                         " plan one.yaml && cat one.db.trials/*/output.log"));
  EXPECT_THAT(planned.output, AllOf(HasSubstr("1 trial\n"), HasSubstr("\n" + id + "  "),
                                    HasSubstr("[--width]\n[64]\n")));
}

TEST_F(ProgramSweepTest, AProgramThatEndsALoneProcessFailsInTheEnd) {
  folder_.Write("train.sh",
                "if [ $2 = 64 ]; then kill -9 $PPID; sleep 60; fi\n"
                "for epoch in 1 2; do echo \"lrsweep {\\\"epoch\\\": $epoch, \\\"acc\\\": 1}\"; "
                "done\n");
  const auto deaths = [this] { return Sql("SELECT count(*) FROM attempts WHERE attempt > 0"); };
  const int killed = 128 + 9;
  EXPECT_EQ(Run(0, "--quiet --max-attempts 2").status, killed);
  EXPECT_EQ(Run(0, "--quiet --max-attempts 2").status, killed);
  EXPECT_EQ(deaths(), "2\n");
  const auto last = Run(0, "--quiet --max-attempts 2");
  EXPECT_EQ(last.status, 1) << last.output;
  EXPECT_THAT(last.output, HasSubstr(" failed: 2 attempts at it broke off together with lrsweep"));
  EXPECT_EQ(Sql("SELECT json_extract(params, '$.params.width'), state FROM trials ORDER BY 1"),
            "64|failed\n128|completed\n");
  EXPECT_EQ(Sql("SELECT outcome, ended_at IS NULL FROM attempts WHERE outcome <> 'completed'"),
            "lost|1\nlost|1\n");
  EXPECT_EQ(Run(0, "--quiet --max-attempts 2 --retry-failed").status, killed) << "tried once more";
  EXPECT_EQ(Run(0, "--quiet --max-attempts 2").status, 1);
}

TEST_F(ProgramSweepTest, DeathsOfALoneProcessDoNotCountWhereCheckpointsAreMade) {
  folder_.Write("train.sh",
                "epoch=$((LRSWEEP_EPOCH + 1))\n"
                "echo \"lrsweep {\\\"epoch\\\": $epoch, \\\"acc\\\": 1}\"\n"
                "if [ $epoch = 2 ]; then exit; fi\n"
                "touch \"$LRSWEEP_DIR/$epoch\"\n"
                "echo \"lrsweep {\\\"epoch\\\": $epoch, \\\"checkpoint\\\": \\\"$epoch\\\"}\"\n"
                "sleep 1; kill -9 $PPID; sleep 60\n");
  Write("[sh, train.sh]", "{width: 64}");
  EXPECT_EQ(Run(0, "--quiet --max-attempts 1").status, 128 + 9);
  const auto second = Run(0, "--quiet --max-attempts 1");
  EXPECT_EQ(second.status, 0) << second.output;
}

TEST_F(ProgramSweepTest, ATrialThatIsGivenUpLeavesItsOutputAlone) {
  folder_.Write("train.sh",
                "touch \"$LRSWEEP_DIR/c\"\n"
                "echo 'lrsweep {\"epoch\": 1, \"acc\": 1}'\n"
                "echo 'lrsweep {\"epoch\": 1, \"checkpoint\": \"c\"}'\n"
                "exit 75\n");
  Write("[sh, train.sh]", "{width: 64}");
  const auto result = Run(0, "--quiet --max-attempts 1");
  EXPECT_EQ(result.status, 1) << result.output;
  EXPECT_EQ(RunShell(InFolder("ls s.db.trials/*/")).output, "output.log\nparams.json\n");
}

TEST_F(ProgramSweepTest, AFileInThePlaceOfTheFolderIsSaidBeforeAnythingRuns) {
  folder_.Write("s.db.trials", "mine");
  const auto result = Run(0, "");
  EXPECT_EQ(result.status, 74) << result.output;
  EXPECT_THAT(result.output, HasSubstr("s.db.trials: the trials' programs need a folder of this "
                                       "name, and it is none: remove or rename it, or name another "
                                       "database by --db"));
  EXPECT_EQ(RunShell(InFolder("cat s.db.trials; ls s.db")).status, 2) << "no database is made";
}

TEST_F(ProgramSweepTest, PlanShowsNoControlCharacters) {
  Write("[sh, train.sh, \"{args}\"]", R"({text: {grid: ["a\nb", "\e[31mred", plain]}})");
  const auto plan = Lrsweep("plan s.yaml");
  EXPECT_EQ(plan.status, 0) << plan.output;
  EXPECT_THAT(plan.output,
              AllOf(HasSubstr(R"(text="a\u000ab")"), HasSubstr(R"(text="\u001b[31mred")"),
                    HasSubstr("text=plain"), Not(HasSubstr("\x1b"))));
}

TEST_F(ProgramSweepTest, PlanAndPreviewReadNoData) {
  const auto plan = RunShell(InFolder("LRSWEEP_DATA_DIR=/nowhere " LRSWEEP_PROGRAM
                                      " plan s.yaml --json --set params.width=3"));
  EXPECT_EQ(plan.status, 0) << plan.output;
  const json trials = json::parse(plan.output)["trials"];
  ASSERT_EQ(trials.size(), 1U);
  EXPECT_EQ(trials[0]["params"]["params"]["width"], 3);
  EXPECT_TRUE(trials[0]["steps"].is_null());
  const json with_steps =
      json::parse(Lrsweep("plan s.yaml --json --set trial.steps_per_epoch=391").output);
  EXPECT_EQ(with_steps["trials"][0]["steps"], 782);
  EXPECT_THAT(Lrsweep("plan s.yaml").output, HasSubstr("       2         -  ExponentialLR"));
  EXPECT_THAT(Lrsweep("preview s.yaml").output,
              AllOf(HasSubstr("2 trials, 2 epochs\n"), HasSubstr("0.1 at epoch 1, 0.05 at epoch 2"),
                    Not(HasSubstr("step"))));
  EXPECT_THAT(Lrsweep("preview s.yaml --set trial.steps_per_epoch=3").output,
              HasSubstr("2 trials, 2 epochs of 3 steps\n"));
}

TEST_F(ProgramSweepTest, WhatTheBuiltInModelTakesIsRefused) {
  const auto packs = Run(0, "--pack-size 4");
  EXPECT_EQ(packs.status, 2);
  EXPECT_THAT(packs.output,
              HasSubstr("--pack-size: the program of trial.command trains one trial"));
  const auto engine = Run(0, "--engine cpu");
  EXPECT_EQ(engine.status, 2);
  EXPECT_THAT(engine.output, HasSubstr("--engine: the program of trial.command trains"));
  EXPECT_EQ(Run(0, "--workers 1 --pack-size 4").status, 2);
}

TEST_F(ProgramSweepTest, ADatabaseIsContinuedByItsOwnKindAlone) {
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  const std::string before = Sql("SELECT count(*) FROM trials");
  WriteConfig("{epochs: 1}");
  const auto built_in = Run(0, "");
  EXPECT_EQ(built_in.status, 2);
  EXPECT_THAT(built_in.output, HasSubstr("s.db: its trials are those of a program (trial.command), "
                                         "not those of the built-in model; name another file"));
  EXPECT_EQ(Sql("SELECT count(*) FROM trials"), before);
  ASSERT_EQ(Run(0, "--quiet --engine cpu --db m.db").status, 0);
  Write("[sh, train.sh]", "{}");
  const auto program = Run(0, "--db m.db");
  EXPECT_EQ(program.status, 2);
  EXPECT_THAT(program.output, HasSubstr("not those of a program (trial.command)"));
}

}  // namespace
}  // namespace lrsweep
