// WSD: warm-up, a stable rate, decay.
#pragma once

#include <cstdint>
#include <optional>

#include "schedulers/schedule.h"

namespace lrsweep {

/// How the warm-up goes from 0 to 1 over the share p of its length: p, (1 - cos(pi * p)) / 2, or
/// 1 - sqrt(1 - p).
enum class RampType { kLinear, kCosine, kOneMinusSqrt };

/// How the decay goes from 1 to 0 over the share p of its length.
enum class DecayShape {
  kLinear,         // 1 - p
  kCosine,         // (1 + cos(2 * pi * num_cycles * p)) / 2
  kOneMinusSqrt,   // 1 - sqrt(p)
  kExponential,    // by equal factors: see Wsd
  kSquare,         // 1 - p ^ 2
  kSqrt,           // 1 - sqrt(p), under the name that Dremov et al. give it
  kMirrorCosine,   // 2 * (1 - p) - (1 + cos(pi * p)) / 2: the cosine mirrored at the line
  kLoweredLinear,  // a line that begins at cooldown_start_lr_factor instead of 1: see Wsd
  kPower,          // 1 - p ^ decay_power
};

struct WsdOptions {
  int64_t num_warmup_steps = 0;    // required; 0: no warm-up
  int64_t num_decay_steps = 0;     // required; 0: no decay
  int64_t num_training_steps = 0;  // in all; left out in a configuration, it is the run's length
  std::optional<int64_t> num_stable_steps;  // none: what is left of num_training_steps
  RampType warmup_type = RampType::kLinear;
  DecayShape decay_type = DecayShape::kCosine;
  double min_lr_ratio = 0;
  double num_cycles = 0.5;                // of the decay's cosine
  double decay_power = 0.5;               // of kPower
  std::optional<double> decay_ratio;      // of kExponential
  double cooldown_start_lr_factor = 0.7;  // of kLoweredLinear
};

/// lr * (min_lr_ratio + (1 - min_lr_ratio) * ramp), where the ramp rises from 0 to 1 in the first
/// num_warmup_steps ticks, stays for num_stable_steps and falls to 0 in num_decay_steps.
/// (Hugging Face transformers, get_wsd_schedule; Hu et al., MiniCPM, arXiv:2404.06395; the decay
/// 1-sqrt: Haegele et al., arXiv:2405.18392; exponential without decay_ratio, square, sqrt,
/// mirror_cosine and lowered_linear: Dremov et al., arXiv:2508.01483, and the authors' code; power,
/// and exponential with decay_ratio: timm, WSDLRScheduler)
///
/// In the decay
/// - exponential without decay_ratio is lr * min_lr_ratio ^ p, where min_lr_ratio must be above 0;
/// - exponential with decay_ratio r has the ramp (r ^ p - r) / (1 - r);
/// - lowered_linear is lr * (min_lr_ratio + (cooldown_start_lr_factor - min_lr_ratio) * (1 - p)),
///   where cooldown_start_lr_factor must not be below min_lr_ratio.
///
/// Tick 0: lr * min_lr_ratio, or lr without warm-up. From the warm-up's end to the decay's start:
/// lr. Past the decay: lr * min_lr_ratio. It also throws where num_warmup_steps and num_decay_steps
/// are more than num_training_steps, unless num_stable_steps is given.
Schedule Wsd(const WsdOptions& options, const Rates& optimizer);

SchedulerType WsdType();

}  // namespace lrsweep
