// A classification data set of byte images in memory, read from IDX files.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "data/shared_bytes.h"

namespace lrsweep {

/// The data cannot be used: which file, what is wrong with it, what was expected.
struct DataError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// `count` images of `pixels` bytes each (0 to 255, row-major, one image after the other), and a
/// label for each (0 to classes - 1).
struct ImageSet {
  int64_t count = 0;
  int64_t pixels = 0;
  SharedBytes images;           // count * pixels
  std::vector<uint8_t> labels;  // count
};

/// Immutable once loaded: any number of trials may read it at once.
struct Dataset {
  ImageSet train;
  ImageSet test;
  int64_t rows = 0;     // of an image, as are
  int64_t columns = 0;  // its columns
  int64_t classes = 0;  // the largest label of either set, plus one
};

/// The names under which the four files are known, without ".gz": training images and labels, test
/// images and labels.
inline constexpr std::array<const char*, 4> kDatasetFiles = {
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte"};

/// The file `name` of `folder`, plain or with ".gz"; empty where there is neither.
std::filesystem::path FindDatasetFile(const std::filesystem::path& folder, const std::string& name);

/// Reads the four IDX files of `folder`. Throws DataError where one is missing or damaged, where
/// images and labels differ in number, or where training and test images differ in shape.
std::shared_ptr<const Dataset> LoadDataset(const std::filesystem::path& folder);

/// The last `held_back` training images become the evaluation set in place of the test images.
/// `held_back` of 0 gives `dataset` itself. Throws DataError unless 0 <= held_back < train.count.
std::shared_ptr<const Dataset> HoldBack(std::shared_ptr<const Dataset> dataset, int64_t held_back);

}  // namespace lrsweep
