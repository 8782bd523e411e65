// Tests when repeated work is run, captured and replayed, with a graph that only counts.
#include "worker/torch/repeated_work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "trial/executor.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

using Log = std::vector<std::string>;

class FakeGraph : public Graph {
 public:
  FakeGraph(Log& log, std::string captured) : log_(log), captured_(std::move(captured)) {}
  FakeGraph(const FakeGraph&) = delete;
  FakeGraph& operator=(const FakeGraph&) = delete;
  ~FakeGraph() override { log_.push_back("drop " + captured_); }

  void Replay() override { log_.push_back("replay " + captured_); }

 private:
  Log& log_;
  std::string captured_;
};

/// Work that writes its name, and a capture that takes this for what was captured.
class RepeatedWorkTest : public testing::Test {
 protected:
  void Run(int64_t key, const std::string& name) {
    work_.Run(key, [this, &name] { log_.push_back(name); });
  }

  /// Returns what happened since the last call.
  Log Happened() { return std::exchange(log_, {}); }

  CaptureGraph Capture() {
    return [this](const std::function<void()>& work) {
      if (fails_) throw std::runtime_error("no memory");
      work();
      const std::string captured = log_.back();
      log_.back() = "capture " + captured;
      return std::make_unique<FakeGraph>(log_, captured);
    };
  }

  bool fails_ = false;
  Log log_;
  RepeatedWork work_{Capture()};
};

TEST_F(RepeatedWorkTest, RunsOnceThenCapturesThenReplays) {
  for (const char* name : {"first", "second", "third", "fourth"}) Run(64, name);
  EXPECT_THAT(Happened(), ElementsAre("first", "capture second", "replay second", "replay second",
                                      "replay second"));
}

TEST_F(RepeatedWorkTest, CapturesTheWorkOfEachKey) {
  for (int i = 0; i < 3; ++i) {
    Run(64, "long");
    Run(4, "short");
  }
  EXPECT_THAT(Happened(),
              ElementsAre("long", "short", "capture long", "replay long", "capture short",
                          "replay short", "replay long", "replay short"));
}

TEST_F(RepeatedWorkTest, BeginsAgainWhenItForgets) {
  Run(64, "old");
  Run(64, "old");
  Happened();
  work_.Forget();
  EXPECT_THAT(Happened(), ElementsAre("drop old"));
  for (int i = 0; i < 3; ++i) Run(64, "new");
  EXPECT_THAT(Happened(), ElementsAre("new", "capture new", "replay new", "replay new"));
}

TEST_F(RepeatedWorkTest, RunsEveryTimeWithoutACapture) {
  RepeatedWork plain{CaptureGraph()};
  int runs = 0;
  for (int i = 0; i < 4; ++i) plain.Run(64, [&runs] { ++runs; });
  plain.Forget();
  plain.Run(64, [&runs] { ++runs; });
  EXPECT_EQ(runs, 5);
}

TEST_F(RepeatedWorkTest, TakesAFailedCaptureForTheEndOfTheExecutor) {
  Run(64, "first");
  fails_ = true;
  EXPECT_THAT([this] { Run(64, "second"); },
              ThrowsMessage<ExecutorUnusable>(HasSubstr("captured as a CUDA graph")));
  EXPECT_THAT([this] { Run(64, "third"); },
              ThrowsMessage<ExecutorUnusable>(HasSubstr("no memory")));
  EXPECT_THAT(Happened(), ElementsAre("first"));
}

TEST_F(RepeatedWorkTest, PassesOnAnErrorOfTheWorkAndRunsItOnceMore) {
  EXPECT_THROW(work_.Run(64, [] { throw std::runtime_error("too large"); }), std::runtime_error);
  Run(64, "first");
  EXPECT_THAT(Happened(), ElementsAre("first"));
}

}  // namespace
}  // namespace lrsweep
