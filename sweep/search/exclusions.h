// The conditions of `exclude:`, whose points are left out of a space.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "params/value.h"
#include "results/store_filter.h"
#include "sweep/config/sweep_config.h"

namespace lrsweep {

/// Evaluates the conditions as `top --where` would of the trials: a parameter is named by its path
/// or its last word, and one that the trial lacks is NULL. None may name the seed.
class Exclusions {
 public:
  /// The configuration must outlive it. Throws ConfigError for a condition that is none.
  explicit Exclusions(const SweepConfig& config);

  bool empty() const { return conditions_.empty(); }

  /// The index of the first condition that is true of a point; `value_at` gives its parameters by
  /// path, nullptr for one that it lacks.
  std::optional<size_t> Excluding(
      const std::function<const Value*(const std::string& path)>& value_at);

 private:
  struct Condition {
    const WrittenText* written;
    std::unique_ptr<RowCondition> row;
    std::vector<std::string> paths;  // of the row's columns
  };

  std::vector<Condition> conditions_;
};

}  // namespace lrsweep
