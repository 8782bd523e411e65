// IDX files as bytes, written here by the format's description and not by the code under test.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace lrsweep {

inline std::string BigEndian(uint32_t number) {
  return {static_cast<char>(number >> 24), static_cast<char>(number >> 16),
          static_cast<char>(number >> 8), static_cast<char>(number)};
}

inline std::string IdxBytes(const std::vector<uint32_t>& sizes, const std::string& data) {
  std::string bytes = BigEndian(0x00000800 | static_cast<uint32_t>(sizes.size()));
  for (const uint32_t size : sizes) bytes += BigEndian(size);
  return bytes + data;
}

inline void WriteGzip(const std::filesystem::path& path, const std::string& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

/// Images whose pixels and labels are a hash of their number, half of the pixels 0: something a
/// network can learn a little of.
inline void WriteImages(const TempFolder& folder, const std::string& prefix, uint32_t count,
                        uint32_t side, uint32_t salt) {
  std::string images;
  std::string labels;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t label = (i * 2654435761U + salt) >> 16 & 7;
    labels += static_cast<char>(label);
    for (uint32_t pixel = 0; pixel < side * side; ++pixel) {
      const uint32_t hash = ((i + salt) * 40503U + pixel * 2654435761U) >> 8;
      const bool lit = pixel % 8 == label || hash % 4 == 0;
      images += static_cast<char>(lit ? hash % 256 : 0);
    }
  }
  folder.Write(prefix + "-images-idx3-ubyte", IdxBytes({count, side, side}, images));
  folder.Write(prefix + "-labels-idx1-ubyte", IdxBytes({count}, labels));
}

/// A data set of `train` and 100 test images of 8 x 8 pixels and 8 classes.
inline void WriteSmallDataset(const TempFolder& folder, uint32_t train = 500) {
  WriteImages(folder, "train", train, 8, 1);
  WriteImages(folder, "t10k", 100, 8, 7);
}

}  // namespace lrsweep
