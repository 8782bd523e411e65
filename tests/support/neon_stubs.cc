// What scripts/test-neon links in place of libraries that Debian has for this machine's
// architecture only: Highway's choice of targets, and reading data sets.
#include <hwy/targets.h>

#include <filesystem>
#include <stdexcept>

#include "data/dataset.h"

namespace hwy {

int64_t SupportedTargets() { return HWY_NEON; }
void SetSupportedTargetsForTest(int64_t /*targets*/) {}
ChosenTarget& GetChosenTarget() {
  static ChosenTarget chosen;
  return chosen;
}

}  // namespace hwy

namespace lrsweep {

std::shared_ptr<const Dataset> LoadDataset(const std::filesystem::path& /*folder*/) {
  throw std::runtime_error("no data sets here");
}

}  // namespace lrsweep
