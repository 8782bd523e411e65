// WSD: warm-up, a stable rate, decay.
#pragma once

#include <cstdint>
#include <optional>

#include "schedulers/schedule.h"

namespace lrsweep {

/// How a ramp goes from 0 to 1 over the share p of its length: p, (1 - cos(pi * p)) / 2, or
/// 1 - sqrt(1 - p). A decay goes the mirrored way: 1 - p, (1 + cos(pi * p)) / 2, 1 - sqrt(p).
enum class RampType { kLinear, kCosine, kOneMinusSqrt };

struct WsdOptions {
  int64_t num_warmup_steps = 0;    // required; 0: no warm-up
  int64_t num_decay_steps = 0;     // required; 0: no decay
  int64_t num_training_steps = 0;  // in all; left out in a configuration, it is the run's length
  std::optional<int64_t> num_stable_steps;  // none: what is left of num_training_steps
  RampType warmup_type = RampType::kLinear;
  RampType decay_type = RampType::kCosine;
  double min_lr_ratio = 0;
  double num_cycles = 0.5;  // of the decay's cosine: (1 + cos(2 * pi * num_cycles * p)) / 2
};

/// lr * (min_lr_ratio + (1 - min_lr_ratio) * ramp), where the ramp rises from 0 to 1 in the first
/// num_warmup_steps ticks, stays for num_stable_steps and falls to 0 in num_decay_steps.
/// (Hugging Face transformers, get_wsd_schedule; Hu et al., MiniCPM, arXiv:2404.06395; the decay
/// 1-sqrt: Haegele et al., arXiv:2405.18392)
///
/// Tick 0: lr * min_lr_ratio, or lr without warm-up. From the warm-up's end to the decay's start:
/// lr. Past the decay: lr * min_lr_ratio. It also throws where num_warmup_steps and num_decay_steps
/// are more than num_training_steps, unless num_stable_steps is given.
Schedule Wsd(const WsdOptions& options, const Rates& optimizer);

SchedulerType WsdType();

}  // namespace lrsweep
