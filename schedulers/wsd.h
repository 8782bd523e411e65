// WSD: warm-up, a stable rate, decay.
#pragma once

#include <cstdint>

#include "schedulers/schedule.h"

namespace lrsweep {

/// How a ramp goes from 0 to 1 over the share p of its length: p, (1 - cos(pi * p)) / 2, or
/// 1 - sqrt(1 - p). A decay goes the mirrored way: 1 - p, (1 + cos(pi * p)) / 2, 1 - sqrt(p).
enum class RampType { kLinear, kCosine, kOneMinusSqrt };

struct WsdOptions {
  int64_t num_warmup_steps = 0;  // ticks, each at least 0
  int64_t num_stable_steps = 0;
  int64_t num_decay_steps = 0;
  RampType warmup_type = RampType::kLinear;
  RampType decay_type = RampType::kCosine;
  double min_lr_ratio = 0;  // share of the optimizer's rate at the start and the end, 0 to 1
  double num_cycles = 0.5;  // of the decay's cosine: (1 + cos(2 * pi * num_cycles * p)) / 2
};

/// lr * (min_lr_ratio + (1 - min_lr_ratio) * ramp), where the ramp rises from 0 to 1 in the first
/// num_warmup_steps ticks, stays for num_stable_steps and falls to 0 in num_decay_steps; the
/// momentum constant. (Hugging Face transformers, get_wsd_schedule; Hu et al., MiniCPM,
/// arXiv:2404.06395; the decay 1-sqrt: Haegele et al., arXiv:2405.18392)
///
/// Tick 0: lr * min_lr_ratio, or lr without warm-up. Past the decay: lr * min_lr_ratio.
Schedule Wsd(const WsdOptions& options, const Rates& optimizer);

}  // namespace lrsweep
