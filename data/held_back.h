// Draws the training images that are held back for evaluation.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "data/dataset.h"

namespace lrsweep {

/// Draws `count` images with these labels: of every class equally many, and of a class that has too
/// few, all but one, so that every class can be trained. What does not divide evenly goes to the
/// lowest classes. Returns their indices in ascending order. The draw depends on the labels and
/// `count` alone (std::mt19937 seeded with 0), not on a trial's seed, so that all trials are
/// evaluated on the same images. Throws DataError where fewer than `count` can be held back.
std::vector<int64_t> DrawHeldBack(const std::vector<uint8_t>& labels, int64_t count);

/// Returns a data set whose training images are those of `dataset` in another order: last the
/// `count` images that DrawHeldBack draws, before them the others, both in their old order.
/// WithValidationSet then holds back the drawn ones. Throws DataError as DrawHeldBack.
std::shared_ptr<const Dataset> WithHeldBackLast(const Dataset& dataset, int64_t count);

}  // namespace lrsweep
