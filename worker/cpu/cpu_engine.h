// The CPU engine: trains multilayer perceptrons of any depth and width with its own kernels, which
// skip zeros. It uses neither LibTorch nor BLAS. It follows the LibTorch engine: same initial bits,
// same order of batches, losses that differ by rounding only. It gives the same bits on every
// machine.
//
// The arithmetic is float32. Each term of a sum of products is one fused multiply-add (fma).
// Denormal operands and results are zero. Sums start from +0 and run sequentially, in the order
// written here:
//
//   layer l        sum_o = over inputs i, ascending: fma(x_i, W_oi, sum_o)
//                  z_o = fma(sum_o, scale, b_o); scale is 1/255 for the first layer, whose x are
//                  the pixels' bytes, else 1; after a hidden layer z < 0 becomes 0 (ReLU)
//   cross-entropy  m = max z; e_c = Exp(z_c - m); S = sum over classes c, ascending, of e_c;
//                  loss = Log(S) - (z_label - m); Exp and Log are Highway's
//   its gradient   d_c = fma(e_c, 1/S, -[c = label]) * (1/batch); [c = label] is 1 or 0
//   backward       d_i = over outputs o, ascending: fma(d_o, W_oi, d_i), with the weights before
//                  the step; 0 where the activation i is not positive
//   gradients      g_oi = over samples, ascending: fma(x_i, scale * d_o, g_oi);
//                  g_o of the bias = over samples, ascending: g_o + d_o
//   SGD            with weight decay, first g = fma(decay, w, g);
//                  with momentum, v = fma(momentum, v, (1 - dampening) * g), where v starts at 0
//                  and its first update has no dampening; the step is v, or with Nesterov
//                  fma(momentum, v, g);
//                  without momentum, the step is g, and v does not change;
//                  w = fma(-lr, step, w). All rates are rounded to float32, 1 - dampening after
//                  the subtraction
//   Adam           at step t from 1, g = fma(decay, w, g) with Adam's weight decay;
//                  m = fma(1 - beta1, g, beta1 * m); v = fma((1 - beta2) * g, g, beta2 * v);
//                  r = fma(sqrt(v), 1 / sqrt(1 - beta2^t), eps);
//                  w = fma(-lr / (1 - beta1^t), m / r, w), where m / r is 0 if m is 0;
//                  AdamW's weight decay first makes w = (1 - lr * decay) * w. Everything that does
//                  not depend on the weight is computed in double, powers by squaring, and rounded
//                  to float32; beta1 is that of the step
//   losses         a batch's loss is the mean of its samples' losses, summed in double in their
//                  order and rounded to float32; an evaluation's loss is the same, not rounded
//
// Terms whose x_i (or d_o in the backward pass) is zero may be left out of a sum. With a finite
// other factor this changes at most the sign of a zero, which shows in no loss; so there each
// target leaves out what it computes faster without. With an infinite or NaN factor a left-out term
// changes the sum; so there the choice depends only on the network's shape and the data, never on
// the target.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "worker/engine.h"

namespace lrsweep {

/// Returns the instruction sets that this build, this CPU and the engine all support, the best
/// first, by Highway's names ("AVX3" is AVX-512). Empty if the CPU lacks fused multiply-add.
std::vector<std::string> CpuEngineTargets();

/// Makes an engine for the best target, or for the one of CpuEngineTargets() with that name. Throws
/// std::runtime_error if there is none. Its trainings run on the calling thread only.
/// TrainingState::random is the state of TorchRandom (random.h).
std::unique_ptr<Engine> MakeCpuEngine();
std::unique_ptr<Engine> MakeCpuEngine(const std::string& target);

}  // namespace lrsweep
