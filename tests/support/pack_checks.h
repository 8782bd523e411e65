// What RunPack must give on every engine.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/training_reference.h"
#include "worker/checkpoint.h"
#include "worker/trial_runner.h"

namespace lrsweep {

/// A trial on TinyDataset.
inline Map PackTrial(int64_t seed, int64_t epochs, double lr, Map scheduler) {
  return {
      {"model", Map{{"hidden", List{int64_t{20}, int64_t{10}}}}},
      {"training", Map{{"epochs", epochs}, {"batch_size", int64_t{32}}, {"seed", seed}}},
      {"optimizer", Map{{"type", "SGD"}, {"lr", lr}, {"momentum", 0.9}}},
      {"scheduler", std::move(scheduler)},
  };
}

/// Trials of other seeds, schedules and lengths; the third one diverges at once.
inline std::vector<Map> PackTrials() {
  const Map halved = {
      {"type", "StepLR"}, {"interval", "step"}, {"step_size", int64_t{3}}, {"gamma", 0.5}};
  const Map cyclic = {
      {"type", "CyclicLR"}, {"base_lr", 0.01}, {"max_lr", 0.2}, {"step_size_up", int64_t{5}}};
  const Map plateau = {
      {"type", "ReduceLROnPlateau"}, {"interval", "epoch"}, {"metric", "val_loss"}, {"mode", "min"},
      {"patience", int64_t{0}},      {"factor", 0.1},       {"threshold", 0.5}};
  return {PackTrial(1, 3, 0.1, halved), PackTrial(2, 2, 0.1, cyclic), PackTrial(3, 4, 1e30, halved),
          PackTrial(4, 4, 0.2, plateau), PackTrial(5, 1, 0.05, halved)};
}

/// What each trial of a pack reported.
struct PackReport : PackObserver {
  void OnEpoch(size_t member, EpochRecord record) override {
    epochs[member].push_back(std::move(record));
  }
  void OnEnd(size_t member, TrialState state) override { ends[member] = state; }

  std::map<size_t, std::vector<EpochRecord>> epochs;
  std::map<size_t, TrialState> ends;
};

inline std::unique_ptr<PackReport> ReportOf(const std::vector<Map>& trials, Engine& engine) {
  auto report = std::make_unique<PackReport>();
  PackTask pack;
  for (const Map& params : trials) pack.trials.push_back({"", params});
  RunPack(pack, TinyDataset(), engine, *report);
  return report;
}

/// Two numbers apart by at most `tolerance`, or neither of them finite.
inline bool Agree(double a, double b, double tolerance) {
  if (!std::isfinite(a) || !std::isfinite(b)) return std::isfinite(a) == std::isfinite(b);
  return std::abs(a - b) <= tolerance;
}

inline void ExpectSameRecord(const EpochRecord& a, const EpochRecord& b, double tolerance) {
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.steps_done, b.steps_done);
  EXPECT_EQ(a.rates.lr, b.rates.lr);
  EXPECT_EQ(a.rates.momentum, b.rates.momentum);
  for (const char* metric : {kValLoss, kValAccuracy}) {
    const double a_value = MetricValue(a.metrics, metric);
    const double b_value = MetricValue(b.metrics, metric);
    EXPECT_TRUE(Agree(a_value, b_value, tolerance)) << metric << " " << a_value << " " << b_value;
  }
  ASSERT_EQ(a.losses.size(), b.losses.size());
  for (size_t step = 0; step < a.losses.size(); ++step) {
    EXPECT_TRUE(Agree(a.losses[step], b.losses[step], tolerance)) << "step " << step;
  }
}

/// Every trial of PackTrials() gives the same epochs and end alone as at every place in a pack of
/// all of them.
inline void ExpectTheSameAloneAndInAPack(Engine& engine, double tolerance) {
  std::vector<Map> trials = PackTrials();
  std::vector<std::unique_ptr<PackReport>> alone;
  for (const Map& trial : trials) alone.push_back(ReportOf({trial}, engine));
  ASSERT_EQ(alone[2]->ends.at(0), TrialState::kStopped);
  for (size_t turn = 0; turn < trials.size(); ++turn) {
    const auto together = ReportOf(trials, engine);
    for (size_t i = 0; i < trials.size(); ++i) {
      EXPECT_EQ(together->ends.at(i), alone[i]->ends.at(0));
      const auto& epochs = together->epochs.at(i);
      ASSERT_EQ(epochs.size(), alone[i]->epochs.at(0).size());
      for (size_t epoch = 0; epoch < epochs.size(); ++epoch) {
        ExpectSameRecord(epochs[epoch], alone[i]->epochs.at(0)[epoch], tolerance);
      }
    }
    std::rotate(trials.begin(), trials.begin() + 1, trials.end());
    std::rotate(alone.begin(), alone.begin() + 1, alone.end());
  }
}

/// A trial that resumes after two of its four epochs ends as the one that was not cut off.
inline void ExpectResumedTrialToEndTheSame(Engine& engine, double tolerance) {
  const Map params = PackTrials()[3];
  const std::vector<EpochRecord> whole = ReportOf({params}, engine)->epochs.at(0);

  TrainConfig config = ToTrainConfig(params);
  const auto training = engine.StartPack({config}, TinyDataset());
  ResumePoint point{.epochs_done = 2};
  for (size_t epoch = 0; epoch < 2; ++epoch) {
    training->TrainEpoch({whole[epoch].rates}, {});
    point.metric_history.push_back(training->Evaluate(Split::kTest, {}).front().loss);
  }
  point.state = training->State(0);

  PackReport report;
  RunPack({{{"", PackTrials()[0]}, {"", params, EncodeCheckpoint(point), point.epochs_done}}},
          TinyDataset(), engine, report);
  const std::vector<EpochRecord>& rest = report.epochs.at(1);
  ASSERT_EQ(rest.size(), 2u);
  for (size_t epoch = 0; epoch < 2; ++epoch) {
    ExpectSameRecord(rest[epoch], whole[epoch + 2], tolerance);
  }
}

}  // namespace lrsweep
