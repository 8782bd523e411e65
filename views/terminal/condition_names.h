// The names in a condition that SQL would not read as columns.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace lrsweep {

struct NamedCondition {
  std::string sql;
  std::vector<std::string> metrics;  // derived ones that it uses, canonical, each once
};

/// Makes column names of the paths ("optimizer.lr", also in double quotes) and of the derived
/// metrics ("epochs_to(val_accuracy, 0.975)") in `condition`; what is in quotes stays otherwise.
/// `name_by_path`: what the columns of paths are called. Throws std::invalid_argument for a metric
/// that is none.
NamedCondition NameColumns(const std::string& condition,
                           const std::map<std::string, std::string>& name_by_path);

}  // namespace lrsweep
