// The result of verifying a trial, as text and as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/bit_comparison.h"
#include "views/json_rows.h"
#include "views/terminal/style.h"

namespace lrsweep {

/// What a training's numbers depend on besides its parameters and the data.
struct Provenance {
  std::string engine, device, cpu_target;
  std::string version;  // of the program
  int64_t pack_size = 1;
};

struct Verification {
  std::string trial_id, scheduler;
  int64_t epochs_recorded = 0;
  BitComparison bits;                // of the recorded numbers (first) and the new ones (second)
  std::vector<Provenance> recorded;  // one per attempt
  Provenance again;                  // of the new training
  std::string error;                 // why the new training failed; empty: it did not
  bool interrupted = false;
  double seconds = 0;
  bool of_program = false;               // trained by a user's program
  bool declared_exact = false;           // the configuration says trial.resumable: exact
  std::vector<int64_t> resumed_after;    // the epochs after which the recorded trial resumed
  std::vector<int64_t> continued_after;  // those after which the program ended itself now (75)

  bool Differs() const { return bits.Differs() || !error.empty(); }
  bool Agrees() const { return !Differs() && !interrupted; }
};

/// The size of the packs that were fixed by --pack-size, by its `cpu_target`; 0: it was not fixed.
int64_t FixedPackSize(const Provenance& from);

/// A few lines: whether every bit agrees; if not, where the first difference is, how large the
/// differences are, and which conditions (engine, device, ...) have changed.
std::string VerificationText(const Verification& found, const Style& style);

/// {"trial_id", "scheduler", "agrees", "interrupted", "error", "epochs", "epochs_recorded",
/// "steps", "steps_that_differ", "epochs_that_differ", "first_difference": {"epoch", "step",
/// "what", "recorded", "again"} or null, "greatest_difference_of_a_loss" and "final_accuracy" of
/// the same form, "recorded": [{"engine", "device", "cpu_target", "pack_size", "version"}],
/// "again":
/// {...}, "changes": [text], "continued_after": [epoch], "seconds"}.
Json ToJson(const Verification& found);

}  // namespace lrsweep
