#include "sweep/data/sweep_data.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "data/held_back.h"
#include "params/errors.h"
#include "params/names.h"
#include "params/parameter.h"
#include "params/text.h"
#include "sweep/search/trial_shape.h"

namespace lrsweep {
namespace {

bool IsFolder(const std::string& name) {
  std::error_code ignored;
  return std::filesystem::is_directory(name, ignored);
}

/// The name in lower case without '-' and '_': MNIST and FashionMNIST are torchvision's names.
std::string Folded(const std::string& name) {
  std::string folded = Lower(name);
  std::erase_if(folded, [](char c) { return c == '-' || c == '_'; });
  return folded;
}

/// What the name of a data set stands for: "MNIST" for "mnist", a leading ~ for the user's home
/// folder. Any other name stays.
std::string Resolved(const std::string& name) {
  if (FindKnownDataset(name) != nullptr || IsFolder(name)) return name;
  const char* home = std::getenv("HOME");
  if ((name == "~" || name.starts_with("~/")) && home != nullptr && *home != '\0') {
    return home + name.substr(1);
  }
  for (const KnownDataset& known : KnownDatasets()) {
    if (Folded(known.name) == Folded(name)) return known.name;
  }
  return name;
}

/// The folders beside this process, the first hundreds of them: what a name may have meant.
std::vector<std::string> FoldersHere() {
  std::vector<std::string> folders;
  std::error_code ends_the_list;
  std::filesystem::directory_iterator entry(".", ends_the_list);
  while (!ends_the_list && entry != std::filesystem::directory_iterator() && folders.size() < 500) {
    const std::string name = entry->path().filename().string();
    if (IsFolder(name)) folders.push_back(name);
    entry.increment(ends_the_list);
  }
  return folders;
}

/// Throws ConfigError for a name that is no path, no folder, and no known data set.
[[noreturn]] void RefuseName(const std::string& name, const Location& at) {
  std::vector<std::string> known;
  for (const KnownDataset& one : KnownDatasets()) known.push_back(one.name);
  std::string nearest = NearestName(Lower(name), known);
  if (nearest.empty()) nearest = NearestName(name, FoldersHere());
  throw ConfigError(
      at, fmt::format("dataset.name: no data set and no folder is called \"{}\"; {}",
                      name.substr(0, 200),
                      nearest.empty()
                          ? fmt::format("known are {}; of a folder write the path", Listed(known))
                          : fmt::format("did you mean \"{}\"?", nearest)));
}

}  // namespace

void ResolveDatasetName(SweepConfig& config) {
  if (config.program) return;
  const std::string name = config.dataset;
  config.dataset = Resolved(name);
  SetAt(config.fixed, "dataset.name", config.dataset);
  if (FindKnownDataset(config.dataset) != nullptr || IsFolder(config.dataset)) return;
  const bool is_path = name.find('/') != std::string::npos || name.starts_with("~");
  if (!is_path) RefuseName(name, config.dataset_name_at);
}

std::string DatasetOf(const SweepRecord& sweep) {
  return Resolved(ParseSweepConfig(sweep.config_yaml, sweep.name).dataset);
}

SourcedDataset FindData(const std::string& dataset, bool quiet) {
  return SourceDataset(dataset, [quiet](const std::string& sentence) {
    if (!quiet) fmt::print(stderr, "lrsweep: {}\n", sentence);
  });
}

std::optional<SourcedDataset> NameByContent(SweepConfig& config) {
  if (config.program || FindKnownDataset(config.dataset) != nullptr) return std::nullopt;
  SourcedDataset data = FindData(config.dataset, true);
  SetAt(config.fixed, "dataset.name", data.content);
  return data;
}

HeldBack::HeldBack(const Map& params)
    : images(std::get<int64_t>(*Find(params, "dataset.validation"))),
      are_drawn(Find(params, "dataset.held_back") != nullptr) {}

std::shared_ptr<const Dataset> HeldBack::Last(const std::shared_ptr<const Dataset>& data) const {
  return are_drawn ? WithHeldBackLast(*data, images) : data;
}

int64_t ImagesPerEpoch(const SweepConfig& config) {
  if (config.program) return 0;
  return ImagesPerEpoch(config, CountTrainImages(config.dataset));
}

}  // namespace lrsweep
