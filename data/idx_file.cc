#include "data/idx_file.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "data/dataset.h"

namespace lrsweep {
namespace {

constexpr uint32_t kUnsignedBytes = 0x00000800;
constexpr uint64_t kMaximumBytes = uint64_t{1} << 32;
constexpr size_t kChunk = size_t{1} << 20;

/// Reads a file through zlib, which passes the bytes of a plain file through unchanged.
class GzipReader {
 public:
  explicit GzipReader(const std::filesystem::path& path)
      : path_(path), file_(gzopen(path.c_str(), "rb")) {
    if (file_ == nullptr) Fail(std::strerror(errno));
    gzbuffer(file_.get(), 256 * 1024);
  }

  /// Reads up to `size` bytes; fewer only at the end of the file.
  size_t Read(uint8_t* into, size_t size) {
    const int count = gzread(file_.get(), into, static_cast<unsigned>(size));
    int error = Z_OK;
    const char* text = gzerror(file_.get(), &error);
    // For a truncated gzip stream zlib returns the remaining bytes and sets an error at once.
    if (count < 0 || error != Z_OK) {
      Fail(error == Z_ERRNO ? std::strerror(errno) : std::string("damaged gzip data: ") + text);
    }
    return static_cast<size_t>(count);
  }

  [[noreturn]] void Fail(const std::string& what) const {
    throw DataError(path_.string() + ": " + what);
  }

 private:
  struct Close {
    void operator()(gzFile_s* file) const { gzclose(file); }
  };
  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, Close> file_;
};

uint32_t ReadNumber(GzipReader& reader) {
  std::array<uint8_t, 4> bytes{};
  if (reader.Read(bytes.data(), bytes.size()) < bytes.size()) {
    reader.Fail("ends within its header: this is not an IDX file");
  }
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

std::string Hex(uint32_t number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%08x", number);
  return text.data();
}

uint64_t TotalBytes(const GzipReader& reader, const std::vector<uint32_t>& sizes) {
  uint64_t total = 1;
  for (const uint32_t size : sizes) {
    if (size == 0) reader.Fail("one of its sizes is 0");
    if (total > kMaximumBytes / size) {
      reader.Fail("its header's sizes multiply to more than 4 GiB: the header is damaged");
    }
    total *= size;
  }
  return total;
}

/// Reserves addresses for all of the data, so that they are not copied while the vector grows.
/// Memory is behind an address once it is written to, so a damaged header costs none.
void ReserveAddresses(uint64_t total, HugePageBytes& bytes) {
  try {
    bytes.reserve(total);
  } catch (const std::bad_alloc&) {  // of a limit on addresses; the data themselves may fit
  }
}

void ReadBytes(GzipReader& reader, uint64_t total, HugePageBytes& bytes) {
  ReserveAddresses(total, bytes);
  while (bytes.size() < total) {
    const size_t before = bytes.size();
    const size_t wanted = std::min<uint64_t>(kChunk, total - before);
    bytes.resize(before + wanted);
    const size_t got = reader.Read(bytes.data() + before, wanted);
    if (got < wanted) {
      reader.Fail("is truncated: " + std::to_string(before + got) + " of " + std::to_string(total) +
                  " bytes of data");
    }
  }
}

}  // namespace

IdxFile ReadIdxFile(const std::filesystem::path& path, uint32_t dimensions) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw DataError(path.string() + ": is a folder");
  GzipReader reader(path);
  const uint32_t magic = ReadNumber(reader);
  if (magic != (kUnsignedBytes | dimensions)) {
    reader.Fail("has magic number " + Hex(magic) + ", expected " +
                Hex(kUnsignedBytes | dimensions) +
                (dimensions == 1 ? " (IDX labels)" : " (IDX images)"));
  }
  IdxFile file;
  for (uint32_t i = 0; i < dimensions; ++i) file.sizes.push_back(ReadNumber(reader));
  const uint64_t total = TotalBytes(reader, file.sizes);

  try {
    ReadBytes(reader, total, file.bytes);
  } catch (const std::bad_alloc&) {
    reader.Fail("out of memory: the data set has " + std::to_string(total) +
                " bytes in this file (dataset.name)");
  }
  uint8_t extra = 0;
  if (reader.Read(&extra, 1) > 0) {
    reader.Fail("has more data than the " + std::to_string(total) +
                " bytes that its header's sizes give");
  }
  return file;
}

std::vector<uint8_t> IdxHeader(const std::vector<uint32_t>& sizes) {
  std::vector<uint8_t> header;
  const auto append = [&header](uint32_t number) {
    for (const int shift : {24, 16, 8, 0}) header.push_back(static_cast<uint8_t>(number >> shift));
  };
  append(kUnsignedBytes | static_cast<uint32_t>(sizes.size()));
  for (const uint32_t size : sizes) append(size);
  return header;
}

}  // namespace lrsweep
