// Runs trials of tests/worker/command/test_program.cc through the executor of programs.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/temp_folder.h"
#include "worker/command/command_executor.h"

namespace lrsweep {

/// What an observer was told, and what it answers.
struct Recording {
  std::vector<EpochRecord> epochs;
  std::vector<std::pair<int64_t, std::string>> checkpoints;  // epoch, bytes
  std::vector<TrialState> ends;
  TrialProgress progress;  // the last
  std::function<AfterEpoch(int64_t epoch)> after_epoch = [](int64_t) {
    return AfterEpoch::kContinue;
  };
  std::function<bool()> should_continue = [] { return true; };
  std::function<bool()> is_stopping = [] { return false; };

  std::vector<int64_t> EpochNumbers() const {
    std::vector<int64_t> numbers;
    for (const EpochRecord& epoch : epochs) numbers.push_back(epoch.epoch);
    return numbers;
  }
};

class RecordingObserver : public PackObserver {
 public:
  explicit RecordingObserver(Recording& recording) : recording_(recording) {}

  void OnEpoch(size_t /*member*/, EpochRecord record) override {
    recording_.epochs.push_back(std::move(record));
  }
  AfterEpoch OnEpochEnd(size_t /*member*/) override {
    return recording_.after_epoch(recording_.epochs.back().epoch);
  }
  void OnCheckpoint(size_t /*member*/, int64_t epoch, std::string data) override {
    recording_.checkpoints.emplace_back(epoch, std::move(data));
  }
  void OnEnd(size_t /*member*/, TrialState state) override { recording_.ends.push_back(state); }
  bool OnProgress(size_t /*member*/, const TrialProgress& progress) override {
    recording_.progress = progress;
    if (Clock::now() - start_ < std::chrono::seconds(30)) return recording_.should_continue();
    ADD_FAILURE() << "the program is still running";  // no test waits for ever
    return false;
  }
  bool IsStopping() override { return recording_.is_stopping(); }

 private:
  using Clock = std::chrono::steady_clock;
  Recording& recording_;
  Clock::time_point start_ = Clock::now();
};

/// Whether a process runs: it exists and is no zombie.
inline bool IsRunning(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(status, text);
  const size_t end_of_name = text.rfind(')');
  return end_of_name != std::string::npos && text.at(end_of_name + 2) != 'Z';
}

/// Waits until a process is gone, for at most ten seconds.
inline bool WaitForEnd(pid_t pid) {
  for (int i = 0; i < 1000 && IsRunning(pid); ++i) usleep(10'000);
  return !IsRunning(pid);
}

class ExecutorTest : public testing::Test {
 protected:
  ExecutorTest() {
    program_.metrics = {"val_accuracy"};
    program_.steps_per_epoch = 4;
    program_.grace_seconds = 0.3;
    program_.trials_folder = folder_ / "with space.db.trials";
    task_.trial_id = "0123456789abcdef";
    task_.params = {{"training", Map{{"epochs", int64_t{3}}, {"seed", int64_t{7}}}},
                    {"optimizer", Map{{"lr", 0.5}, {"momentum", 0.9}}},
                    {"params", Map{{"width", int64_t{64}}}}};
    SetScheduler({{"type", "StepLR"}, {"step_size", int64_t{1}}, {"gamma", 0.5}});
  }

  void SetScheduler(Map scheduler) { task_.params["scheduler"] = std::move(scheduler); }
  void SetEpochs(int64_t epochs) { SetAt(task_.params, "training.epochs", epochs); }

  /// A file of the trial's folder.
  std::string FileOf(const std::string& name) const {
    return program_.trials_folder + "/" + task_.trial_id + "/" + name;
  }
  bool Has(const std::string& name) const { return std::filesystem::exists(FileOf(name)); }
  std::string TextOf(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(FileOf(name), std::ios::binary).rdbuf();
    return text.str();
  }
  pid_t PidIn(const std::string& name) const { return std::stoi("0" + TextOf(name)); }

  /// Runs test_program with these arguments. Returns what the executor threw, or "".
  std::string Run(const std::vector<std::string>& arguments) {
    program_.command = {LRSWEEP_TEST_PROGRAM};
    program_.command.insert(program_.command.end(), arguments.begin(), arguments.end());
    return RunCommand();
  }
  std::string RunCommand() {
    WorkerSetup setup;
    setup.program = program_;
    try {
      RecordingObserver observer(observer_);
      MakeCommandExecutor(setup)->Execute({{task_}}, observer);
    } catch (const UnusableCheckpoint& error) {
      return "UnusableCheckpoint: " + std::string(error.what());
    } catch (const EndedUnasked& error) {
      return "EndedUnasked: " + std::string(error.what());
    } catch (const ExecutorUnusable& error) {
      return "ExecutorUnusable: " + std::string(error.what());
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  }

  /// The next attempt resumes from the last checkpoint that was reported.
  void ResumeFromLast() {
    task_.epochs_done = observer_.checkpoints.back().first;
    task_.checkpoint = observer_.checkpoints.back().second;
    observer_ = {};
  }

  TempFolder folder_;
  ProgramSpec program_;
  TrialTask task_;
  Recording observer_;
};

}  // namespace lrsweep
