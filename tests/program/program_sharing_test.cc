// Trials of a user's program that share their first epochs, by the real program.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_fixture.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A program whose every number depends on all rates before. It saves a checkpoint after every
/// `every` epochs: of odd seeds a folder. With --forgets that lacks the momentum.
constexpr const char* kTrain = R"(
import json, os, pathlib, sys, time
env = os.environ
every, forgets = int(sys.argv[1]), '--forgets' in sys.argv
folder, done = pathlib.Path(env['LRSWEEP_DIR']), int(env['LRSWEEP_EPOCH'])
epochs, seed = int(env['LRSWEEP_EPOCHS']), int(env['LRSWEEP_SEED'])
x, speed = 1.0 + seed, 0.0
if 'LRSWEEP_RESUME' in env:
    path = pathlib.Path(env['LRSWEEP_RESUME'])
    file = path / 'state' if path.is_dir() else path
    x, speed = json.loads(file.read_text())
    file.write_text('used')
def rate(epoch):
    while True:
        rows = open(env['LRSWEEP_SCHEDULE']).read().splitlines()[1:]
        if len(rows) >= epoch: return float(rows[epoch - 1].split(',')[1])
        time.sleep(0.001)
for epoch in range(done + 1, epochs + 1):
    speed = 0.9 * speed + x - 3
    x -= rate(epoch) * speed
    report = {'epoch': epoch, 'loss': (x - 3) ** 2 / 2, 'lr': rate(epoch)}
    if epoch == epochs: report['test'] = x
    print('lrsweep', json.dumps(report), flush=True)
    if epoch % every or epoch == epochs: continue
    name = f'c-{epoch}'
    file = folder / name
    if seed % 2:
        file.mkdir(exist_ok=True)
        file = file / 'state'
    file.write_text(json.dumps([x, 0.0 if forgets else speed]))
    print('lrsweep', json.dumps({'checkpoint': name, 'epoch': epoch}), flush=True)
)";

class ProgramSharingTest : public RunTest {
 protected:
  ProgramSharingTest() {
    folder_.Write("train.py", kTrain);
    Write("[python3, -B, train.py, 1]");
  }
  void Write(const std::string& command, const std::string& more = "") {
    folder_.Write("s.yaml",
                  "name: s\ntrial: {command: " + command +
                      ", metrics: {loss: min}, resumable: exact" + more +
                      "}\ntraining: {epochs: {grid: [4, 8]}, seed: {grid: [0, 1]}}\n"
                      "optimizer: {lr: 0.1}\nscheduler:\n"
                      "  - {type: WSD, interval: epoch, num_warmup_steps: 1, "
                      "num_decay_steps: {grid: [1, 2]}}\n"
                      "  - {type: StepLR, step_size: {grid: [3, 5, 50]}, gamma: 0.5}\n"
                      "  - {type: ReduceLROnPlateau, metric: loss, patience: {grid: [0, 1]}, "
                      "threshold: 0.3}\n");
  }
  /// All numbers of a database; wall times left out.
  std::string NumbersOf(const std::string& db) {
    return RunShell(InFolder("sqlite3 " + db +
                             " \"SELECT trial_id, epoch, steps_done, lr FROM epochs ORDER BY 1, 2; "
                             "SELECT trial_id, epoch, name, value FROM metrics ORDER BY 1, 2, 3; "
                             "SELECT * FROM steps ORDER BY trial_id, step; "
                             "SELECT trial_id, state FROM trials ORDER BY 1; "
                             "SELECT place, trial_id, value FROM ranking\""))
        .output;
  }
  int64_t Trained() const {
    return std::stoll(Sql("SELECT count(*) FROM epochs WHERE trained_by IS NULL"));
  }
  std::string Checkpoints() const {
    return RunShell(InFolder("find s.db.trials -name 'c-*'")).output;
  }
  void ExpectSameNumbers() {
    EXPECT_EQ(Run(0, "--quiet --no-share --db whole.db").status, 0);
    EXPECT_TRUE(NumbersOf("s.db") == NumbersOf("whole.db"));
  }
};

TEST_F(ProgramSharingTest, EveryNumberIsThatOfTrialsTrainedAlone) {
  const auto run = Run(0, "--quiet");
  ASSERT_EQ(run.status, 0) << run.output;
  ExpectSameNumbers();
  EXPECT_LT(Trained(), std::stoll(Sql("SELECT count(*) FROM epochs")) * 3 / 4);
  EXPECT_EQ(Checkpoints(), "");
  EXPECT_EQ(Sql("SELECT count(*) FROM checkpoints"), "0\n");
  EXPECT_EQ(Sql("SELECT count(*) FROM retired_checkpoints"), "0\n");
  const auto verified = Lrsweep("verify s.db --all");
  EXPECT_EQ(verified.status, 0) << verified.output;
}

TEST_F(ProgramSharingTest, WhateverTheWorkersAndHoweverOftenItIsStopped) {
  Write("[python3, -B, train.py, 2]");
  int status = 75;
  for (double seconds = 0.1; status == 75 && seconds < 60; seconds *= 1.5) {
    status = Run(0, "--quiet --workers 2 --max-wall-time " + std::to_string(seconds)).status;
  }
  EXPECT_EQ(status, 0);
  ExpectSameNumbers();
  EXPECT_EQ(Checkpoints(), "");
}

TEST_F(ProgramSharingTest, WhatTheProgramIsToldMakesTrialsDiffer) {
  const auto plan = [this](const std::string& command) {
    Write(command);
    return Lrsweep("plan s.yaml --limit 1").output;
  };
  const std::string shared = "s: 28 trials, 168 epochs, at most ";
  EXPECT_THAT(
      plan("[python3, -B, train.py, 1]"),
      AllOf(HasSubstr(shared), HasSubstr("note: trials of different lengths share epochs"),
            HasSubstr("% are shared, if the program saves a checkpoint after each epoch\n")));
  EXPECT_THAT(plan("[python3, train.py, \"{dir}\", \"{schedule_file}\", \"{params_file}\"]"),
              HasSubstr(shared));
  EXPECT_THAT(plan("[python3, train.py, \"{training.epochs}\"]"),
              AllOf(HasSubstr(shared), Not(HasSubstr("note:"))));
  EXPECT_THAT(plan("[python3, train.py, \"{json}\"]"),
              AllOf(Not(HasSubstr("to train")), HasSubstr("note: {json} gives each trial")));
  EXPECT_THAT(plan("[python3, train.py, \"{args}\"]"),
              HasSubstr("note: {args} passes scheduler.num_decay_steps, scheduler.patience, "
                        "scheduler.step_size, training.epochs: trials that differ in one of "
                        "these share nothing"));
}

TEST_F(ProgramSharingTest, NothingIsSharedWhereItIsNotDeclared) {
  ASSERT_EQ(Run(0, "--quiet --set training.epochs=4 --set training.seed=0").status, 0);
  const std::string shared = NumbersOf("s.db");
  const auto text = RunShell(InFolder("sed -i 's/, resumable: exact//' s.yaml"));
  ASSERT_EQ(text.status, 0);
  ASSERT_EQ(Run(0, "--quiet --db alone.db --set training.epochs=4 --set training.seed=0").status,
            0);
  EXPECT_TRUE(NumbersOf("alone.db") == shared);  // the ids as well
  EXPECT_EQ(RunShell(InFolder("sqlite3 alone.db 'SELECT sum(shared_epochs) FROM trials'")).output,
            "0\n");
}

TEST_F(ProgramSharingTest, VerifyFindsAProgramThatIsNotExact) {
  Write("[python3, -B, train.py, 1, --forgets]");
  ASSERT_EQ(Run(0, "--quiet").status, 0);
  // The first that continued from another one's checkpoint.
  const std::string found =
      Sql("SELECT trial_id, first_epoch FROM attempts WHERE first_epoch > 1 LIMIT 1");
  ASSERT_GT(found.size(), 17U);
  const std::string id = found.substr(0, 16);
  const int64_t epoch = std::stoll(found.substr(17));
  const auto verified = Lrsweep("verify s.db " + id);
  EXPECT_EQ(verified.status, 1);
  EXPECT_THAT(verified.output,
              AllOf(HasSubstr("the program is not exact: it differs from the end of epoch " +
                              std::to_string(epoch) + " on"),
                    HasSubstr("resumed after epoch " + std::to_string(epoch - 1) +
                              ": its checkpoint may not hold all"),
                    HasSubstr("trial.resumable: exact says that it is")));
}

TEST_F(ProgramSharingTest, ATrialThatIsAnotherOneToTheEndHasTheOutputOfThat) {
  ASSERT_EQ(Run(0, "--quiet --set training.epochs=4 --set training.seed=0").status, 0);
  std::string id = Sql(
      "SELECT trial_id FROM trials WHERE trial_id NOT IN (SELECT trial_id FROM attempts) LIMIT 1");
  ASSERT_EQ(id.size(), 17U) << id;
  id.pop_back();
  EXPECT_THAT(Lrsweep("show s.db " + id).output, HasSubstr("never by itself: it was trained as "));
  EXPECT_THAT(Lrsweep("log s.db " + id).output,
              HasSubstr("lrsweep: trial " + id + " was trained as "));
  EXPECT_THAT(Lrsweep("verify s.db " + id).output, HasSubstr("the same numbers again"));
}

TEST_F(ProgramSharingTest, OnlyExactCanBeDeclared) {
  const auto result = Run(0, "--set trial.resumable=true");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, HasSubstr("trial.resumable: expected"));
}

}  // namespace
}  // namespace lrsweep
