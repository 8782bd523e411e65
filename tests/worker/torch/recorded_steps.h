// Records the operations that LibTorch is asked to do within the steps of a pack's epoch. On the
// CPU this shows whether a step could be captured as a CUDA graph.
#pragma once

#include <ATen/record_function.h>
#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <gtest/gtest.h>
#include <torch/version.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/engine_checks.h"
#include "worker/engine.h"

namespace lrsweep {

/// An operation and its arguments: numbers, and for tensors their addresses and shapes.
struct Call {
  std::string name;
  std::string arguments;
  std::string shapes;     // the arguments without the addresses
  bool is_inner = false;  // within another operation: LibTorch's own way to do that

  bool operator==(const Call& other) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Call& call) {
  return out << call.name << "(" << call.arguments << ")";
}

inline void Describe(const c10::IValue& value, bool with_addresses, std::ostream& out) {
  if (value.isTensor()) {
    const at::Tensor& tensor = value.toTensor();
    if (!tensor.defined()) return;
    if (with_addresses) out << tensor.data_ptr();
    out << tensor.sizes() << tensor.strides() << " ";
  } else if (value.isInt() || value.isDouble() || value.isBool() || value.isIntList()) {
    out << value << " ";
  }
}

using Step = std::vector<Call>;

/// What was recorded on this thread.
struct Seen {
  std::vector<Step> steps;
  int64_t allocations = 0;  // within steps
  bool watching = false;
  bool in_step = false;
  int64_t depth = 0;  // of operations within operations
};
inline thread_local Seen seen;

inline std::unique_ptr<at::ObserverContext> OnStart(const at::RecordFunction& function) {
  if (!seen.watching) return nullptr;
  if (function.scope() == at::RecordScope::USER_SCOPE) {
    seen.in_step = std::string(function.name()) == "lrsweep::step";
    seen.depth = 0;
    if (seen.in_step) seen.steps.emplace_back();
  } else if (seen.in_step) {
    std::ostringstream arguments, shapes;
    for (const c10::IValue& input : function.inputs()) {
      Describe(input, /*with_addresses=*/true, arguments);
      Describe(input, /*with_addresses=*/false, shapes);
    }
    seen.steps.back().push_back({function.name(), arguments.str(), shapes.str(), seen.depth++ > 0});
  }
  return nullptr;
}

inline void OnEnd(const at::RecordFunction& function, at::ObserverContext*) {
  if (function.scope() == at::RecordScope::USER_SCOPE) {
    seen.in_step = false;
  } else {
    --seen.depth;
  }
}

#if TORCH_VERSION_MAJOR >= 2
using TotalSize = size_t;
#else
using TotalSize = int64_t;
#endif

class Allocations : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void* /*memory*/, int64_t size, TotalSize /*allocated*/,
                         TotalSize /*reserved*/, c10::Device /*device*/) override {
    if (seen.in_step && size > 0) ++seen.allocations;
  }
  bool memoryProfilingEnabled() const override { return true; }
};

/// Records an epoch of `pack`.
inline Seen Watch(PackTraining& pack, const std::vector<StepRates>& rates) {
  static const auto handle =
      at::addGlobalCallback(at::RecordFunctionCallback(OnStart, OnEnd)
                                .needsInputs(true)
                                .scopes({at::RecordScope::FUNCTION, at::RecordScope::USER_SCOPE}));
  static_cast<void>(handle);
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE,
                                  std::make_shared<Allocations>());
  seen = Seen{};
  seen.watching = true;
  pack.TrainEpoch(rates, GoOn);
  seen.watching = false;
  return std::move(seen);
}

/// Skips a test that records operations where the engine does not compute on the CPU.
inline void SkipUnlessRecorded(const Engine& engine) {
  if (engine.Device() == "cpu") return;
  GTEST_SKIP() << "LibTorch's operations are recorded on the CPU: on CUDA a replayed step calls "
                  "none of them (replay_test.cc compares its numbers instead)";
}

inline std::vector<std::string> OuterNames(const Step& step) {
  std::vector<std::string> names;
  for (const Call& call : step) {
    if (!call.is_inner) names.push_back(call.name);
  }
  return names;
}

/// Fails at the first call that differs.
inline void ExpectSameCalls(const Step& step, const Step& expected) {
  EXPECT_EQ(step.size(), expected.size());
  const auto [call, wanted] =
      std::mismatch(step.begin(), step.end(), expected.begin(), expected.end());
  if (call != step.end() && wanted != expected.end()) {
    EXPECT_EQ(*call, *wanted);
  }
}

}  // namespace lrsweep
