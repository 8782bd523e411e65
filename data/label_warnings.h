// Looks at the labels of a data set for what makes a result worth little.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace lrsweep {

/// Sentences on the sets as a sweep uses them, of whose training images the last
/// `validation_images` are held back for evaluation (0: evaluation is on the test images): classes
/// that training or evaluation lacks, a class that most images have, held-back images of which the
/// training images are in the order of their classes. Empty if there is nothing to say.
std::vector<std::string> LabelWarnings(const Dataset& dataset, int64_t validation_images);

}  // namespace lrsweep
