// A data set in memory: byte images with class labels, read from IDX files.
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

/// Thrown for data that cannot be used. The message says which file, what is wrong with it and what
/// was expected.
struct DataError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Images and their labels.
struct ImageSet {
  int64_t count = 0;            // number of images
  int64_t pixels = 0;           // per image: rows * columns
  SharedBytes images;           // uint8 [count, rows, columns], 0 to 255
  std::vector<uint8_t> labels;  // [count], 0 to classes - 1
};

/// A data set. Immutable after loading, so that any number of trials may read it at once.
struct Dataset {
  ImageSet train;
  ImageSet validation;  // training images that are held back; none unless WithValidationSet
  ImageSet test;
  int64_t rows = 0;     // height of an image, in pixels
  int64_t columns = 0;  // width of an image, in pixels
  int64_t classes = 0;  // the largest label of all sets, plus one

  bool HasValidation() const { return validation.count > 0; }
};

/// The names of a data set's four files, without ".gz": training images, training labels, test
/// images, test labels.
inline constexpr std::array<const char*, 4> kDatasetFiles = {
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte"};

/// Returns the path of one of kDatasetFiles in `folder`, plain or with .gz, or written with a dot
/// as some archives have it (train-images.idx3-ubyte); empty if there is none.
std::filesystem::path FindDatasetFile(const std::filesystem::path& folder, const std::string& name);

/// Reads the four IDX files of `folder`, plain or gzipped. Throws DataError if one is missing or
/// damaged, if images and labels differ in number, or if training and test images differ in shape.
std::shared_ptr<const Dataset> LoadDataset(const std::filesystem::path& folder);

/// Returns a data set whose validation images are the last `validation_images` training images of
/// `dataset`. Shares the images' memory with it; 0 returns `dataset` itself. Throws DataError
/// unless 0 <= validation_images < train.count.
std::shared_ptr<const Dataset> WithValidationSet(std::shared_ptr<const Dataset> dataset,
                                                 int64_t validation_images);

}  // namespace lrsweep
