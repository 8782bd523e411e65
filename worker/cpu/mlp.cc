#include "worker/cpu/mlp.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace lrsweep {
namespace {

constexpr float kFirstLayerScale = 1.0f / 255;
constexpr size_t kNarrow = 2 * kFloatUnit;

size_t RoundUp(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }

/// Rounds up to an odd number of cache lines. As the distance between rows, that spreads the same
/// column of many rows over all sets of a cache.
size_t OddLines(size_t bytes) {
  const size_t lines = RoundUp(bytes, 64) / 64;
  return (lines | 1) * 64;
}

LayerPart NewPart(size_t padded_inputs, size_t width, std::pmr::memory_resource& memory) {
  return {AlignedBuffer<float>(padded_inputs * width, memory), AlignedBuffer<float>(width, memory)};
}

}  // namespace

template <typename T>
InputBuffer<T>::InputBuffer(size_t capacity, size_t inputs, std::pmr::memory_resource& memory)
    : inputs_(inputs),
      blocks_(RoundUp(inputs, kMaskBits) / kMaskBits),
      stride_(OddLines(blocks_ * kMaskBits * sizeof(T)) / sizeof(T)),
      values_(RoundUp(capacity, kMaskBits) * stride_, memory),
      mask_stride_(OddLines(RoundUp(capacity, kMaskBits) * sizeof(uint64_t)) / sizeof(uint64_t)),
      sample_masks_(blocks_ * mask_stride_, memory),
      input_masks_(blocks_ * RoundUp(capacity, kMaskBits), memory),
      used_inputs_(blocks_, memory) {}

template <typename T>
SparseInputs<T> InputBuffer<T>::View(size_t samples) {
  return {.samples = samples,
          .inputs = inputs_,
          .values = values_.data(),
          .stride = stride_,
          .sample_masks = sample_masks_.data(),
          .blocks = blocks_,
          .mask_stride = mask_stride_,
          .input_masks = input_masks_.data(),
          .groups = RoundUp(samples, kMaskBits) / kMaskBits,
          .used_inputs = used_inputs_.data()};
}

template <typename T>
void InputBuffer<T>::MarkAll() {
  for (size_t block = 0; block < blocks_; ++block) {
    const size_t inputs = std::min(kMaskBits, inputs_ - block * kMaskBits);
    std::fill_n(sample_masks_.data() + block * mask_stride_, mask_stride_,
                ~uint64_t{0} >> (kMaskBits - inputs));
  }
}

CpuBatch::CpuBatch(size_t capacity, size_t pixels, std::pmr::memory_resource& memory)
    : buffer_(capacity, pixels, memory), labels_(RoundUp(capacity, kMaskBits), memory) {}

void CpuBatch::Gather(const CpuKernels& kernels, const uint8_t* all_images,
                      const uint8_t* all_labels, const int64_t* order, size_t samples,
                      bool training) {
  images_ = buffer_.View(samples);
  if (!training) images_.input_masks = nullptr;
  kernels.gather(all_images, order, images_);
  for (size_t s = 0; s < samples; ++s) {
    labels_.data()[s] = static_cast<float>(all_labels[order[s]]);
  }
}

void CpuBatch::SetPrefetch(const uint8_t* all_images, const int64_t* order, size_t samples) {
  images_.upcoming = all_images;
  images_.upcoming_order = order;
  images_.upcoming_samples = samples;
}

CpuMlp::Layer::Layer(size_t layer_inputs, size_t layer_outputs, size_t capacity, bool is_first,
                     bool with_squares, std::pmr::memory_resource& memory)
    : inputs(layer_inputs),
      outputs(layer_outputs),
      width(RoundUp(outputs, kFloatUnit)),
      padded_inputs(RoundUp(inputs, kFloatUnit)),
      narrow(!is_first && width <= kNarrow),
      parts{NewPart(padded_inputs, width, memory), NewPart(padded_inputs, width, memory),
            with_squares ? NewPart(padded_inputs, width, memory) : LayerPart()},
      moved_rows(RoundUp(inputs, kMaskBits) / kMaskBits, memory),
      transposed(is_first ? 0 : width * padded_inputs, memory),
      values(capacity, outputs, memory),
      deltas(capacity, outputs, memory) {}

void CpuMlp::Layer::FindMovedRows() {
  const auto any = [this](const LayerPart& part, size_t row) {
    const float* from = part.weights.data();  // null: no such part
    if (from == nullptr) return false;
    return std::any_of(from + row * width, from + (row + 1) * width,
                       [](float value) { return std::bit_cast<uint32_t>(value) != 0; });
  };
  uint64_t* masks = moved_rows.data();
  std::fill_n(masks, RoundUp(inputs, kMaskBits) / kMaskBits, 0);
  for (size_t row = 0; row < inputs; ++row) {
    if (!any(At(Part::kBuffers), row) && !any(At(Part::kSquares), row)) continue;
    masks[row / kMaskBits] |= uint64_t{1} << (row % kMaskBits);
  }
}

CpuMlp::CpuMlp(const CpuKernels& kernels, const std::vector<int64_t>& widths, size_t capacity,
               bool with_squares, TorchRandom& random, std::pmr::memory_resource& memory)
    : kernels_(kernels),
      losses_(RoundUp(capacity, kMaskBits), memory),
      predicted_(RoundUp(capacity, kMaskBits), memory),
      scratch_(static_cast<size_t>(widths.back()) * kMaskBits, memory) {
  std::vector<float> initial;
  for (size_t i = 0; i + 1 < widths.size(); ++i) {
    layers_.emplace_back(static_cast<size_t>(widths[i]), static_cast<size_t>(widths[i + 1]),
                         capacity, i == 0, with_squares, memory);
    const std::vector<float> layer = DrawLinear(random, widths[i], widths[i + 1]);
    initial.insert(initial.end(), layer.begin(), layer.end());
  }
  layers_.back().deltas.MarkAll();  // a softmax's gradient has hardly any zeros
  Set(Part::kParameters, initial);
}

/// Computes the first layer's sums for these images.
void CpuMlp::FirstSums(SparseInputs<uint8_t> images, bool strict) {
  Layer& layer = layers_.front();
  images.strict = strict;
  kernels_.train_bytes(nullptr, {}, {}, layer.Weights(), &images, layer.values.Matrix());
}

void CpuMlp::Begin(const CpuBatch& first) {
  const DenormalsAsZeros zeros;
  FirstSums(first.Images(), /*strict=*/false);
}

/// Turns the layer's sums into activations. Returns whether the sums are right
/// (CpuKernels::activate).
bool CpuMlp::Activate(Layer& layer, size_t samples) {
  const bool is_last = &layer == &layers_.back();
  const float scale = &layer == &layers_.front() ? kFirstLayerScale : 1;
  return kernels_.activate(layer.values.Matrix(), samples, layer.width, scale,
                           layer.At(Part::kParameters).bias.data(), !is_last);
}

/// Computes the logits from the first layer's sums.
void CpuMlp::Forward(const CpuBatch& batch) {
  const size_t samples = batch.Images().samples;
  if (!Activate(layers_.front(), samples)) {
    FirstSums(batch.Images(), /*strict=*/true);
    Activate(layers_.front(), samples);
  }
  for (size_t i = 1; i < layers_.size(); ++i) {
    Layer& layer = layers_[i];
    const SparseInputs<float> inputs = layers_[i - 1].values.View(samples);
    if (layer.narrow) {
      kernels_.sums_narrow(inputs, layer.Weights(), layer.values.Matrix());
    } else {
      kernels_.find_zeros(inputs);
      kernels_.train_floats(nullptr, {}, {}, layer.Weights(), &inputs, layer.values.Matrix());
    }
    Activate(layer, samples);
  }
}

BatchResult CpuMlp::CrossEntropy(const CpuBatch& batch, SampleMatrix deltas) {
  Layer& last = layers_.back();
  kernels_.cross_entropy(last.values.Matrix(), batch.Labels(), batch.Images().samples, last.outputs,
                         losses_.data(), predicted_.data(), deltas, scratch_.data());
  return {.losses = losses_.data(), .predicted = predicted_.data()};
}

/// Finishes the layer's deltas and updates its bias. Before, the deltas are the gradient of the
/// logits, or the products computed by the layer above. Returns whether terms of zeros change no
/// sum over them (CpuKernels::finish_deltas).
bool CpuMlp::FinishDeltas(size_t index, const UpdateRule& rule, size_t samples) {
  Layer& layer = layers_[index];
  const bool is_last = index + 1 == layers_.size();
  const float scale = index == 0 ? kFirstLayerScale : 1;
  const SampleMatrix activations = layer.values.Matrix();
  return kernels_.finish_deltas(layer.deltas.Matrix(), is_last ? nullptr : &activations, samples,
                                scale, rule, layer.Bias());
}

/// Computes the deltas of the layer below from those of layer `index`, then updates the weights of
/// layer `index`. Returns whether terms of zeros change no sum over the deltas below.
bool CpuMlp::BackwardThrough(size_t index, const UpdateRule& rule, size_t samples) {
  Layer& layer = layers_[index];
  Layer& below = layers_[index - 1];
  SparseInputs<float> deltas = layer.deltas.View(samples);
  deltas.input_masks = nullptr;
  const bool is_last = index + 1 == layers_.size();
  if (!is_last) kernels_.find_zeros(deltas);
  kernels_.train_floats(nullptr, {}, {}, layer.Transposed(), &deltas, below.deltas.Matrix());
  const SparseInputs<float> inputs = below.values.View(samples);
  if (layer.narrow) {
    kernels_.update_narrow(inputs, layer.deltas.Matrix(), rule, layer.Weights());
  } else {
    kernels_.train_floats(&inputs, layer.deltas.Matrix(), rule, layer.Weights(), nullptr, {});
  }
  TransposeWeights(layer);
  return FinishDeltas(index - 1, rule, samples);
}

void CpuMlp::Backward(const UpdateRule& rule, const CpuBatch& now, const CpuBatch* next) {
  const size_t samples = now.Images().samples;
  bool lenient = FinishDeltas(layers_.size() - 1, rule, samples);
  for (size_t i = layers_.size(); --i > 0;) lenient = BackwardThrough(i, rule, samples);
  SparseInputs<uint8_t> images = now.Images();
  images.strict = !lenient;
  SparseInputs<uint8_t> upcoming = next == nullptr ? images : next->Images();
  upcoming.strict = false;  // if a weight is not finite, Forward computes the sums again
  Layer& first = layers_.front();
  kernels_.train_bytes(&images, first.deltas.Matrix(), rule, first.Weights(),
                       next == nullptr ? nullptr : &upcoming, first.values.Matrix());
}

BatchResult CpuMlp::Step(const UpdateRule& rule, const CpuBatch& now, const CpuBatch* next) {
  const DenormalsAsZeros zeros;
  Forward(now);
  const BatchResult result = CrossEntropy(now, layers_.back().deltas.Matrix());
  Backward(rule, now, next);
  return result;
}

BatchResult CpuMlp::Evaluate(const CpuBatch& batch) {
  Begin(batch);
  const DenormalsAsZeros zeros;
  Forward(batch);
  return CrossEntropy(batch, {});
}

void CpuMlp::TransposeWeights(Layer& layer) {
  kernels_.transpose(layer.At(Part::kParameters).weights.data(), layer.padded_inputs, layer.width,
                     layer.transposed.data());
}

size_t CpuMlp::ParameterCount() const {
  size_t count = 0;
  for (const Layer& layer : layers_) count += (layer.inputs + 1) * layer.outputs;
  return count;
}

std::vector<float> CpuMlp::Get(Part part) const {
  std::vector<float> values;
  values.reserve(ParameterCount());
  for (const Layer& layer : layers_) {
    const float* weights = layer.At(part).weights.data();
    const float* bias = layer.At(part).bias.data();
    for (size_t o = 0; o < layer.outputs; ++o) {
      for (size_t i = 0; i < layer.inputs; ++i) values.push_back(weights[i * layer.width + o]);
    }
    values.insert(values.end(), bias, bias + layer.outputs);
  }
  return values;
}

void CpuMlp::Set(Part part, const std::vector<float>& values) {
  const float* from = values.data();
  for (Layer& layer : layers_) {
    float* weights = layer.At(part).weights.data();
    float* bias = layer.At(part).bias.data();
    for (size_t o = 0; o < layer.outputs; ++o) {
      for (size_t i = 0; i < layer.inputs; ++i) weights[i * layer.width + o] = *from++;
    }
    for (size_t o = 0; o < layer.outputs; ++o) bias[o] = *from++;
    if (part != Part::kParameters) layer.FindMovedRows();
  }
  if (part != Part::kParameters) return;
  for (size_t i = 1; i < layers_.size(); ++i) TransposeWeights(layers_[i]);
}

}  // namespace lrsweep
