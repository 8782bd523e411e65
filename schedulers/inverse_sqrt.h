// InverseSqrt: the rate falls with the square root of the time.
#pragma once

#include <cstdint>
#include <optional>

#include "schedulers/schedule.h"

namespace lrsweep {

struct InverseSqrtOptions {
  int64_t num_warmup_steps = 0;      // required; 0: no warm-up
  std::optional<int64_t> timescale;  // none: num_warmup_steps, or 10,000 without warm-up
};

/// lr * tick / num_warmup_steps below num_warmup_steps; from there on
/// lr / sqrt((tick - num_warmup_steps + timescale) / timescale).
/// (Hugging Face transformers, get_inverse_sqrt_schedule, after big_vision; Vaswani et al.,
/// arXiv:1706.03762, section 5.3)
///
/// Tick 0: 0, or lr without warm-up. Tick num_warmup_steps: lr. There is no end.
Schedule InverseSqrt(const InverseSqrtOptions& options, const Rates& optimizer);

SchedulerType InverseSqrtType();

}  // namespace lrsweep
