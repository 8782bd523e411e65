// Every command, every kind of failure: the exit status is that of the table in docs/running.md,
// and the message names what failed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/run_fixture.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr int kMistake = 2;
constexpr int kUnusable = 74;

/// In a folder with the configuration s.yaml and its trained sweep s.db.
class ExitStatusTest : public RunTest {
 protected:
  ExitStatusTest() { WriteConfig("{epochs: 1, batch_size: 64}"); }

  void Train() {
    const auto result = Run(0, "--quiet --engine cpu");
    ASSERT_EQ(result.status, 0) << result.output;
    trial_ = Sql("SELECT trial_id FROM trials ORDER BY number LIMIT 1");
    trial_.pop_back();
  }

  /// The commands that read the database `db` and change nothing.
  std::vector<std::string> Readers(const std::string& db) const {
    return {"top " + db,
            "top --by group --json " + db,
            "status " + db,
            "status --exit-code " + db,
            "status --watch " + db,
            "show " + db + " " + trial_,
            "show --config " + db + " " + trial_,
            "compare " + db + " " + trial_ + " ffffffffffffffff",
            "compare " + db + ":" + trial_ + " " + db + ":" + trial_,
            "verify --all " + db,
            "verify " + db + " " + trial_,
            "log " + db + " " + trial_,
            "log --follow " + db + " " + trial_,
            "clean --yes " + db,
            "report " + db + " -o r.html",
            "export " + db + " --to csv",
            "export " + db + " --to jsonl -o new.jsonl",
            "export " + db + " --to tensorboard -o new-folder",
            "export " + db + " --to svg -o new-folder"};
  }

  /// Each command ends with the status, and with one message, which has `words` in it.
  void ExpectAll(const std::vector<std::string>& commands, int status, const std::string& words) {
    for (const std::string& command : commands) {
      const auto result = Lrsweep(command);
      EXPECT_EQ(result.status, status) << command << "\n" << result.output;
      EXPECT_THAT(result.output, HasSubstr(words)) << command;
      EXPECT_THAT(result.output, Not(HasSubstr("a bug of ours"))) << command;
    }
  }

  std::string trial_ = "0123456789abcdef";
};

const std::vector<std::string> kCommands = {
    "plan",   "preview", "schedules", "run",   "top",    "report", "show",      "compare",
    "verify", "status",  "log",       "clean", "export", "doctor", "completion"};

TEST_F(ExitStatusTest, EveryCommandIsKnownHere) {
  const std::string help = Lrsweep("--help").output;
  size_t listed = 0;
  for (size_t at = help.find("\n  ", help.find("Subcommands:")); at != std::string::npos;
       at = help.find("\n  ", at + 1)) {
    const std::string name = help.substr(at + 3, help.find(' ', at + 3) - at - 3);
    if (name.empty()) continue;  // a continued help text
    ++listed;
    EXPECT_THAT(kCommands, testing::Contains(name));
  }
  EXPECT_EQ(listed, kCommands.size());
}

TEST_F(ExitStatusTest, AnUnknownOptionIsAMistake) {
  for (const std::string& command : kCommands) {
    EXPECT_EQ(Lrsweep(command + " --no-such-option").status, kMistake) << command;
  }
}

TEST_F(ExitStatusTest, ADatabaseThatIsNotThereIsAMistake) {
  ExpectAll(Readers("nowhere.db"), kMistake, "nowhere.db");
}

TEST_F(ExitStatusTest, AFileThatIsNoDatabaseIsUnusable) {
  folder_.Write("notes.db", "not a database, but long enough to look at as if it were one");
  ExpectAll(Readers("notes.db"), kUnusable, "notes.db");
  ExpectAll({"run s.yaml --db notes.db"}, kUnusable, "notes.db");
}

TEST_F(ExitStatusTest, AFolderInThePlaceOfADatabaseIsUnusable) {
  std::filesystem::create_directory(folder_ / "folder.db");
  ExpectAll({"top folder.db", "status folder.db", "report folder.db", "verify --all folder.db",
             "show folder.db 01", "export folder.db --to csv", "run s.yaml --db folder.db"},
            kUnusable, "folder.db");
}

TEST_F(ExitStatusTest, AnotherProgramsDatabaseIsUnusable) {
  RunShell(InFolder("sqlite3 other.db 'CREATE TABLE t (a)'"));
  ExpectAll(Readers("other.db"), kUnusable, "other.db is a database, but none that lrsweep made");
  ExpectAll({"run s.yaml --db other.db"}, kUnusable, "none that lrsweep made");
}

TEST_F(ExitStatusTest, ANewerDatabaseIsUnusable) {
  Train();
  Sql("PRAGMA user_version = 1000");
  ExpectAll(Readers("s.db"), kUnusable, "made by a newer lrsweep");
  ExpectAll({"run s.yaml"}, kUnusable, "made by a newer lrsweep");
}

TEST_F(ExitStatusTest, ADamagedDatabaseIsUnusable) {
  Train();
  const std::string whole = folder_.Read("s.db");
  std::string scratched = whole;
  for (size_t at = 4096; at < scratched.size(); at += 7) scratched[at] = 'x';
  folder_.Write("half.db", whole.substr(0, whole.size() / 2));
  folder_.Write("scratched.db", scratched);
  for (const std::string db : {"half.db", "scratched.db"}) {
    ExpectAll(Readers(db), kUnusable, db);
    ExpectAll({"run s.yaml --db " + db}, kUnusable, db);
  }
}

TEST_F(ExitStatusTest, ATrialThatIsNotThereIsAMistake) {
  Train();
  ExpectAll({"show s.db zz", "show --config s.db zz", "compare s.db zz " + trial_,
             "compare s.db:zz s.db:" + trial_, "verify s.db zz"},
            kMistake, "no trial begins with 'zz'");
}

TEST_F(ExitStatusTest, AMetricThatIsNotThereIsAMistake) {
  Train();
  ExpectAll({"top s.db --metric speed", "report s.db --metric speed",
             "export s.db --to csv --metric speed", "top s.db --where 'speed > 1'",
             "top s.db --columns speed"},
            kMistake, "speed");
}

TEST_F(ExitStatusTest, AConfigurationThatIsNotThereOrWrongIsAMistake) {
  folder_.Write("wrong.yaml", "name: x\ntraining:\n\tepochs: 1\n");
  for (const std::string command : {"plan", "preview", "run"}) {
    ExpectAll({command + " nowhere.yaml"}, kMistake, "nowhere.yaml: No such file");
    ExpectAll({command + " wrong.yaml"}, kMistake, "wrong.yaml:3:1: a tab cannot indent");
    ExpectAll({command + " s.yaml --set training.epochs=many"}, kMistake, "--set training.epochs");
  }
  ExpectAll({"run nowhere.yaml --workers 2"}, kMistake, "nowhere.yaml: No such file");
}

TEST_F(ExitStatusTest, AConfigurationThatCanBeReadOnceIsAMistakeWithWorkers) {
  EXPECT_EQ(Lrsweep("plan /dev/stdin < s.yaml").status, 0);
  ExpectAll({"run /dev/stdin --workers 2 < s.yaml"}, kMistake,
            "/dev/stdin: with --workers the configuration is read again");
}

TEST_F(ExitStatusTest, ADashIsNoConfiguration) {
  ExpectAll({"run - < s.yaml", "run - --workers 2 < s.yaml"}, kMistake,
            "-: No such file or directory; standard input is /dev/stdin");
}

TEST_F(ExitStatusTest, AMisspeltDataSetIsAMistakeWithItsPlace) {
  folder_.Write("d.yaml",
                "name: d\ndataset: {name: mnits}\ntraining: {epochs: 1}\n"
                "optimizer: {lr: 0.1}\nscheduler: {type: StepLR, step_size: 1}\n");
  for (const std::string command : {"plan", "preview", "run", "run --workers 2"}) {
    ExpectAll(
        {command + " d.yaml"}, kMistake,
        "d.yaml:2:17: dataset.name: no data set and no folder is called \"mnits\"; did you mean "
        "\"mnist\"?");
  }
}

TEST_F(ExitStatusTest, DataThatAreNotThereAreUnusable) {
  for (const std::string name : {"./nowhere", "~/nowhere"}) {
    for (const std::string command : {"plan", "preview", "run"}) {
      std::string words = command;
      words.append(" s.yaml --set dataset.name=").append(name);
      ExpectAll({words}, kUnusable, "/nowhere");
    }
  }
}

TEST_F(ExitStatusTest, DataThatHaveGoneAreUnusable) {
  Train();
  std::filesystem::remove_all(images_.path());
  ExpectAll({"verify s.db --all", "plan s.yaml", "preview s.yaml", "run s.yaml"}, kUnusable,
            images_.path().string());
}

TEST_F(ExitStatusTest, APlaceThatCannotBeWrittenIsUnusable) {
  Train();
  ExpectAll(
      {"export s.db --to csv -o no/x.csv", "export s.db --to json -o no/x.json",
       "export s.db --to jsonl -o no/x.jsonl", "export s.db --to tensorboard -o no/x",
       "export s.db --to mlflow -o no/x", "export s.db --to svg -o no/x",
       "report s.db -o no/x.html", "preview s.yaml --svg no/x.svg", "run s.yaml --db no/x.db"},
      kUnusable, "no/x");
  ExpectAll({"report s.db -o .", "report s.db -o /dev/null"}, kUnusable, "cannot write");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "no"));
}

TEST_F(ExitStatusTest, APlaceThatIsTakenIsAMistakeAndStays) {
  Train();
  folder_.Write("taken", "mine");
  ExpectAll({"export s.db --to csv -o taken", "export s.db --to tensorboard -o taken",
             "export s.db --to mlflow -o .", "report s.db -o s.db"},
            kMistake, "");
  EXPECT_EQ(folder_.Read("taken"), "mine");
}

TEST_F(ExitStatusTest, OutputThatCannotBeWrittenIsUnusable) {
  Train();
  std::vector<std::string> commands = {"plan s.yaml",    "plan --json s.yaml",
                                       "preview s.yaml", "preview --csv s.yaml",
                                       "schedules",      "schedules --json"};
  for (const char* command : {"top s.db", "status s.db", "status s.db --watch", "report s.db",
                              "verify s.db --all", "export s.db --to csv"}) {
    commands.emplace_back(command);
  }
  commands.push_back("show s.db " + trial_);
  commands.push_back("compare s.db " + trial_ + " " + trial_);
  for (const std::string& command : commands) {
    const auto result = Lrsweep(command + " >/dev/full");
    EXPECT_EQ(result.status, kUnusable) << command;
    EXPECT_THAT(result.output, HasSubstr("the output cannot be written")) << command;
  }
}

TEST_F(ExitStatusTest, ARunWhoseProgressCannotBeWrittenTrainsEveryTrial) {
  for (const std::string option : {"", " --verbose"}) {
    const auto result = Lrsweep("run s.yaml --engine cpu" + option + " >/dev/full");
    EXPECT_EQ(result.status, 0) << result.output;
    EXPECT_EQ(Sql("SELECT count(*) FROM trials WHERE state != 'completed'"), "0\n");
    std::filesystem::remove(folder_ / "s.db");
  }
}

TEST_F(ExitStatusTest, AFindingIsAMistakeWithStrict) {
  for (const std::string command : {"plan", "run"}) {
    ExpectAll({command + " s.yaml --strict --set 'scheduler={type: StepLR, step_size: 30}'"},
              kMistake, "refused by --strict");
  }
}

TEST_F(ExitStatusTest, ATrialThatFailsIsOneAndOneThatDivergesIsNone) {
  const std::string diverges =
      "'scheduler={type: StepLR, step_size: 1, gamma: 1e30, interval: step}'";
  const auto diverged = Run(0, "--engine cpu --db d.db --set " + diverges);
  EXPECT_EQ(diverged.status, 0);
  EXPECT_THAT(diverged.output, HasSubstr("1 diverged"));
  EXPECT_EQ(Lrsweep("status --exit-code d.db").status, 0);
  Train();
  Sql("UPDATE trials SET state = 'failed', error = 'x'");
  EXPECT_EQ(Lrsweep("status --exit-code s.db").status, 1);
}

}  // namespace
}  // namespace lrsweep
