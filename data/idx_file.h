// The IDX format of the MNIST family (http://yann.lecun.com/exdb/mnist/): a big-endian magic
// number 0x000008DD (unsigned bytes, DD dimensions), DD big-endian 32-bit sizes, then the bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "data/huge_pages.h"

namespace lrsweep {

struct IdxFile {
  std::vector<uint32_t> sizes;  // one per dimension
  ManyBytes bytes;              // their product
};

/// Reads a plain or gzipped IDX file of `dimensions` dimensions (1: labels, 3: images). Throws
/// DataError if it cannot be read, has another magic number, sizes of zero or beyond reason (more
/// than 2^32 bytes), or more or fewer bytes than its sizes say. Memory grows with the bytes that
/// are there, not with those that the sizes promise.
IdxFile ReadIdxFile(const std::filesystem::path& path, uint32_t dimensions);

/// The magic number and sizes as they stand at the beginning of the file.
std::vector<uint8_t> IdxHeader(const std::vector<uint32_t>& sizes);

}  // namespace lrsweep
