#include "data/dataset.h"

#include <algorithm>
#include <utility>

#include "data/idx_file.h"

namespace lrsweep {
namespace {

std::filesystem::path RequireFile(const std::filesystem::path& folder, const std::string& name) {
  auto path = FindDatasetFile(folder, name);
  if (path.empty()) {
    throw DataError((folder / name).string() + ": there is no such file, plain or with .gz");
  }
  return path;
}

struct LoadedSet {
  ImageSet set;
  std::vector<uint32_t> shape;  // rows, columns
};

LoadedSet LoadSet(const std::filesystem::path& folder, const char* images_name,
                  const char* labels_name) {
  const auto images_path = RequireFile(folder, images_name);
  const auto labels_path = RequireFile(folder, labels_name);
  IdxFile images = ReadIdxFile(images_path, 3);
  const IdxFile labels = ReadIdxFile(labels_path, 1);
  if (images.sizes[0] != labels.sizes[0]) {
    throw DataError(images_path.string() + " and " + labels_path.string() +
                    " differ in their counts: images " + std::to_string(images.sizes[0]) +
                    ", labels " + std::to_string(labels.sizes[0]));
  }
  LoadedSet loaded;
  loaded.shape = {images.sizes[1], images.sizes[2]};
  loaded.set.count = images.sizes[0];
  loaded.set.pixels = int64_t{images.sizes[1]} * images.sizes[2];
  loaded.set.images = std::move(images.bytes);
  loaded.set.labels.assign(labels.bytes.begin(), labels.bytes.end());
  return loaded;
}

std::string ShapeText(const std::vector<uint32_t>& shape) {
  return std::to_string(shape[0]) + "x" + std::to_string(shape[1]);
}

uint8_t LargestLabel(const ImageSet& set) {
  return *std::max_element(set.labels.begin(), set.labels.end());
}

/// Returns the images `first` to `first + count - 1` of `set`.
ImageSet Slice(const ImageSet& set, int64_t first, int64_t count) {
  ImageSet slice;
  slice.count = count;
  slice.pixels = set.pixels;
  slice.images = set.images.Slice(static_cast<size_t>(first * set.pixels),
                                  static_cast<size_t>(count * set.pixels));
  slice.labels.assign(set.labels.begin() + first, set.labels.begin() + first + count);
  return slice;
}

}  // namespace

std::filesystem::path FindDatasetFile(const std::filesystem::path& folder,
                                      const std::string& name) {
  std::string dotted = name;
  dotted.replace(name.find("-idx"), 1, ".");
  for (const std::string& written : {name, dotted}) {
    for (const char* ending : {"", ".gz"}) {
      auto path = folder / (written + ending);
      std::error_code ignored;
      if (std::filesystem::is_regular_file(path, ignored)) return path;
    }
  }
  return {};
}

std::shared_ptr<const Dataset> LoadDataset(const std::filesystem::path& folder) {
  LoadedSet train = LoadSet(folder, kDatasetFiles[0], kDatasetFiles[1]);
  LoadedSet test = LoadSet(folder, kDatasetFiles[2], kDatasetFiles[3]);
  if (train.shape != test.shape) {
    throw DataError(folder.string() + ": training images are " + ShapeText(train.shape) +
                    ", but test images " + ShapeText(test.shape));
  }
  auto dataset = std::make_shared<Dataset>();
  dataset->rows = train.shape[0];
  dataset->columns = train.shape[1];
  dataset->train = std::move(train.set);
  dataset->test = std::move(test.set);
  dataset->classes = std::max(LargestLabel(dataset->train), LargestLabel(dataset->test)) + 1;
  return dataset;
}

std::shared_ptr<const Dataset> WithValidationSet(std::shared_ptr<const Dataset> dataset,
                                                 int64_t validation_images) {
  if (validation_images == 0) return dataset;
  const int64_t count = dataset->train.count;
  if (validation_images < 0 || validation_images >= count) {
    throw DataError("dataset.validation: cannot keep " + std::to_string(validation_images) +
                    " of " + std::to_string(count) +
                    " training images for validation, expected 0 to " + std::to_string(count - 1));
  }
  auto split = std::make_shared<Dataset>(
      Dataset{.train = Slice(dataset->train, 0, count - validation_images),
              .validation = Slice(dataset->train, count - validation_images, validation_images),
              .test = dataset->test,
              .rows = dataset->rows,
              .columns = dataset->columns,
              .classes = dataset->classes});
  return split;
}

}  // namespace lrsweep
