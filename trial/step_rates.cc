#include "trial/step_rates.h"

#include <algorithm>
#include <functional>

namespace lrsweep {

void KeepOneIfConstant(StepRates& rates) {
  for (std::vector<double>* values : {&rates.lr, &rates.momentum}) {
    const bool varies =
        std::adjacent_find(values->begin(), values->end(), std::not_equal_to<>()) != values->end();
    if (!varies) values->resize(1);
  }
}

}  // namespace lrsweep
