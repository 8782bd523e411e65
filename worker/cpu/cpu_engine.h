// The CPU engine: multilayer perceptrons of any depth and width, trained by kernels of ours that
// skip zeros. No LibTorch, no BLAS. It follows the LibTorch engine (same initial bits, same order
// of batches, losses apart by rounding only), and it gives the same bits on every machine.
//
// The arithmetic, float32, every product and sum of products one fused multiply-add (fma), without
// denormals (operands and results of that size are zero). Sums run in the order written here, from
// +0, one after the other:
//
//   layer l        sum_o = over inputs i, ascending: fma(x_i, W_oi, sum_o)
//                  z_o = fma(sum_o, scale, b_o); scale is 1/255 for the first layer, whose x are
//                  the pixels' bytes, else 1; behind a hidden layer z < 0 becomes 0
//   cross-entropy  m = max z; e_c = Exp(z_c - m); S = sum over classes c, ascending, of e_c;
//                  loss = Log(S) - (z_label - m); Exp and Log are Highway's
//   its gradient   d_c = fma(e_c, 1/S, -[c = label]) * (1/batch)
//   backward       d_i = over outputs o, ascending: fma(d_o, W_oi, d_i), with the weights before
//                  the step; 0 where the activation i is not positive
//   gradients      g_oi = over samples, ascending: fma(x_i, scale * d_o, g_oi);
//                  g_o of the bias = over samples, ascending: g_o + d_o
//   SGD            with weight decay, first g = fma(decay, w, g); with momentum:
//                  v = fma(momentum, v, (1 - dampening) * g), v from 0 and the first time without
//                  dampening; Nesterov's step is fma(momentum, v, g), else it is v; without
//                  momentum it is g, and v stays; w = fma(-lr, step, w). All rates are rounded to
//                  float32, 1 - dampening after the subtraction
//   Adam           at step t from 1, g = fma(decay, w, g) with Adam's weight decay;
//                  m = fma(1 - beta1, g, beta1 * m); v = fma((1 - beta2) * g, g, beta2 * v);
//                  r = fma(sqrt(v), 1 / sqrt(1 - beta2^t), eps);
//                  w = fma(-lr / (1 - beta1^t), m / r, w), where m is 0 with 0 for m / r;
//                  AdamW's weight decay first makes w = (1 - lr * decay) * w. Everything that does
//                  not depend on the weight is computed in double, powers by squaring, and rounded
//                  to float32; beta1 is that of the step
//
// Terms whose x_i (or d_o in the backward pass) is zero may be left out: they change no sum, save
// the sign of a zero, which no loss shows, or where the other factor is infinite or not a number.
// There, which are left out depends on the network's shape and the data; elsewhere also on what the
// machine computes faster. A batch's loss is the mean of its samples' losses, summed in double in
// their order and rounded to float32; an evaluation's loss likewise, unrounded.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "worker/engine.h"

namespace lrsweep {

/// The instruction sets that this build and machine have and that the engine supports, as Highway
/// names them ("AVX3" is AVX-512), the best first. Empty where the CPU lacks fused multiply-add.
std::vector<std::string> CpuEngineTargets();

/// An engine on the best target, or on the named one of CpuEngineTargets(). Throws
/// std::runtime_error where there is none. Its trainings use the calling thread alone.
/// TrainingState::random is TorchRandom's (random.h).
std::unique_ptr<Engine> MakeCpuEngine();
std::unique_ptr<Engine> MakeCpuEngine(const std::string& target);

}  // namespace lrsweep
