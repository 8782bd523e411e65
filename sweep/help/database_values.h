// Values for the completion that are found in databases.
#pragma once

#include "sweep/help/completion.h"

namespace lrsweep {

/// Reads each database when it is asked for. Of more than 20,000 trials none are offered: the user
/// types a digit more.
DatabaseValues ValuesOfDatabases();

}  // namespace lrsweep
