// The CPU engine's inner loops, compiled once for each instruction set ("target") by Google
// Highway. Every target computes the same bits; cpu_engine.h describes the arithmetic.
//
// A matrix of floats is row-major. Its rows hold a multiple of kFloatUnit floats, with zeros after
// the last column, and start at multiples of 64 bytes. The loops neither allocate nor throw.
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

/// A layer's inputs for a batch, [samples, inputs], with bit masks of the inputs that are not zero.
/// T is uint8_t for pixels, float for activations.
template <typename T>
struct SparseInputs {
  size_t samples = 0;
  size_t inputs = 0;
  T* values = nullptr;
  size_t stride = 0;  // values from one sample to the next; at least blocks * kMaskBits for bytes
  /// [blocks, mask_stride]: bit i of word s of row b is set if input 64 * b + i of sample s is not
  /// zero. A row has at least groups * kMaskBits words and starts at a multiple of 64 bytes.
  uint64_t* sample_masks = nullptr;
  size_t blocks = 0;
  size_t mask_stride = 0;
  /// [groups, blocks * kMaskBits]: bit i of word r of row g is set if input r of sample 64 * g + i
  /// is not zero. Starts at a multiple of 64 bytes. Null if only the forward pass is computed; if
  /// filled, the sample masks are padded with zeros to whole groups.
  uint64_t* input_masks = nullptr;
  size_t groups = 0;
  /// [blocks]: bit i of word b is set if input 64 * b + i is not zero in some sample. Filled
  /// together with input_masks.
  uint64_t* used_inputs = nullptr;
  /// Whether every term of a zero must be left out of the sums, because the other factor may be
  /// infinite or NaN. Otherwise a target may compute such terms where that is faster.
  bool strict = true;
  /// The images from which the next batch will be gathered, to be prefetched into the cache: rows
  /// `upcoming_order[0..upcoming_samples)`, each of `inputs` values, of the matrix `upcoming`.
  const T* upcoming = nullptr;
  const int64_t* upcoming_order = nullptr;
  size_t upcoming_samples = 0;
};

/// The numbers with which one step of torch.optim.SGD changes a layer's weights.
struct SgdRule {
  float lr = 0;
  float momentum = 0;
  bool use_buffer = false;   // false: the buffer is neither read nor written
  float gradient_scale = 1;  // 1 - dampening; 1 when the buffer is new (all zeros)
  float weight_decay = 0;
  bool nesterov = false;

  /// Whether the step depends on the rate, the momentum, the buffer and the gradient only.
  bool IsPlain() const { return gradient_scale == 1 && weight_decay == 0 && !nesterov; }
};

/// The numbers with which one step of torch.optim.Adam or AdamW changes a layer's weights.
struct AdamRule {
  float lr = 0;          // the rate / (1 - beta1^t) at step t, from 1
  float root_scale = 1;  // 1 / sqrt(1 - beta2^t)
  float beta1 = 0, beta2 = 0;
  float gradient_share = 1, square_share = 1;  // 1 - beta1, 1 - beta2
  float eps = 0;
  float weight_decay = 0;  // added to the gradient
  float kept = 1;          // AdamW's factor for a weight: 1 - rate * weight decay
};

using UpdateRule = std::variant<SgdRule, AdamRule>;

/// A layer's weights, [inputs, width], with the optimizer's buffers in the same layout; or its
/// bias, [1, width].
struct LayerMatrix {
  size_t inputs = 0;
  size_t width = 0;  // outputs, padded to kFloatUnit
  float* weights = nullptr;
  float* buffer = nullptr;  // SGD's momentum, Adam's first moment
  float* square = nullptr;  // Adam's second moment; SGD does not touch it
  /// [blocks]: bit i of word b is set once row 64 * b + i had a gradient. Until then the row's
  /// buffers are zero, and most rules do not change the row, so train_bytes and train_floats skip
  /// it. Not used for a narrow layer or a bias.
  uint64_t* moved_rows = nullptr;
};

/// A matrix of floats, one row per sample.
struct SampleMatrix {
  float* values = nullptr;
  size_t stride = 0;
};

/// The kernels of one target. Unless stated otherwise, a kernel computes whole padded rows.
struct CpuKernels {
  const char* target = nullptr;  // Highway's name: "AVX3"

  /// Copies the images `order[0..samples)` (rows of `inputs` bytes) to batch.values, whose bytes
  /// after `inputs` are zero, and fills the masks; input_masks may be null.
  void (*gather)(const uint8_t* images, const int64_t* order, const SparseInputs<uint8_t>& batch);
  /// Fills the masks from the values; input_masks may be null.
  void (*find_zeros)(const SparseInputs<float>& batch);

  /// Update a layer's weights and compute its next sums in one pass over the weights, 64 rows at a
  /// time: the rows are updated with the gradient of batch `now` (if not null), whose deltas are
  /// `deltas`; then the sums of batch `next` (if not null) use them: sums[s] = sum over inputs of
  /// value * weight row.
  void (*train_bytes)(const SparseInputs<uint8_t>* now, SampleMatrix deltas, const UpdateRule& rule,
                      const LayerMatrix& layer, const SparseInputs<uint8_t>* next,
                      SampleMatrix sums);
  void (*train_floats)(const SparseInputs<float>* now, SampleMatrix deltas, const UpdateRule& rule,
                       const LayerMatrix& layer, const SparseInputs<float>* next,
                       SampleMatrix sums);

  /// The same in two passes for narrow layers (a width of at most 2 * kFloatUnit): without masks,
  /// several samples or inputs at a time. Rows of `inputs` and `sums` up to the next multiple of 8
  /// samples must exist.
  void (*sums_narrow)(const SparseInputs<float>& inputs, const LayerMatrix& layer,
                      SampleMatrix sums);
  void (*update_narrow)(const SparseInputs<float>& inputs, SampleMatrix deltas,
                        const UpdateRule& rule, const LayerMatrix& layer);

  /// sums = sums * scale + bias; then, if `relu`, negative values become 0. Returns false if a sum
  /// is not finite, so that computed terms of zeros may have changed it.
  bool (*activate)(SampleMatrix sums, size_t samples, size_t width, float scale, const float* bias,
                   bool relu);
  /// Finishes a layer's deltas and updates its bias. First, unless `activations` is null, deltas
  /// become 0 where the activation is not positive. Then the bias is updated by `rule` with its
  /// gradient, the sum of the deltas over the samples. Then the deltas are multiplied by `scale`.
  /// Returns false if a delta is not finite, so that terms of zeros would change sums over deltas.
  bool (*finish_deltas)(SampleMatrix deltas, const SampleMatrix* activations, size_t samples,
                        float scale, const UpdateRule& rule, const LayerMatrix& bias);
  /// Computes the cross-entropy of `samples` rows of logits. Writes losses [samples] and predicted
  /// [samples] (the first class that has the largest logit). Unless its values are null, `deltas`
  /// receives the gradient of the batch's mean loss in its first `classes` columns. `scratch` has
  /// at least classes * kMaskBits floats. All rows up to the next multiple of 64 samples must
  /// exist.
  void (*cross_entropy)(SampleMatrix logits, const float* labels, size_t samples, size_t classes,
                        float* losses, float* predicted, SampleMatrix deltas, float* scratch);
  /// out[o][i] = in[i][o] for i < rows, o < columns, both multiples of kFloatUnit.
  void (*transpose)(const float* in, size_t rows, size_t columns, float* out);
};

/// Returns the kernels of every target that this build, this CPU and the engine all support, the
/// best first; may be empty. Not thread-safe: it sets Highway's global choice of a target, then
/// resets it.
std::vector<const CpuKernels*> SupportedCpuKernels();

/// While it lives, denormal operands and results are zero on the calling thread. The destructor
/// restores the thread's earlier setting.
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
