// Measures the database: storing trials, reading and writing the steps of a trial, and the commands
// that read a large sweep.
//
//   taskset -c 1 store_benchmark FOLDER [TRIALS]
//
// The databases are written into FOLDER and removed at the end; the large one has TRIALS trials
// (default 100,000) of 20 epochs. `lrsweep` must be in this program's folder. Times are medians,
// followed by minimum and maximum.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "results/store.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int64_t kEpochs = 20;
constexpr size_t kStepsPerEpoch = 938;                            // MNIST in batches of 64
constexpr auto kCommitInterval = std::chrono::milliseconds(100);  // the coordinator's

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// SplitMix64, for ids and values that look like hashes and measurements but are always the same.
uint64_t Scramble(uint64_t i) {
  i = (i + 1) * 0x9e3779b97f4a7c15U;
  i = (i ^ (i >> 30U)) * 0xbf58476d1ce4e5b9U;
  i = (i ^ (i >> 27U)) * 0x94d049bb133111ebU;
  return i ^ (i >> 31U);
}

double Uniform(uint64_t i) { return static_cast<double>(Scramble(i) >> 11U) * 0x1p-53; }

/// Makes a trial like those of a sweep with three axes.
Trial TrialAt(size_t i) {
  std::array<char, 17> id{};
  std::snprintf(id.data(), id.size(), "%016llx", static_cast<unsigned long long>(Scramble(i)));
  const auto seed = static_cast<int64_t>(i % 10);
  const size_t lr_place = i / 10 % 100;
  const size_t gamma_place = i / 1000;
  const double lr = 0.001 * static_cast<double>(1 + lr_place);
  const double gamma = 0.01 * static_cast<double>(1 + gamma_place);
  return {.id = id.data(),
          .group_id = id.data(),
          .scheduler = "StepLR",
          .seed = seed,
          .params = {
              {"dataset", Map{{"name", "mnist"}, {"validation", int64_t{0}}}},
              {"model", Map{{"hidden", List{int64_t{128}}}}},
              {"optimizer", Map{{"lr", lr}, {"momentum", 0.9}, {"type", "SGD"}}},
              {"scheduler", Map{{"gamma", gamma},
                                {"interval", "epoch"},
                                {"step_size", int64_t{5}},
                                {"type", "StepLR"},
                                {"warmup", Value()}}},
              {"training", Map{{"batch_size", int64_t{64}}, {"epochs", kEpochs}, {"seed", seed}}}}};
}

EpochRecord EpochAt(size_t trial, int64_t epoch) {
  const double chance = Uniform(trial * 100 + static_cast<size_t>(epoch));
  return {.epoch = epoch,
          .steps_done = epoch * static_cast<int64_t>(kStepsPerEpoch),
          .losses = {},
          .rates = {{0.1}, {0.9}},
          .metrics = {{kTrainLoss, 0.3 + 0.1 * chance},
                      {kValLoss, 0.4 + 0.1 * chance},
                      {kValAccuracy, std::round(9000 + 900 * chance) / 10000}},
          .wall_seconds = 0.1 + chance};
}

Store Create(const fs::path& path, size_t trials) {
  SweepRecord sweep;
  sweep.name = "benchmark";
  sweep.engine = "cpu";
  return Store::Create(path, sweep, trials, TrialAt);
}

/// Records `epochs` epochs of each trial as the coordinator does, without training anything.
void RunTrials(Store& store, size_t trials, int64_t epochs) {
  const WorkerInfo worker{1, "node-a", "cpu", "cpu", "AVX3_ZEN4"};
  auto committed = Clock::now();
  for (size_t i = 0; i < trials; ++i) {
    const std::string id = TrialAt(i).id;
    store.BeginAttempt(id, worker);
    for (int64_t epoch = 1; epoch <= epochs; ++epoch) store.AddEpoch(id, EpochAt(i, epoch));
    store.EndAttempt(id, TrialState::kCompleted, "");
    if (Clock::now() - committed < kCommitInterval) continue;
    store.Commit();
    committed = Clock::now();
  }
  store.Commit();
}

struct Median {
  double median = 0, least = 0, greatest = 0;
};

Median MedianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values[values.size() / 2], values.front(), values.back()};
}

Median MillisecondsOf(int rounds, const std::function<void()>& action) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto start = Clock::now();
    action();
    times.push_back(1e3 * SecondsSince(start));
  }
  return MedianOf(times);
}

void PrintRow(const std::string& what, const Median& time, const char* unit) {
  std::printf("%-52s %10.2f %s  (%.2f to %.2f)\n", what.c_str(), time.median, unit, time.least,
              time.greatest);
  std::fflush(stdout);
}

// ---- Trials through the store.

void MeasureTrials(const fs::path& folder, int64_t epochs) {
  constexpr size_t kTrials = 20'000;
  constexpr int kRounds = 3;
  std::vector<double> rates;
  for (int i = 0; i < kRounds; ++i) {
    const fs::path path = folder / "trials.db";
    Store store = Create(path, kTrials);
    const auto start = Clock::now();
    RunTrials(store, kTrials, epochs);
    rates.push_back(kTrials / SecondsSince(start));
    store.Close();
    fs::remove(path);
  }
  PrintRow("trials of " + std::to_string(epochs) + " epochs through the store", MedianOf(rates),
           "trials/s");
}

// ---- The steps of a trial.

struct RateCase {
  const char* name;
  bool per_epoch;
  bool lr_per_step;
  bool momentum_per_step;
};

EpochRecord TracedEpoch(const RateCase& rates, size_t trial, int64_t epoch) {
  EpochRecord record = EpochAt(trial, epoch);
  record.rates = {{}, {}};
  for (size_t i = 0; i < kStepsPerEpoch; ++i) {
    const double step = static_cast<double>(epoch - 1) * kStepsPerEpoch + static_cast<double>(i);
    const uint64_t draw = trial * 1'000'000 + static_cast<uint64_t>(step);
    record.losses.push_back(static_cast<float>(0.3 * std::exp(2 * Uniform(draw) - 1)));
    record.rates.lr.push_back(0.05 * (1 + std::cos(step / 6000)));
    record.rates.momentum.push_back(0.9 - 0.05 * std::cos(step / 6000));
  }
  if (!rates.lr_per_step) record.rates.lr = {rates.per_epoch ? 0.1 * std::pow(0.9, epoch) : 0.1};
  if (!rates.momentum_per_step) record.rates.momentum = {0.9};
  return record;
}

void MeasureSteps(const fs::path& folder, const RateCase& rates) {
  constexpr size_t kTrials = 15;
  const fs::path path = folder / "steps.db";
  Store store = Create(path, kTrials);
  const WorkerInfo worker{1, "node-a", "cpu", "cpu", "AVX3_ZEN4"};
  size_t next = 0;
  std::vector<std::vector<EpochRecord>> trials(kTrials);
  for (size_t i = 0; i < kTrials; ++i) {
    for (int64_t e = 1; e <= kEpochs; ++e) trials[i].push_back(TracedEpoch(rates, i, e));
  }
  const Median storing = MillisecondsOf(kTrials, [&] {
    const std::string id = TrialAt(next).id;
    store.BeginAttempt(id, worker);
    for (const EpochRecord& record : trials[next]) store.AddEpoch(id, record);
    store.EndAttempt(id, TrialState::kCompleted, "");
    store.Commit();
    ++next;
  });
  store.Close();
  const SQLite::Database db(path.string());
  SQLite::Statement query(db, "SELECT * FROM steps WHERE trial_id = ?");
  query.bind(1, TrialAt(kTrials / 2).id);
  const Median reading = MillisecondsOf(9, [&] {
    int64_t rows = 0;
    while (query.executeStep()) ++rows;
    query.reset();
    if (rows != kEpochs * static_cast<int64_t>(kStepsPerEpoch)) throw std::logic_error("steps");
  });
  const double kilobytes = static_cast<double>(fs::file_size(path)) / kTrials / 1e3;
  PrintRow(std::string("store a trial of 20 x 938 steps, ") + rates.name, storing, "ms");
  PrintRow(std::string("  its size, ") + rates.name, {kilobytes, kilobytes, kilobytes}, "KB");
  PrintRow(std::string("  SELECT * FROM steps, ") + rates.name, reading, "ms");
  fs::remove(path);
}

// ---- Commands on a large sweep.

int RunProgram(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failure = posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error("cannot start " + arguments[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void MeasureCommand(const fs::path& program, const std::vector<std::string>& words) {
  std::vector<std::string> arguments = {program.string()};
  std::string name = "lrsweep";
  for (const std::string& word : words) {
    arguments.push_back(word);
    name += ' ' + fs::path(word).filename().string();
  }
  const auto run = [&] {
    if (RunProgram(arguments) != 0) throw std::runtime_error(name + " failed");
  };
  run();  // warms up: the next runs find the file in the page cache
  PrintRow(name, MillisecondsOf(9, run), "ms");
}

void MeasureQuery(const fs::path& path, const std::string& sql) {
  const auto run = [&] {
    const SQLite::Database db(path.string());
    SQLite::Statement query(db, sql);
    while (query.executeStep()) {
    }
  };
  run();
  PrintRow(sql, MillisecondsOf(5, run), "ms");
}

void MeasureLargeSweep(const fs::path& folder, const fs::path& program, size_t trials) {
  const fs::path path = folder / "large.db";
  auto start = Clock::now();
  Store store = Create(path, trials);
  std::printf("a sweep of %zu trials: made in %.2f s, ", trials, SecondsSince(start));
  std::fflush(stdout);
  start = Clock::now();
  RunTrials(store, trials, kEpochs);
  store.Close();
  std::printf("%.0f trials/s of 20 epochs, %.0f MB\n",
              static_cast<double>(trials) / SecondsSince(start),
              static_cast<double>(fs::file_size(path)) / 1e6);
  const std::string db = path.string();
  MeasureCommand(program, {"schedules"});
  MeasureCommand(program, {"top", db});
  MeasureCommand(program, {"top", db, "--scope", "avg"});
  MeasureCommand(program, {"top", db, "--metric", "val_loss"});
  MeasureCommand(program, {"status", db});
  MeasureCommand(program, {"show", db, TrialAt(trials / 2).id});
  MeasureCommand(program, {"compare", db, TrialAt(trials / 2).id, TrialAt(trials / 3).id});
  MeasureQuery(path, "SELECT * FROM ranking LIMIT 20");
  MeasureQuery(path, "SELECT state, count(*) FROM trials GROUP BY state");
  fs::remove(path);
}

void Main(const fs::path& folder, size_t trials) {
  for (const int64_t epochs : {0, 1}) MeasureTrials(folder, epochs);
  for (const RateCase& rates :
       {RateCase{"one rate", false, false, false}, RateCase{"a rate per epoch", true, false, false},
        RateCase{"a rate per step", true, true, false},
        RateCase{"and momentum", true, true, true}}) {
    MeasureSteps(folder, rates);
  }
  MeasureLargeSweep(folder, fs::canonical("/proc/self/exe").parent_path() / "lrsweep", trials);
}

}  // namespace
}  // namespace lrsweep

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: store_benchmark FOLDER [TRIALS]\n");
    return 2;
  }
  try {
    lrsweep::Main(argv[1], argc > 2 ? std::stoul(argv[2]) : 100'000);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "store_benchmark: %s\n", error.what());
    return 1;
  }
}
