// The multilayer perceptron on the CPU engine's kernels: its weights, buffers and one step.
//
// The first layer's weights are read once a step: while a step updates them it computes the next
// batch's sums with them. So a step is told the batch after it, and an epoch begins with Begin.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <memory_resource>
#include <new>
#include <type_traits>
#include <vector>

#include "worker/cpu/kernels.h"
#include "worker/cpu/random.h"

namespace lrsweep {

/// `size` zeros at an address that is a multiple of 64, which live as long as `memory`; movable,
/// not copyable.
template <typename T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  AlignedBuffer(size_t size, std::pmr::memory_resource& memory) {
    if (size > std::numeric_limits<size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    data_ = static_cast<T*>(memory.allocate(size * sizeof(T), 64));
    std::uninitialized_fill_n(data_, size, T());
  }
  AlignedBuffer(AlignedBuffer&&) noexcept = default;
  AlignedBuffer& operator=(AlignedBuffer&&) noexcept = default;

  T* data() { return data_; }
  const T* data() const { return data_; }

 private:
  static_assert(std::is_trivially_destructible_v<T>);
  T* data_ = nullptr;
};

/// The inputs of a layer for up to `capacity` samples.
template <typename T>
class InputBuffer {
 public:
  InputBuffer() = default;
  InputBuffer(size_t capacity, size_t inputs, std::pmr::memory_resource& memory);

  /// For the first `samples` samples.
  SparseInputs<T> View(size_t samples);
  /// Marks all values as not zero.
  void MarkAll();
  /// The values alone.
  SampleMatrix Matrix() { return {values_.data(), stride_}; }

 private:
  size_t inputs_ = 0;
  size_t blocks_ = 0;
  size_t stride_ = 0;
  AlignedBuffer<T> values_;
  size_t mask_stride_ = 0;
  AlignedBuffer<uint64_t> sample_masks_, input_masks_, used_inputs_;
};

/// Images and labels of one batch, gathered.
class CpuBatch {
 public:
  CpuBatch(size_t capacity, size_t pixels, std::pmr::memory_resource& memory);

  /// Takes images and labels `order[0..samples)`; `samples` at most the capacity. `training`:
  /// whether the batch will be trained on, not only evaluated.
  void Gather(const CpuKernels& kernels, const uint8_t* all_images, const uint8_t* all_labels,
              const int64_t* order, size_t samples, bool training);

  /// Says which images the next batch will be gathered from: a step that computes this batch's sums
  /// fetches them into the cache.
  void Announce(const uint8_t* all_images, const int64_t* order, size_t samples);

  const SparseInputs<uint8_t>& Images() const { return images_; }
  const float* Labels() const { return labels_.data(); }

 private:
  InputBuffer<uint8_t> buffer_;
  AlignedBuffer<float> labels_;
  SparseInputs<uint8_t> images_;
};

/// Losses and predictions of a batch, valid until the network's next call.
struct BatchResult {
  const float* losses = nullptr;     // [samples]
  const float* predicted = nullptr;  // [samples], classes
};

/// One number for each weight and bias of a layer, [inputs, width] and [width].
struct LayerPart {
  AlignedBuffer<float> weights, bias;
};

/// Not thread-safe.
class CpuMlp {
 public:
  /// The weights and biases, and what the optimizer keeps of each (LayerMatrix).
  enum class Part { kParameters, kBuffers, kSquares };

  /// Layers of `widths[i]` inputs and `widths[i + 1]` outputs, with nn.Linear's initial values. No
  /// batch will be larger than `capacity`. Without `with_squares` there are no kSquares. All that a
  /// step touches is in `memory`, which must outlive the network.
  CpuMlp(const CpuKernels& kernels, const std::vector<int64_t>& widths, size_t capacity,
         bool with_squares, TorchRandom& random, std::pmr::memory_resource& memory);

  /// Prepares for the Step of `first`.
  void Begin(const CpuBatch& first);
  /// One optimizer step on `now`, the batch of the last Begin or the `next` of the last Step.
  /// `next` may be null; the step after it then needs Begin. The losses are those before the step.
  BatchResult Step(const UpdateRule& rule, const CpuBatch& now, const CpuBatch* next);
  /// The forward pass alone. A Step after it needs Begin.
  BatchResult Evaluate(const CpuBatch& batch);

  /// What `part` holds, in the layout of TrainingState; Set takes as many values as Get gives.
  std::vector<float> Get(Part part) const;
  void Set(Part part, const std::vector<float>& values);
  size_t ParameterCount() const;

 private:
  struct Layer {
    Layer(size_t layer_inputs, size_t layer_outputs, size_t capacity, bool is_first,
          bool with_squares, std::pmr::memory_resource& memory);

    LayerMatrix Weights() {
      return {inputs,
              width,
              At(Part::kParameters).weights.data(),
              At(Part::kBuffers).weights.data(),
              At(Part::kSquares).weights.data(),
              moved_rows.data()};
    }
    LayerMatrix Bias() {
      return {1, width, At(Part::kParameters).bias.data(), At(Part::kBuffers).bias.data(),
              At(Part::kSquares).bias.data()};
    }
    /// Marks the rows of which the optimizer keeps something.
    void FindMovedRows();
    LayerMatrix Transposed() { return {outputs, padded_inputs, transposed.data()}; }
    LayerPart& At(Part part) { return parts[static_cast<size_t>(part)]; }
    const LayerPart& At(Part part) const { return parts[static_cast<size_t>(part)]; }

    size_t inputs, outputs;
    size_t width, padded_inputs;  // padded outputs and inputs
    bool narrow;
    std::array<LayerPart, 3> parts;  // of kSquares perhaps without memory
    AlignedBuffer<uint64_t> moved_rows;
    AlignedBuffer<float> transposed;  // [width, padded inputs]; not of the first layer
    InputBuffer<float> values;        // sums, then activations; of the last layer logits
    InputBuffer<float> deltas;
  };

  void Forward(const CpuBatch& batch);
  bool Activate(Layer& layer, size_t samples);
  void FirstSums(SparseInputs<uint8_t> images, bool strict);
  void Backward(const UpdateRule& rule, const CpuBatch& now, const CpuBatch* next);
  bool BackwardThrough(size_t index, const UpdateRule& rule, size_t samples);
  bool FinishDeltas(size_t index, const UpdateRule& rule, size_t samples);
  BatchResult CrossEntropy(const CpuBatch& batch, SampleMatrix deltas);
  void TransposeWeights(Layer& layer);

  const CpuKernels& kernels_;
  std::vector<Layer> layers_;
  AlignedBuffer<float> losses_, predicted_, scratch_;
};

}  // namespace lrsweep
