// Table: the learning rate of every tick, written out or read from a file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schedulers/schedule.h"

namespace lrsweep {

struct RateTableOptions {
  std::vector<double> rates;        // at least one
  std::optional<std::string> file;  // where a configuration has them; none once they are read
};

/// rates[tick]; past the last one, the last one. The rates are absolute, not shares of the
/// optimizer's.
///
/// A configuration may name a file instead: sweep/config/rates_file.h reads it, and what is built,
/// stored and hashed to the trial's id are its rates. Throws std::invalid_argument where the file
/// is still to be read.
Schedule Table(const RateTableOptions& options, double momentum);

SchedulerType TableType();

}  // namespace lrsweep
