#include "sweep/config/engine_choice.h"

namespace lrsweep {

std::string ChooseEngine(const std::string& asked_for, bool workers_have_gpus) {
  if (asked_for != "auto") return asked_for;
  return workers_have_gpus ? "torch" : "cpu";
}

}  // namespace lrsweep
