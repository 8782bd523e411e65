// The CPU engine's inner loops, one set per instruction set (Google Highway). What they compute is
// the same for every target, bit for bit: see cpu_engine.h for the arithmetic.
//
// A matrix of floats is row-major; its rows hold a multiple of kFloatUnit floats, zeros behind the
// last column, and begin on 64 bytes. The loops neither allocate nor throw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace lrsweep {

/// Columns of a matrix of floats are padded to a multiple of this, on every target.
inline constexpr size_t kFloatUnit = 16;
/// Bits of a mask word: inputs of a block, samples of a group.
inline constexpr size_t kMaskBits = 64;

/// The inputs of a layer for a batch, [samples, inputs], and where they are not zero. T is uint8_t
/// for pixels or float for activations.
template <typename T>
struct SparseInputs {
  size_t samples = 0;
  size_t inputs = 0;
  T* values = nullptr;
  size_t stride = 0;  // values from one sample to the next; at least blocks * kMaskBits for bytes
  /// [blocks, mask_stride]: bit i of word s of row b is set where input 64 * b + i of sample s is
  /// not zero. A row, of at least groups * kMaskBits words, begins on 64 bytes.
  uint64_t* sample_masks = nullptr;
  size_t blocks = 0;
  size_t mask_stride = 0;
  /// [groups, blocks * kMaskBits]: bit i of word r of row g is set where sample 64 * g + i has
  /// input r. Begins on 64 bytes. Where it is filled, the sample masks are padded with zeros to
  /// whole groups.
  uint64_t* input_masks = nullptr;
  size_t groups = 0;
  /// [blocks]: bit i of word b is set where some sample has input 64 * b + i; with input_masks.
  uint64_t* used_inputs = nullptr;
  /// Whether every term of a zero must be left out of the sums: it changes one where the other
  /// factor is infinite or not a number. Otherwise a target may compute some, which saves time.
  bool strict = true;
  /// What the batch after this one will be gathered from, to be fetched meanwhile: rows
  /// `upcoming_order[0..upcoming_samples)` of `inputs` values from `upcoming` on.
  const T* upcoming = nullptr;
  const int64_t* upcoming_order = nullptr;
  size_t upcoming_samples = 0;
};

/// What changes a layer's weights in one step: torch.optim.SGD's formula.
struct SgdRule {
  float lr = 0;
  float momentum = 0;
  bool use_buffer = false;   // false: neither read nor written
  float gradient_scale = 1;  // 1 - dampening; 1 when the buffer is fresh (all zeros)
  float weight_decay = 0;
  bool nesterov = false;

  /// Whether the buffer, the gradient and the rate are all there is to it.
  bool IsPlain() const { return gradient_scale == 1 && weight_decay == 0 && !nesterov; }
};

/// The same by torch.optim.Adam's formula, or AdamW's.
struct AdamRule {
  float lr = 0;          // the rate / (1 - beta1^t) at step t, from 1
  float root_scale = 1;  // 1 / sqrt(1 - beta2^t)
  float beta1 = 0, beta2 = 0;
  float gradient_share = 1, square_share = 1;  // 1 - beta1, 1 - beta2
  float eps = 0;
  float weight_decay = 0;  // added to the gradient
  float kept = 1;          // of a weight, AdamW: 1 - rate * weight decay
};

using UpdateRule = std::variant<SgdRule, AdamRule>;

/// A layer's weights, [inputs, width], and what the optimizer keeps of them in the same layout; or
/// its bias, [1, width].
struct LayerMatrix {
  size_t inputs = 0;
  size_t width = 0;  // outputs, padded to kFloatUnit
  float* weights = nullptr;
  float* buffer = nullptr;  // SGD's momentum, Adam's first moment
  float* square = nullptr;  // Adam's second moment; no other rule touches it
  /// [blocks]: bit i of word b is set once row 64 * b + i had a gradient. Before, what the
  /// optimizer keeps of the row is zero, and most rules leave the row as it is: train_* then skip
  /// it. Not of a narrow layer nor of a bias.
  uint64_t* moved_rows = nullptr;
};

/// A matrix of floats, one row per sample.
struct SampleMatrix {
  float* values = nullptr;
  size_t stride = 0;
};

/// The loops of one target. Unless said otherwise a kernel computes whole padded rows.
struct CpuKernels {
  const char* target = nullptr;  // Highway's name: "AVX3"

  /// Copies the images `order[0..samples)` (rows of `inputs` bytes) to batch.values, whose bytes
  /// behind `inputs` are zero, and fills the masks; input_masks may be null.
  void (*gather)(const uint8_t* images, const int64_t* order, const SparseInputs<uint8_t>& batch);
  /// Fills the masks from the values; input_masks may be null.
  void (*find_zeros)(const SparseInputs<float>& batch);

  /// Both passes of a layer over its weights, 64 rows at a time: the rows are updated with the
  /// gradient of batch `now` (if not null) whose deltas are `deltas`, then used for the sums of
  /// batch `next` (if not null): sums[s] = sum over inputs of value * weight row.
  void (*train_bytes)(const SparseInputs<uint8_t>* now, SampleMatrix deltas, const UpdateRule& rule,
                      const LayerMatrix& layer, const SparseInputs<uint8_t>* next,
                      SampleMatrix sums);
  void (*train_floats)(const SparseInputs<float>* now, SampleMatrix deltas, const UpdateRule& rule,
                       const LayerMatrix& layer, const SparseInputs<float>* next,
                       SampleMatrix sums);

  /// The same for layers of at most two units, without masks and in dense groups of samples or
  /// inputs. Rows of `inputs` and `sums` up to the next multiple of 8 samples must exist.
  void (*sums_narrow)(const SparseInputs<float>& inputs, const LayerMatrix& layer,
                      SampleMatrix sums);
  void (*update_narrow)(const SparseInputs<float>& inputs, SampleMatrix deltas,
                        const UpdateRule& rule, const LayerMatrix& layer);

  /// sums = sums * scale + bias, negative values replaced by 0 where `relu`. False if terms of
  /// zeros may have changed a sum: one is not finite.
  bool (*activate)(SampleMatrix sums, size_t samples, size_t width, float scale, const float* bias,
                   bool relu);
  /// The bias gets the gradient, the sum over samples of the deltas, by `rule`; those where the
  /// activation is not positive become 0 before, unless `activations` is null. Then the deltas are
  /// scaled by `scale`. False if terms of zeros would change a sum of them: one is not finite.
  bool (*finish_deltas)(SampleMatrix deltas, const SampleMatrix* activations, size_t samples,
                        float scale, const UpdateRule& rule, const LayerMatrix& bias);
  /// Cross-entropy of `samples` rows of logits. Writes losses [samples] and predicted [samples]
  /// (the first class of the largest logit); deltas, if its values are not null, becomes the
  /// gradient of the mean loss over the batch, in the first `classes` columns. `scratch` has
  /// (classes + 1) * kMaskBits floats. All rows up to the next multiple of 64 samples must exist.
  void (*cross_entropy)(SampleMatrix logits, const float* labels, size_t samples, size_t classes,
                        float* losses, float* predicted, SampleMatrix deltas, float* scratch);
  /// out[o][i] = in[i][o] for i < rows, o < columns, both multiples of kFloatUnit.
  void (*transpose)(const float* in, size_t rows, size_t columns, float* out);
};

/// The kernels of every target that this build and machine have and that the engine supports, the
/// best first; empty where there is none. Not thread-safe: it asks Highway's global choice.
std::vector<const CpuKernels*> SupportedCpuKernels();

/// Flushes denormal results and operands to zero in this thread while it lives.
class DenormalsAsZeros {
 public:
  DenormalsAsZeros();
  ~DenormalsAsZeros();
  DenormalsAsZeros(const DenormalsAsZeros&) = delete;
  DenormalsAsZeros& operator=(const DenormalsAsZeros&) = delete;

 private:
  uint64_t before_;
};

}  // namespace lrsweep
