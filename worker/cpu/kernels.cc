// Compiles the kernels once per target, and finds those that the CPU supports.

// Disabled: targets without fused multiply-add (their bits differ), AVX3_DL (Zen 4 lacks some of
// its instructions), and targets whose vector length is unknown at compile time. Highway requires a
// baseline target; it is compiled without kernels.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include "worker/cpu/kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/cpu/kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
#define LRSWEEP_HAVE_KERNELS 1
#include "worker/cpu/layer-inl.h"
#include "worker/cpu/layer_block-inl.h"
#include "worker/cpu/masks-inl.h"
#include "worker/cpu/narrow_layer-inl.h"
#include "worker/cpu/samples-inl.h"
#include "worker/cpu/update_rules-inl.h"
#else
#define LRSWEEP_HAVE_KERNELS 0
#endif

HWY_BEFORE_NAMESPACE();
namespace lrsweep {
namespace HWY_NAMESPACE {

const CpuKernels* Kernels() {
#if LRSWEEP_HAVE_KERNELS
  static const CpuKernels kernels = {.target = hwy::TargetName(HWY_TARGET),
                                     .gather = &Gather,
                                     .find_zeros = &FindZeros,
                                     .train_bytes = &TrainBytes,
                                     .train_floats = &TrainFloats,
                                     .sums_narrow = &SumsNarrow,
                                     .update_narrow = &UpdateNarrow,
                                     .activate = &Activate,
                                     .finish_deltas = &FinishDeltas,
                                     .cross_entropy = &CrossEntropy,
                                     .transpose = &Transpose};
  return &kernels;
#else
  return nullptr;
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace lrsweep
HWY_AFTER_NAMESPACE();
#undef LRSWEEP_HAVE_KERNELS

#if HWY_ONCE
#if HWY_ARCH_X86
#include <immintrin.h>
#endif

namespace lrsweep {

HWY_EXPORT(Kernels);

std::vector<const CpuKernels*> SupportedCpuKernels() {
  std::vector<const CpuKernels*> found;
  // Highway's lower bits are the better targets.
  for (int64_t left = hwy::SupportedTargets() & HWY_TARGETS; left != 0; left &= left - 1) {
    hwy::SetSupportedTargetsForTest(left & -left);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    const CpuKernels* kernels = HWY_DYNAMIC_DISPATCH(Kernels)();
    if (kernels != nullptr) found.push_back(kernels);
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return found;
}

#if HWY_ARCH_X86
constexpr unsigned kFlushAndDenormalsAreZero = 0x8040;

DenormalsAsZeros::DenormalsAsZeros() : before_(_mm_getcsr()) {
  _mm_setcsr(static_cast<unsigned>(before_) | kFlushAndDenormalsAreZero);
}
DenormalsAsZeros::~DenormalsAsZeros() { _mm_setcsr(static_cast<unsigned>(before_)); }
#elif HWY_ARCH_ARM_A64
constexpr uint64_t kFlushToZero = uint64_t{1} << 24;  // FPCR.FZ: operands and results

DenormalsAsZeros::DenormalsAsZeros() : before_(0) {
  asm volatile("mrs %0, fpcr" : "=r"(before_));
  asm volatile("msr fpcr, %0" : : "r"(before_ | kFlushToZero));
}
DenormalsAsZeros::~DenormalsAsZeros() { asm volatile("msr fpcr, %0" : : "r"(before_)); }
#else
DenormalsAsZeros::DenormalsAsZeros() : before_(0) {}
DenormalsAsZeros::~DenormalsAsZeros() = default;
#endif

}  // namespace lrsweep
#endif  // HWY_ONCE
