// Equal values written once, and referred to by index: the page holds thousands of trials.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "views/json_rows.h"

namespace lrsweep {

class Distinct {
 public:
  /// The value's index, from 0; equal values have the same.
  size_t Index(Json value) {
    const auto [found, is_new] = indices_.emplace(Dump(value), all_.size());
    if (is_new) all_.push_back(std::move(value));
    return found->second;
  }
  /// The distinct values, by their indices.
  const Json& All() const { return all_; }

 private:
  std::map<std::string, size_t> indices_;
  Json all_ = Json::array();
};

}  // namespace lrsweep
