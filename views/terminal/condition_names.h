// Names of parameters and metrics in a condition (--where), made into names of SQL columns.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace lrsweep {

struct NamedCondition {
  std::string sql;
  std::vector<std::string> metrics;  // the distinct derived metrics in it, in canonical form
};

/// Replaces paths ("optimizer.lr", also in double quotes) by their columns in `name_by_path`, and
/// derived metrics ("epochs_to(val_accuracy, 0.975)") by columns of their canonical form. Other
/// quoted text stays unchanged. Throws std::invalid_argument for a metric that is wrong.
NamedCondition NameColumns(const std::string& condition,
                           const std::map<std::string, std::string>& name_by_path);

}  // namespace lrsweep
