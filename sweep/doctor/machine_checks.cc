#include "sweep/doctor/machine_checks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "data/dataset.h"
#include "data/dataset_source.h"
#include "platform/unique_fd.h"
#include "results/file_system.h"
#include "results/store.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

/// The rest of the first line of `file` that begins with `key`, from the first of `separators` on;
/// empty for none.
std::string ValueIn(const std::string& file, const std::string& key, char separator) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key)) continue;
    const size_t at = line.find(separator);
    if (at == std::string::npos) continue;
    const size_t begin = line.find_first_not_of(" \t\"", at + 1);
    if (begin == std::string::npos) return "";
    const size_t end = line.find_last_not_of(" \t\"");
    return line.substr(begin, end - begin + 1);
  }
  return "";
}

std::string FirstWord(const std::string& file) {
  std::string word;
  std::ifstream(file) >> word;
  return word;
}

std::optional<double> Number(const std::string& text) {
  try {
    return std::stod(text);
  } catch (const std::exception&) {
    return std::nullopt;  // "max"
  }
}

/// The folders of this process' cgroup (version 2), the innermost first, and the root, which is the
/// container's own.
std::vector<std::string> CgroupFolders() {
  std::vector<std::string> folders;
  fs::path path = ValueIn("/proc/self/cgroup", "0::", ':');
  const std::string text = path.string();
  path = text.starts_with(':') ? text.substr(1) : text;
  for (; path.has_relative_path(); path = path.parent_path()) {
    folders.push_back("/sys/fs/cgroup" + path.string());
  }
  folders.push_back("/sys/fs/cgroup");
  return folders;
}

/// The smaller of two limits.
void Lower(std::optional<double>& limit, std::optional<double> other) {
  if (other && (!limit || *other < *limit)) limit = other;
}

std::optional<double> CgroupCores() {
  std::optional<double> limit;
  for (const std::string& folder : CgroupFolders()) {
    std::ifstream file(folder + "/cpu.max");
    std::string quota, period;
    if (!(file >> quota >> period)) continue;
    const auto one = Number(quota);
    const auto other = Number(period);
    if (one && other && *other > 0) Lower(limit, *one / *other);
  }
  const auto quota = Number(FirstWord("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"));  // version 1
  const auto period = Number(FirstWord("/sys/fs/cgroup/cpu/cpu.cfs_period_us"));
  if (quota && period && *quota > 0 && *period > 0) Lower(limit, *quota / *period);
  return limit;
}

/// Bytes of a line of /proc/meminfo.
double MemoryOf(const std::string& key) {
  const auto kilobytes = Number(ValueIn("/proc/meminfo", key + ":", ':'));
  return kilobytes.value_or(0) * 1024;
}

/// A file in the folder that nobody else sees; its error in errno.
UniqueFd NamelessFile(const std::string& folder) {
  UniqueFd file(open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.IsOpen() || errno == EACCES || errno == EROFS || errno == ENOENT) return file;
  std::string name = folder + "/.lrsweep-doctor-XXXXXX";  // NFS has no O_TMPFILE
  UniqueFd named(mkostemp(name.data(), O_CLOEXEC));
  if (named.IsOpen()) unlink(name.c_str());
  return named;
}

bool CanLock(int fd) {
  struct flock byte {};
  byte.l_type = F_WRLCK;
  byte.l_whence = SEEK_SET;
  byte.l_len = 1;
  return fcntl(fd, F_SETLK, &byte) == 0;
}

bool HasAllFiles(const fs::path& folder) {
  return std::all_of(kDatasetFiles.begin(), kDatasetFiles.end(),
                     [&](const char* name) { return !FindDatasetFile(folder, name).empty(); });
}

}  // namespace

Findings LookAtSystem() {
  utsname kernel{};
  uname(&kernel);
  const std::string distribution = ValueIn("/etc/os-release", "PRETTY_NAME=", '=');
  return {{"system", Health::kWorks,
           fmt::format("{}, {} {} {}", distribution.empty() ? "unknown distribution" : distribution,
                       kernel.sysname, kernel.release, kernel.machine)},
          {"C library", Health::kWorks, fmt::format("glibc {}", gnu_get_libc_version())},
          {"SQLite", Health::kWorks, SqliteVersion()}};
}

CpuFacts LookAtCpu(std::vector<std::string> targets) {
  return {ValueIn("/proc/cpuinfo", "model name", ':'), std::move(targets)};
}

CoreFacts LookAtCores() {
  CoreFacts facts;
  facts.online = sysconf(_SC_NPROCESSORS_ONLN);
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  facts.allowed =
      sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : facts.online;
  facts.cgroup_limit = CgroupCores();
  return facts;
}

MemoryFacts LookAtMemory() {
  MemoryFacts facts{.total = MemoryOf("MemTotal"), .available = MemoryOf("MemAvailable")};
  for (const std::string& folder : CgroupFolders()) {
    Lower(facts.limit, Number(FirstWord(folder + "/memory.max")));
  }
  Lower(facts.limit, Number(FirstWord("/sys/fs/cgroup/memory/memory.limit_in_bytes")));
  rlimit space{};
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) {
    Lower(facts.limit, static_cast<double>(space.rlim_cur));
  }
  return facts;
}

FolderFacts LookAtFolder(const std::string& folder) {
  FolderFacts facts{.path = folder};
  const UniqueFd file = NamelessFile(folder);
  facts.is_writable = file.IsOpen();
  if (!facts.is_writable) facts.why_not = std::generic_category().message(errno);
  facts.has_locks = facts.is_writable && CanLock(file.get());
  facts.network_system = NetworkFileSystemOf(folder);
  struct statvfs space {};
  if (statvfs(folder.c_str(), &space) == 0) {
    facts.free_bytes = static_cast<double>(space.f_bavail) * static_cast<double>(space.f_frsize);
  }
  return facts;
}

std::vector<DatasetFacts> LookForDatasets() {
  std::vector<DatasetFacts> all;
  for (const KnownDataset& known : KnownDatasets()) {
    DatasetFacts facts{.name = known.name};
    for (const fs::path& folder : SearchFolders(known)) {
      facts.searched.push_back(folder.string());
      if (facts.found_in.empty() && HasAllFiles(folder)) facts.found_in = folder.string();
    }
    all.push_back(std::move(facts));
  }
  return all;
}

}  // namespace lrsweep
