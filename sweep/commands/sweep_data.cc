#include "sweep/commands/sweep_data.h"

#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "sweep/search/trial_shape.h"

namespace lrsweep {
namespace {

const std::string& NameIn(const Map& params) {
  return std::get<std::string>(*Find(params, "dataset.name"));
}

}  // namespace

SourcedDataset FindData(const Map& params, bool quiet) {
  return SourceDataset(NameIn(params), [quiet](const std::string& sentence) {
    if (!quiet) fmt::print(stderr, "lrsweep: {}\n", sentence);
  });
}

int64_t ImagesPerEpoch(const SweepConfig& config) {
  return ImagesPerEpoch(config, CountTrainImages(NameIn(config.fixed)));
}

}  // namespace lrsweep
