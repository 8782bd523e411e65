// What `lrsweep compare` is asked to compare: words to open databases, trials and groups.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "results/store.h"

namespace lrsweep {

/// A database that is read, under the name that its user gives it.
struct NamedSweep {
  explicit NamedSweep(const std::string& file)
      : db(file), store(Store::Open(file)), sweep(store.Sweep()) {}

  std::string db;
  Store store;
  SweepRecord sweep;
};

/// A trial, or the trials of a group: all its seeds that have an epoch.
struct ComparedItem {
  char letter = 'A';  // what it is called, in the order given
  const NamedSweep* of = nullptr;
  bool is_group = false;
  std::vector<TrialRow> trials;  // at least one, by seed

  /// Of the trial or the group.
  const std::string& Id() const;
};

struct Compared {
  /// "DB TRIAL TRIAL...": trials of one database. "DB:TRIAL DB:TRIAL...": of several. "DB DB": two
  /// databases. A trial is named by the beginning of its id (in any case); where no trial has it, a
  /// group by the beginning of its own. A word that names a file is a database. Throws
  /// std::invalid_argument for words that fit none of these, and where a trial is not found;
  /// StoreError.
  /// `by_group`: every trial stands for its group. (A trial whose seed has its default has the id
  /// of its group.)
  explicit Compared(const std::vector<std::string>& words, bool by_group = false);

  std::vector<std::unique_ptr<NamedSweep>> sweeps;  // in the order given
  std::vector<ComparedItem> items;                  // empty: the two databases as a whole
};

}  // namespace lrsweep
