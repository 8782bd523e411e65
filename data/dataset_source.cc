#include "data/dataset_source.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "data/download.h"
#include "data/idx_file.h"
#include "data/sha256.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

/// SHA-256 of the unpacked IDX file of these sizes and bytes.
template <typename Bytes>
std::string FileSha256(const std::vector<uint32_t>& sizes, const Bytes& bytes) {
  const auto header = IdxHeader(sizes);
  return Sha256().Add(header.data(), header.size()).Add(bytes.data(), bytes.size()).Hex();
}

std::array<std::string, 4> FileSha256s(const Dataset& data) {
  const auto size = [](int64_t number) { return static_cast<uint32_t>(number); };
  const auto images = [&](const ImageSet& set) {
    return FileSha256({size(set.count), size(data.rows), size(data.columns)}, set.images);
  };
  const auto labels = [&](const ImageSet& set) {
    return FileSha256({size(set.count)}, set.labels);
  };
  return {images(data.train), labels(data.train), images(data.test), labels(data.test)};
}

std::string Sha256OfAll(const std::array<std::string, 4>& sha256) {
  std::string all;
  for (const std::string& hex : sha256) all += hex + "\n";
  return Sha256Hex(all);
}

std::string ContentName(const std::array<std::string, 4>& sha256) {
  for (const KnownDataset& known : KnownDatasets()) {
    if (known.sha256 == sha256) return known.name;
  }
  return "sha256:" + Sha256OfAll(sha256).substr(0, 16);
}

/// Throws DataError if `name` is not a folder.
void RequireFolder(const std::string& name) {
  std::error_code ignored;
  if (fs::is_directory(name, ignored)) return;
  const std::string shown = name.size() > 200 ? name.substr(0, 200) + "..." : name;
  throw DataError("dataset.name: there is no folder " + shown);
}

bool HasAllFiles(const fs::path& folder) {
  return std::all_of(kDatasetFiles.begin(), kDatasetFiles.end(),
                     [&](const char* name) { return !FindDatasetFile(folder, name).empty(); });
}

std::optional<fs::path> CacheFolder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    return fs::path(cache) / "lrsweep";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    return fs::path(home) / ".cache" / "lrsweep";
  }
  return std::nullopt;
}

std::optional<fs::path> FindFolder(const KnownDataset& known) {
  for (const fs::path& folder : SearchFolders(known)) {
    if (HasAllFiles(folder)) return folder;
  }
  return std::nullopt;
}

/// Writes the unpacked file under a temporary name, then renames it, so that `path` is complete or
/// absent.
void WriteUnpacked(const IdxFile& file, const fs::path& path) {
  const fs::path partial = path.string() + ".partial-" + std::to_string(getpid());
  {
    std::ofstream out(partial, std::ios::binary);
    const auto write = [&out](const auto& bytes) {
      out.write(reinterpret_cast<const char*>(bytes.data()),
                static_cast<std::streamsize>(bytes.size()));
    };
    write(IdxHeader(file.sizes));
    write(file.bytes);
    out.close();
    if (!out) {
      std::error_code ignored;
      fs::remove(partial, ignored);
      throw DataError(partial.string() + ": cannot be written");
    }
  }
  fs::rename(partial, path);
}

void DownloadFile(const KnownDataset& known, size_t index, const fs::path& folder) {
  const std::string name = kDatasetFiles[index];
  const fs::path packed = folder / (name + ".download-" + std::to_string(getpid()));
  std::string answers;
  for (const std::string& mirror : known.mirrors) {
    const std::string url = mirror + name + ".gz";
    try {
      Download(url, packed);
      const IdxFile file = ReadIdxFile(packed, name.find("idx3") != std::string::npos ? 3 : 1);
      fs::remove(packed);
      if (FileSha256(file.sizes, file.bytes) != known.sha256[index]) {
        throw DataError(url + ": its SHA-256 is not that of " + known.name);
      }
      WriteUnpacked(file, folder / name);
      return;
    } catch (const DataError& error) {
      std::error_code ignored;
      fs::remove(packed, ignored);
      answers += std::string("\n  ") + error.what();
    }
  }
  throw DataError("cannot download " + known.name + ":" + answers);
}

void CheckSha256(const KnownDataset& known, const fs::path& folder,
                 const std::array<std::string, 4>& sha256) {
  for (size_t i = 0; i < sha256.size(); ++i) {
    if (sha256[i] == known.sha256[i]) continue;
    throw DataError(FindDatasetFile(folder, kDatasetFiles[i]).string() +
                    ": this is not the file of " + known.name + " (SHA-256 of the unpacked bytes " +
                    sha256[i] + ", expected " + known.sha256[i] +
                    "); to use other data, give its folder as dataset.name");
  }
}

/// What to do where this program cannot download.
std::string DownloadByHand(const KnownDataset& known) {
  const std::string folder = SearchFolders(known).front().string();
  std::string text = known.name + " is in none of its folders, and this lrsweep is built without " +
                     "libcurl. Download it with another program, for example:\n  mkdir -p '" +
                     folder + "' && cd '" + folder + "'";
  for (const char* file : kDatasetFiles) {
    text += "\n  curl -fLO " + known.mirrors.front() + file + ".gz";
  }
  return text;
}

fs::path FindOrDownload(const KnownDataset& known,
                        const std::function<void(const std::string&)>& say) {
  if (auto folder = FindFolder(known)) return *folder;
  const auto cache = CacheFolder();
  if (!CanDownload()) throw DataError(DownloadByHand(known));
  if (!cache) {
    throw DataError(known.name +
                    " is in none of its folders, and cannot be downloaded: neither XDG_CACHE_HOME "
                    "nor HOME is set");
  }
  fs::path folder = *cache / known.name;
  say("downloading " + known.name + " into " + folder.string());
  try {
    fs::create_directories(folder);
    DownloadDataset(known, folder);
  } catch (const std::exception& error) {
    std::string looked_in;
    for (const fs::path& searched : SearchFolders(known)) looked_in += "\n  " + searched.string();
    throw DataError(std::string(error.what()) + "\n" + known.name + " was looked for in" +
                    looked_in);
  }
  return folder;
}

}  // namespace

const std::vector<KnownDataset>& KnownDatasets() {
  static const std::vector<KnownDataset> kKnown = {
      {"mnist",
       60000,
       {"https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/"},
       {"ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
       {}},
      {"fashion_mnist",
       60000,
       {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"},
       {"c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
       {"/usr/share/datasets/fashion-mnist"}}};
  return kKnown;
}

const KnownDataset* FindKnownDataset(const std::string& name) {
  for (const KnownDataset& known : KnownDatasets()) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

std::vector<fs::path> SearchFolders(const KnownDataset& known) {
  std::vector<fs::path> folders;
  if (const char* given = std::getenv("LRSWEEP_DATA_DIR"); given != nullptr && *given != '\0') {
    folders.push_back(fs::path(given) / known.name);
  }
  folders.push_back(fs::path("data") / known.name);
  if (const auto cache = CacheFolder()) folders.push_back(*cache / known.name);
  folders.insert(folders.end(), known.system_folders.begin(), known.system_folders.end());
  return folders;
}

SourcedDataset SourceDataset(const std::string& name,
                             const std::function<void(const std::string&)>& say) {
  const KnownDataset* known = FindKnownDataset(name);
  if (known == nullptr) RequireFolder(name);
  SourcedDataset sourced;
  sourced.folder = fs::absolute(known != nullptr ? FindOrDownload(*known, say) : fs::path(name));
  sourced.data = LoadDataset(sourced.folder);
  const auto sha256 = FileSha256s(*sourced.data);
  if (known != nullptr) CheckSha256(*known, sourced.folder, sha256);
  sourced.sha256 = Sha256OfAll(sha256);
  sourced.content = ContentName(sha256);
  return sourced;
}

std::string DatasetSha256(const Dataset& data) { return Sha256OfAll(FileSha256s(data)); }

void DownloadDataset(const KnownDataset& known, const fs::path& folder) {
  for (size_t i = 0; i < kDatasetFiles.size(); ++i) {
    if (FindDatasetFile(folder, kDatasetFiles[i]).empty()) DownloadFile(known, i, folder);
  }
}

int64_t CountTrainImages(const std::string& name) {
  if (const KnownDataset* known = FindKnownDataset(name)) return known->train_images;
  RequireFolder(name);
  const fs::path labels = FindDatasetFile(name, kDatasetFiles[1]);
  if (labels.empty()) {
    throw DataError((fs::path(name) / kDatasetFiles[1]).string() +
                    ": there is no such file, plain or with .gz");
  }
  return ReadIdxFile(labels, 1).sizes[0];
}

}  // namespace lrsweep
