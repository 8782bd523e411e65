// What is equal, written once and then counted: the page holds thousands of trials.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "views/json_rows.h"

namespace lrsweep {

class Distinct {
 public:
  /// Of equal values the same, counted from 0.
  size_t Index(Json value) {
    const auto [found, is_new] = indices_.emplace(Dump(value), all_.size());
    if (is_new) all_.push_back(std::move(value));
    return found->second;
  }
  /// An array of them, by their indices.
  const Json& All() const { return all_; }

 private:
  std::map<std::string, size_t> indices_;
  Json all_ = Json::array();
};

}  // namespace lrsweep
