// Tests which kernels a CPU gets. cpu_engine_test.cc tests what they compute.
#include "worker/cpu/kernels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/highway.h>
#include <hwy/targets.h>

#include <stdexcept>
#include <string>

#include "worker/cpu/cpu_engine.h"

namespace lrsweep {
namespace {

/// While it lives, Highway reports that the CPU lacks some targets.
class CpuWithout {
 public:
  explicit CpuWithout(int64_t targets) { hwy::DisableTargets(targets); }
  ~CpuWithout() { hwy::DisableTargets(0); }
  CpuWithout(const CpuWithout&) = delete;
  CpuWithout& operator=(const CpuWithout&) = delete;
};

/// All targets with fused multiply-add.
constexpr int64_t kWithFma = HWY_AVX2 | HWY_AVX3 | HWY_AVX3_DL | HWY_NEON;

std::string EngineError() {
  try {
    MakeCpuEngine();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(SupportedCpuKernels, AreForTheCpusTargetsTheBestFirst) {
  const auto kernels = SupportedCpuKernels();
  ASSERT_FALSE(kernels.empty()) << "the CPU engine has no kernels for this CPU";
  for (size_t i = 0; i < kernels.size(); ++i) {
    EXPECT_EQ(CpuEngineTargets().at(i), kernels[i]->target);
  }
  if (kernels.size() == 2) {
    EXPECT_STREQ(kernels[0]->target, "AVX3");
    EXPECT_STREQ(kernels[1]->target, "AVX2");
  }
}

TEST(SupportedCpuKernels, AreAvx2sOnACpuWithoutAvx512) {
  if (SupportedCpuKernels().size() < 2) GTEST_SKIP() << "this CPU has no AVX-512";
  const CpuWithout avx512(HWY_AVX3 | HWY_AVX3_DL);
  EXPECT_THAT(CpuEngineTargets(), testing::ElementsAre("AVX2"));
  EXPECT_EQ(MakeCpuEngine()->CpuTarget(), "AVX2");
}

TEST(SupportedCpuKernels, AreNoneOnACpuWithoutFusedMultiplyAdd) {
  const CpuWithout fma(kWithFma);
  EXPECT_TRUE(SupportedCpuKernels().empty());
  EXPECT_TRUE(CpuEngineTargets().empty());
}

TEST(MakeCpuEngine, SendsACpuWithoutFusedMultiplyAddToTheTorchEngine) {
  const CpuWithout fma(kWithFma);
  EXPECT_THAT(EngineError(), testing::HasSubstr("needs a CPU with AVX2 and FMA"));
  EXPECT_THAT(EngineError(), testing::HasSubstr("use the torch engine"));
  EXPECT_THROW(MakeCpuEngine("AVX2"), std::runtime_error);
}

}  // namespace
}  // namespace lrsweep
