// A sweep of a user's program in a temporary folder, for the tests of what is shown of it. The
// program reports at every fifth epoch, of two metrics one in percent, and some that it did not
// declare.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/sweep_fixture.h"
#include "trial/program.h"
#include "trial/trial_folder.h"

namespace lrsweep {

class ProgramSweepFixture : public SweepFixture {
 protected:
  static constexpr const char* kAccuracy = "val/top-1";  // in percent, more is better
  static constexpr const char* kPerplexity = "ppl";      // less is better
  static constexpr const char* kNorm = "grad.norm";      // not declared
  static constexpr const char* kTiny = "weight_decay_loss";
  static constexpr int64_t kStepsPerEpoch = 4;

  static Trial ProgramTrial(const std::string& id, const std::string& group, int64_t seed,
                            const Value& width, const std::string& augment) {
    const List command = {"python", "train.py", "{args}"};
    return {.id = id,
            .group_id = group,
            .scheduler = "OneCycleLR",
            .seed = seed,
            .params = {{"trial", Map{{"command", command}, {"steps_per_epoch", kStepsPerEpoch}}},
                       {"params", Map{{"augment", augment}, {"model", Map{{"width", width}}}}},
                       {"optimizer", Map{{"lr", 0.1}, {"type", "Lion"}}},
                       {"scheduler", Map{{"max_lr", 0.1}, {"type", "OneCycleLR"}}},
                       {"training", Map{{"epochs", int64_t{20}}, {"seed", seed}}}}};
  }

  /// Four groups of two seeds: a width that is a number or a word, with and without augmentation.
  static std::vector<Trial> ProgramTrials() {
    std::vector<Trial> trials;
    int64_t number = 0;
    for (const Value& width : {Value(int64_t{64}), Value("wide")}) {
      for (const char* augment : {"none", "flip and crop"}) {
        for (int64_t seed = 0; seed < 2; ++seed) {
          const std::string group = "a0000000000000" + std::to_string(10 + number / 2);
          const std::string id = "b0000000000000" + std::to_string(10 + number);
          trials.push_back(ProgramTrial(id, group, seed, width, augment));
          ++number;
        }
      }
    }
    return trials;
  }

  Store CreateProgramSweep(const std::vector<Trial>& trials,
                           const Objective& objective = {kAccuracy, "max", "last"}) const {
    SweepRecord sweep;
    sweep.name = "resnet";
    sweep.config_yaml = "name: resnet\n";
    sweep.objective = objective;
    sweep.engine = kCommandEngine;
    sweep.version = "0.2.0";
    sweep.reported_metrics = {{.name = kAccuracy, .better = Better::kMore},
                              {.name = kPerplexity, .better = Better::kLess}};
    return Store::Create(db_, sweep, trials.size(), [&](size_t i) { return trials[i]; });
  }

  /// The record of an epoch at which the program reported, of the steps since `since`.
  static EpochRecord ProgramEpoch(int64_t epoch, int64_t since, Metrics metrics) {
    EpochRecord record;
    record.epoch = epoch;
    record.steps_done = epoch * kStepsPerEpoch;
    record.losses.assign(static_cast<size_t>((epoch - since) * kStepsPerEpoch), kNanLoss);
    record.rates = {{0.1}, {0.9}};
    record.metrics = std::move(metrics);
    record.wall_seconds = 1.5;
    return record;
  }

  static void BeginProgram(Store& store, const std::string& id) {
    store.BeginAttempt(id, {1, "node-a", "cuda:0", kCommandEngine, ""});
  }

  /// Epochs 5, 10, 15 and 20, of which only the second and the last have the accuracy.
  static void CompleteProgram(Store& store, const std::string& id, double accuracy) {
    BeginProgram(store, id);
    for (const int64_t epoch : {5, 10, 15, 20}) {
      const double share = static_cast<double>(epoch) / 20;
      Metrics metrics = {{kPerplexity, 40 - accuracy * share / 4}, {kNorm, 12345.678 / share}};
      metrics[kTiny] = 3.5e-6 * share;
      if (epoch % 10 == 0) metrics[kAccuracy] = accuracy * (0.5 + share / 2);
      store.AddEpoch(id, ProgramEpoch(epoch, epoch - 5, std::move(metrics)));
    }
    store.EndAttempt(id, TrialState::kCompleted, "");
  }

  /// All trials, of accuracies 80, 81.5, 83, ...
  Store TrainedProgramSweep() const {
    const std::vector<Trial> trials = ProgramTrials();
    Store store = CreateProgramSweep(trials);
    double accuracy = 80;
    for (const Trial& trial : trials) {
      CompleteProgram(store, trial.id, accuracy);
      accuracy += 1.5;
    }
    return store;
  }

  /// Writes a file into the trial's folder, as its program would.
  void WriteFile(const std::string& trial_id, const std::string& name,
                 const std::string& text) const {
    std::filesystem::create_directories(TrialFolderOf(db_, trial_id));
    std::ofstream(TrialFolderOf(db_, trial_id) / name, std::ios::binary) << text;
  }
};

}  // namespace lrsweep
