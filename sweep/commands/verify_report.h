// What verifying a trial found, and how it is told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "views/json_rows.h"
#include "views/terminal/bit_comparison.h"
#include "views/terminal/style.h"

namespace lrsweep {

/// What the numbers depend on beside the parameters and the data.
struct Provenance {
  std::string engine, device, cpu_target;
  std::string version;  // of the program
  int64_t pack_size = 1;
};

struct Verification {
  std::string trial_id, scheduler;
  int64_t epochs_recorded = 0;
  BitComparison bits;                // first: as recorded, second: as trained again
  std::vector<Provenance> recorded;  // of each attempt
  Provenance again;
  std::string error;  // training it again failed
  bool interrupted = false;
  double seconds = 0;

  bool Differs() const { return bits.Differs() || !error.empty(); }
  bool Agrees() const { return !Differs() && !interrupted; }
};

/// A few lines: whether every bit agrees; if not, from where on, by how much, and what is not as it
/// was.
std::string VerificationText(const Verification& found, const Style& style);

/// {"trial_id", "scheduler", "agrees", "interrupted", "error", "epochs", "epochs_recorded",
/// "steps", "steps_that_differ", "epochs_that_differ", "first_difference": {"epoch", "step",
/// "what", "recorded", "again"} or null, "greatest_difference_of_a_loss", "final_accuracy"
/// likewise, "recorded": [{"engine", "device", "cpu_target", "pack_size", "version"}], "again":
/// {...}, "changes": [text], "seconds"}.
Json ToJson(const Verification& found);

}  // namespace lrsweep
