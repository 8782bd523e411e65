// The multilayer perceptron of the CPU engine: its weights, its buffers and one training step.
//
// A step reads the first layer's weights only once: while it updates them, it computes the next
// batch's first sums with them. So Step takes the next batch too, and an epoch starts with Begin.
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

/// An array of `size` zeros at an address that is a multiple of 64. It never frees its memory,
/// which belongs to `memory`. Movable, not copyable. Throws std::bad_alloc.
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

/// Memory for the inputs of a layer, for up to `capacity` samples, with their masks.
template <typename T>
class InputBuffer {
 public:
  InputBuffer() = default;
  InputBuffer(size_t capacity, size_t inputs, std::pmr::memory_resource& memory);

  /// The first `samples` samples.
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

/// A batch: copies of its images and labels.
class CpuBatch {
 public:
  CpuBatch(size_t capacity, size_t pixels, std::pmr::memory_resource& memory);

  /// Copies images and labels `order[0..samples)`; `samples` is at most the capacity. `training`:
  /// whether the batch will be used for a Step, not just for Evaluate.
  void Gather(const CpuKernels& kernels, const uint8_t* all_images, const uint8_t* all_labels,
              const int64_t* order, size_t samples, bool training);

  /// Names the images of the batch after this one. The step that computes this batch's first sums
  /// prefetches them into the cache.
  void SetPrefetch(const uint8_t* all_images, const int64_t* order, size_t samples);

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
  const float* predicted = nullptr;  // [samples]: the predicted class, as a float
};

/// One number for each weight and bias of a layer, [inputs, width] and [width].
struct LayerPart {
  AlignedBuffer<float> weights, bias;
};

/// The network, with the optimizer's buffers. Not thread-safe.
class CpuMlp {
 public:
  /// The weights and biases, and the optimizer's two buffers for them (LayerMatrix).
  enum class Part { kParameters, kBuffers, kSquares };

  /// Makes layers of `widths[i]` inputs and `widths[i + 1]` outputs, with nn.Linear's initial
  /// values. `capacity` is the largest batch. Without `with_squares` there is no part kSquares.
  /// Everything that a step touches is allocated from `memory`, which must outlive the network.
  CpuMlp(const CpuKernels& kernels, const std::vector<int64_t>& widths, size_t capacity,
         bool with_squares, TorchRandom& random, std::pmr::memory_resource& memory);

  /// Prepares for the Step of `first`.
  void Begin(const CpuBatch& first);
  /// Does one optimizer step on `now`, which is the batch of the last Begin or the `next` of the
  /// last Step. If `next` is null, the next Step needs Begin first. Returns the losses of before
  /// the update.
  BatchResult Step(const UpdateRule& rule, const CpuBatch& now, const CpuBatch* next);
  /// Does the forward pass only. The next Step needs Begin first.
  BatchResult Evaluate(const CpuBatch& batch);

  /// Copy a part, in the layout of TrainingState. Set takes exactly as many values as Get returns.
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
    /// Computes moved_rows: the rows whose buffers are not all zero.
    void FindMovedRows();
    LayerMatrix Transposed() { return {outputs, padded_inputs, transposed.data()}; }
    LayerPart& At(Part part) { return parts[static_cast<size_t>(part)]; }
    const LayerPart& At(Part part) const { return parts[static_cast<size_t>(part)]; }

    size_t inputs, outputs;
    size_t width, padded_inputs;  // outputs and inputs, padded to kFloatUnit
    bool narrow;
    std::array<LayerPart, 3> parts;  // by Part; kSquares may be empty
    AlignedBuffer<uint64_t> moved_rows;
    AlignedBuffer<float> transposed;  // the weights as [width, padded inputs]; empty in layer 0
    InputBuffer<float> values;        // sums, then activations; in the last layer logits
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
