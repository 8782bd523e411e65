// What a seed means: the configuration of a simulated sweep, its machines, and how often which
// fault strikes it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "results/store.h"

namespace lrsweep::simulation {

/// Everything that can go wrong.
enum class Fault {
  kDeath,      // a worker's process ends in mid-epoch; the last of its messages may be lost with it
  kFreeze,     // a worker stands still for a while, or for ever
  kSilence,    // the messages of a worker arrive much later, while it goes on
  kUnusable,   // a worker's executor can train nothing any more
  kLateStart,  // a worker gets ready late, or never
  kRefusal,    // a worker cannot begin to train
  kBroken,     // a worker fails every trial at once, from some time on
  kHiccup,     // a worker fails one pack for no fault of its trials
  kSlow,       // a message takes long
  kKill,       // the coordinator's process ends, with all of its workers
  kPowerCut,   // the same, and what was not synced is lost, in part, or torn
  kTornWrite,  // the coordinator is killed in the middle of a write
  kPause,      // the coordinator's process stands still
  kSlowDisk,   // a sync takes seconds
  kInterrupt,  // a signal, or the end of --max-wall-time
  kDiskFull,   // from now on, for the rest of this run at least
  kDiskError,  // one write or sync fails
  kDamage,     // a checkpoint's bytes change, in transit or on the disk
  kUnreadable,  // a worker cannot use a checkpoint that is not damaged
  kEdit,        // the configuration has fewer trials in one run than in others
  kReader,      // somebody opens the database while no run writes it
  kRetry,       // the next run is told --retry-failed
  kUnasked,     // a trial ends before its last epoch, with a checkpoint: a program's own doing
};
inline constexpr size_t kFaults = 23;
std::string_view NameOf(Fault fault);

/// Which part of a scenario is played: all of it, or less to find a short history.
struct Limits {
  uint32_t without = 0;                                   // bits of faults that never strike
  int64_t faults = std::numeric_limits<int64_t>::max();   // that strike, of all kinds together
  int64_t trials = std::numeric_limits<int64_t>::max();   // the first ones of the space
  int64_t workers = std::numeric_limits<int64_t>::max();  // of a run
  int64_t packs = std::numeric_limits<int64_t>::max();    // their size
};

/// What decides trials: every one is trained to its end; some are ended by their values; all are
/// held at an epoch, and the better half continues; the configuration's pruner, race or both, or
/// TPE.
enum class Rule { kGrid, kEnds, kRung, kSearch };

struct Scenario {
  uint64_t seed = 0;
  std::string yaml;          // the whole configuration
  std::string smaller_yaml;  // with fewer trials, for kEdit
  std::string plain_yaml;  // of kSearch: without pruner and race, to continue in the end; or empty
  Rule rule = Rule::kGrid;
  int64_t rung = 2;  // the epoch of kRung

  Journal journal = Journal::kWal;
  int64_t max_attempts = 3;
  std::chrono::milliseconds worker_timeout{60'000};

  int64_t most_workers = 1;
  int64_t most_hosts = 1;
  int64_t most_pack_size = 1;
  bool shares = false;       // what several trials have in common is trained once
  int64_t branch_bytes = 0;  // for states that wait
  bool is_alone = false;     // the coordinator's process trains: one worker of number 0
  double epoch_seconds = 1;
  double latency_seconds = 0.001;
  double checkpoint_seconds = 0;

  int noise_bits = 21;  // of a metric's 21, those in which seeds differ
  int tied_bits = 0;    // of these, those that are always 0

  // Of trials, by what their training has come to: the share of epochs that end so.
  double diverging = 0, failing = 0, deadly = 0;

  std::array<double, kFaults> rates{};  // the chance at each opportunity; 0: never
  int64_t runs = 1;                     // at most, before the faults end
};

Scenario MakeScenario(uint64_t seed);

}  // namespace lrsweep::simulation
