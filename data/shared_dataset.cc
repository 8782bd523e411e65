#include "data/shared_dataset.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <limits>
#include <memory>
#include <stop_token>
#include <system_error>
#include <type_traits>
#include <utility>

#include "data/dataset_source.h"
#include "data/huge_pages.h"

namespace lrsweep {
namespace {

/// The header of the shared memory. The bytes of the four files follow in the order of
/// kDatasetFiles. It needs no version: both sides are the same program.
struct Header {
  std::array<char, 8> magic;
  int64_t train_count, test_count, rows, columns, classes;
};
static_assert(std::is_trivially_copyable_v<Header>);

constexpr int kCollapse = 25;  // MADV_COLLAPSE, which glibc defines since 2.37

constexpr std::array<char, 8> kMagic = {'l', 'r', 's', 'w', 'e', 'e', 'p', 'D'};

/// An open file descriptor.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }
  int Release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

bool WriteAll(int file, const void* bytes, size_t size) {
  const auto* next = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written = write(file, next, size);
    if (written <= 0) return false;
    next += written;
    size -= static_cast<size_t>(written);
  }
  return true;
}

bool WriteDataset(int file, const Dataset& data) {
  const Header header{kMagic,    data.train.count, data.test.count,
                      data.rows, data.columns,     data.classes};
  const auto write_set = [file](const ImageSet& set) {
    return WriteAll(file, set.images.data(), set.images.size()) &&
           WriteAll(file, set.labels.data(), set.labels.size());
  };
  return WriteAll(file, &header, sizeof header) && write_set(data.train) && write_set(data.test);
}

/// Maps all of `file` read-only, aligned to a huge page. Returns no bytes if that fails.
SharedBytes Map(int file) {
  struct stat status {};
  if (fstat(file, &status) != 0 || status.st_size < static_cast<off_t>(sizeof(Header))) return {};
  const auto size = static_cast<size_t>(status.st_size);
  void* const at = ReserveHugePages(size);
  if (at == nullptr) return {};
  const auto unmap = [size](const void* mapped) {
    UnmapHugePages(const_cast<void*>(mapped), size);
  };
  const std::shared_ptr<const void> owner(static_cast<const void*>(at), unmap);
  if (mmap(at, size, PROT_READ, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED) return {};
  return {owner, static_cast<const uint8_t*>(at), size};
}

/// Asks the kernel to move the mapped memory into huge pages, for all processes that map it. By
/// default shared memory gets none (/sys/kernel/mm/transparent_hugepage/shmem_enabled). Linux
/// before 6.1, and a system without a free huge page, keep the small pages.
void CollapseIntoHugePages(const SharedBytes& bytes, const std::stop_token& stop) {
  auto* const first = const_cast<uint8_t*>(bytes.data());
  for (size_t at = 0; at + kHugePage <= bytes.size() && !stop.stop_requested(); at += kHugePage) {
    if (madvise(first + at, kHugePage, kCollapse) != 0) return;
  }
}

/// Whether `header` is valid for a mapping of `size` bytes.
bool Fits(const Header& header, size_t size) {
  constexpr int64_t kMost = std::numeric_limits<uint32_t>::max();
  for (const int64_t number :
       {header.train_count, header.test_count, header.rows, header.columns}) {
    if (number < 1 || number > kMost) return false;
  }
  __extension__ using Wide = unsigned __int128;
  const Wide images = Wide(header.train_count) + Wide(header.test_count);
  return header.magic == kMagic &&
         images * (Wide(header.rows) * Wide(header.columns) + 1) + sizeof header == Wide(size);
}

/// Returns the images (shared) and labels (copied) at offset `at`, and advances `at` past them.
ImageSet TakeSet(const SharedBytes& bytes, int64_t count, int64_t pixels, size_t& at) {
  ImageSet set{.count = count, .pixels = pixels, .images = {}, .labels = {}};
  const auto image_bytes = static_cast<size_t>(count * pixels);
  set.images = bytes.Slice(at, image_bytes);
  at += image_bytes;
  const auto* labels = bytes.data() + at;
  set.labels.assign(labels, labels + count);
  at += static_cast<size_t>(count);
  return set;
}

/// Maps what is published under `path`; validates the layout but not the content.
std::shared_ptr<const Dataset> MapPublished(const std::string& path) {
  const File file(path.empty() ? -1 : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return nullptr;
  // Require seals: otherwise the owner could truncate the mapping while we read it (SIGBUS).
  const int seals = fcntl(file.get(), F_GET_SEALS);
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || (seals & F_SEAL_WRITE) == 0) return nullptr;
  const SharedBytes bytes = Map(file.get());
  Header header{};
  if (bytes.size() < sizeof header) return nullptr;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (!Fits(header, bytes.size())) return nullptr;
  auto dataset = std::make_shared<Dataset>();
  size_t at = sizeof header;
  const int64_t pixels = header.rows * header.columns;
  dataset->train = TakeSet(bytes, header.train_count, pixels, at);
  dataset->test = TakeSet(bytes, header.test_count, pixels, at);
  dataset->rows = header.rows;
  dataset->columns = header.columns;
  dataset->classes = header.classes;
  return dataset;
}

}  // namespace

PublishedDataset::PublishedDataset(const Dataset& data) {
  File file(memfd_create("lrsweep-data", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (file.get() < 0 || !WriteDataset(file.get(), data)) return;
  const int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (fcntl(file.get(), F_ADD_SEALS, seals) != 0) return;
  file_ = file.Release();
  path_ = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(file_);
  const File readable(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  const SharedBytes bytes = readable.get() < 0 ? SharedBytes() : Map(readable.get());
  try {
    collapse_thread_ =
        std::jthread([bytes](const std::stop_token& stop) { CollapseIntoHugePages(bytes, stop); });
  } catch (const std::system_error&) {  // no more threads are allowed: keep small pages
  }
}

PublishedDataset::~PublishedDataset() {
  if (file_ >= 0) close(file_);
}

std::shared_ptr<const Dataset> MapDataset(const std::string& path, const std::string& sha256) {
  auto mapped = MapPublished(path);
  const bool is_it = mapped != nullptr && (sha256.empty() || DatasetSha256(*mapped) == sha256);
  return is_it ? mapped : nullptr;
}

std::shared_ptr<const Dataset> LoadSameDataset(const std::string& folder,
                                               const std::string& sha256) {
  auto data = LoadDataset(folder);
  if (!sha256.empty() && DatasetSha256(*data) != sha256) {
    throw DataError(folder + ": holds other data here than on the coordinator's machine");
  }
  return data;
}

}  // namespace lrsweep
