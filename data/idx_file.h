// Reads IDX files, the format of the MNIST family (http://yann.lecun.com/exdb/mnist/): a big-endian
// magic number 0x000008DD (unsigned bytes in DD dimensions), DD big-endian 32-bit sizes, then the
// bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "data/huge_pages.h"

namespace lrsweep {

struct IdxFile {
  std::vector<uint32_t> sizes;  // one per dimension
  HugePageBytes bytes;          // as many as the product of the sizes
};

/// Reads a plain or gzipped IDX file of `dimensions` dimensions (1: labels, 3: images). Throws
/// DataError if it cannot be read, if its magic number is another one, if a size is 0 or their
/// product is above 2^32, or if it has more or fewer bytes than its sizes say. Allocates as the
/// bytes arrive, so that a damaged header cannot exhaust the memory.
IdxFile ReadIdxFile(const std::filesystem::path& path, uint32_t dimensions);

/// Returns the unpacked file's header: magic number and sizes.
std::vector<uint8_t> IdxHeader(const std::vector<uint32_t>& sizes);

}  // namespace lrsweep
