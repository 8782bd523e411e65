// Commands that read a database: what is wrong with it, or with what is asked of it, is a mistake
// in the command.
#pragma once

#include <stdexcept>
#include <string>

#include "params/errors.h"
#include "results/store.h"

namespace lrsweep {

/// What `read` returns, which reads the database `db`. A StoreError, and an std::invalid_argument
/// (a trial or a metric that is not in it), become a UsageError.
template <typename Read>
auto Reading(const std::string& db, const Read& read) -> decltype(read()) {
  try {
    return read();
  } catch (const StoreError& error) {
    throw UsageError(error.what());
  } catch (const std::invalid_argument& error) {
    throw UsageError(db + ": " + error.what());
  }
}

}  // namespace lrsweep
