#include "views/work_text.h"

#include <fmt/format.h>

#include "params/text.h"
#include "results/time_text.h"

namespace lrsweep {

std::string WorkText(const WorkDone& work) {
  if (!work.IsShared()) return "";
  return fmt::format("{} recorded, {} trained; {} of training recorded, {} trained",
                     Counted(work.epochs_recorded, "epoch"), work.epochs_trained,
                     DurationText(work.seconds_recorded), DurationText(work.seconds_trained));
}

}  // namespace lrsweep
