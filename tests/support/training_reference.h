// What the tests of an engine share: the data sets and reference files of
// golden/make_training_reference.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"

namespace lrsweep {

/// The script's hash32.
inline uint32_t Hash32(uint32_t x) {
  x = (x ^ (x >> 16)) * 0x7FEB352Du;
  x = (x ^ (x >> 15)) * 0x846CA68Bu;
  return x ^ (x >> 16);
}

/// The script's synthetic().
inline ImageSet SyntheticImages(int64_t count, int64_t pixels, int64_t classes, uint32_t salt) {
  ImageSet set{.count = count, .pixels = pixels, .images = {}, .labels = {}};
  std::vector<uint8_t> images;
  for (int64_t i = 0; i < count * pixels; ++i) {
    const uint32_t value = Hash32(salt + static_cast<uint32_t>(i)) >> 23;
    images.push_back(static_cast<uint8_t>(value < 256 ? value : 0));
  }
  set.images = std::move(images);
  for (int64_t i = 0; i < count; ++i) {
    const uint32_t hash = Hash32(salt + 0x10000000u + static_cast<uint32_t>(i));
    set.labels.push_back(static_cast<uint8_t>(hash % static_cast<uint32_t>(classes)));
  }
  return set;
}

inline std::shared_ptr<const Dataset> MakeDataset(ImageSet train, ImageSet test, int64_t classes) {
  auto dataset = std::make_shared<Dataset>();
  dataset->train = std::move(train);
  dataset->test = std::move(test);
  dataset->classes = classes;
  return dataset;
}

/// 1,000 training and 300 test images of 784 pixels, 10 classes.
inline std::shared_ptr<const Dataset> SyntheticDataset() {
  return MakeDataset(SyntheticImages(1000, 784, 10, 1), SyntheticImages(300, 784, 10, 0x20000000u),
                     10);
}

/// 100 images of 16 pixels, 3 classes, for training and test alike.
inline std::shared_ptr<const Dataset> TinyDataset() {
  return MakeDataset(SyntheticImages(100, 16, 3, 77), SyntheticImages(100, 16, 3, 77), 3);
}

/// 64 images of 40 pixels, all of them lit but those for which `is_dark(image, pixel)`.
template <typename IsDark>
std::shared_ptr<const Dataset> AlmostFullImages(const IsDark& is_dark) {
  ImageSet set = SyntheticImages(64, 40, 3, 1);
  std::vector<uint8_t> images(set.images.size());
  for (size_t i = 0; i < images.size(); ++i) images[i] = is_dark(i / 40, i % 40) ? 0 : 50 + i % 199;
  set.images = std::move(images);
  return MakeDataset(set, set, 3);
}

/// Of those, every third pixel is dark in all images and each of the first nine lit in one at most:
/// most batches lack it.
inline std::shared_ptr<const Dataset> RarePixels() {
  return AlmostFullImages(
      [](size_t image, size_t pixel) { return pixel % 3 == 0 || (pixel < 9 && image != pixel); });
}

inline std::filesystem::path GoldenFile(const std::string& name) {
  return std::filesystem::path(LRSWEEP_SOURCE_DIR) / "tests" / "golden" / name;
}

/// The values of one record of a text file; T reads as the script wrote.
template <typename T>
std::vector<T> Golden(const std::string& file, const std::string& record) {
  std::ifstream lines(GoldenFile(file));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    size_t count = 0;
    words >> name >> count;
    if (name != record) continue;
    std::vector<T> values(count);
    for (T& value : values) words >> value;
    if (!words) break;
    return values;
  }
  throw std::runtime_error("no record " + record + " in " + file);
}

/// All of a binary file.
template <typename T>
std::vector<T> GoldenBinary(const std::string& file) {
  std::ifstream in(GoldenFile(file), std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  if (bytes.empty()) throw std::runtime_error("no file " + file);
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

/// The largest absolute difference; infinite where sizes differ or a value is not a number.
template <typename A, typename B>
double LargestDifference(const std::vector<A>& a, const std::vector<B>& b) {
  if (a.size() != b.size()) return INFINITY;
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!(difference <= largest)) largest = std::isnan(difference) ? INFINITY : difference;
  }
  return largest;
}

/// FNV-1a of the bytes of the values.
inline uint64_t Fnv1a(const std::vector<float>& values) {
  std::vector<unsigned char> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  uint64_t result = 0xCBF29CE484222325u;
  for (const unsigned char byte : bytes) result = (result ^ byte) * 0x100000001B3u;
  return result;
}

/// MNIST from $LRSWEEP_DATA_DIR/mnist, or nullptr.
inline std::shared_ptr<const Dataset> Mnist() {
  const char* root = std::getenv("LRSWEEP_DATA_DIR");
  if (root == nullptr) return nullptr;
  const std::filesystem::path folder = std::filesystem::path(root) / "mnist";
  return std::filesystem::is_directory(folder) ? LoadDataset(folder) : nullptr;
}

}  // namespace lrsweep
