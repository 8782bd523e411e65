// Whole sweeps of a small data set through the real program, alone and under mpirun.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "results/store.h"
#include "tests/support/idx_bytes.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {

class RunTest : public testing::Test {
 protected:
  RunTest() {
    WriteSmallDataset(images_);
    WriteConfig("{epochs: 3, batch_size: 32, seed: {grid: [0, 1]}}");
  }

  void WriteConfig(const std::string& training) {
    folder_.Write("s.yaml", "name: s\ndataset: {name: " + images_.path().string() +
                                "}\nmodel: {hidden: [16]}\ntraining: " + training +
                                "\noptimizer: {lr: 0.1, momentum: 0.9}\n"
                                "scheduler:\n"
                                "  - {type: StepLR, step_size: 1, gamma: {grid: [0.1, 0.5]}}\n"
                                "  - {type: CosineAnnealingLR, T_max: run}\n"
                                "  - {type: CyclicLR, base_lr: 0.001, max_lr: {grid: [0.05, 0.1]}, "
                                "step_size_up: 10}\n");
  }
  std::string InFolder(const std::string& command) const {
    return "cd " + folder_.path().string() + " || exit; " + command;
  }
  ProgramResult Run(int ranks, const std::string& arguments) {
    const std::string launch = ranks == 0 ? "" : Mpirun(ranks);
    return RunShell(InFolder(launch + LRSWEEP_PROGRAM " run s.yaml " + arguments));
  }
  ProgramResult Lrsweep(const std::string& words) const {
    return RunShell(InFolder(LRSWEEP_PROGRAM " " + words));
  }
  /// What a statement finds in s.db.
  std::string Sql(const std::string& statement) const {
    return RunShell(InFolder("sqlite3 s.db \"" + statement + "\"")).output;
  }
  /// All that a database says of its trials' numbers, wall times left out.
  std::string Numbers(const std::string& db) {
    return RunShell(InFolder("sqlite3 " + db +
                             " \"SELECT trial_id, epoch, steps_done, lr, train_loss, val_loss, "
                             "val_accuracy, test_loss, test_accuracy FROM epochs ORDER BY 1, 2; "
                             "SELECT * FROM steps ORDER BY "
                             "trial_id, step; SELECT place, trial_id, value FROM ranking\""))
        .output;
  }
  std::vector<std::string> States(const std::string& db) {
    std::vector<std::string> states;
    for (const TrialRow& row : Store::Open(folder_ / db).Trials()) states.push_back(row.state);
    return states;
  }

  TempFolder folder_;
  TempFolder images_;
};

}  // namespace lrsweep
