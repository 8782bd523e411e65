// Databases, trials and groups as people name them on the command line.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "results/store.h"

namespace lrsweep {

/// The one trial whose id begins with `id_prefix` (in any case). Throws std::invalid_argument,
/// naming candidates, if none or several do.
TrialRow FindTrial(const Store& store, const std::string& id_prefix);

/// A database opened for reading, with the name that its user gives it.
struct NamedSweep {
  explicit NamedSweep(const std::string& file)
      : db(file), store(Store::Open(file)), sweep(store.Sweep()) {}

  std::string db;
  Store store;
  SweepRecord sweep;
};

/// A trial, or the trials of a group: all its seeds that have an epoch.
struct SelectedItem {
  char letter = 'A';  // its name in tables and plots, in the order given
  const NamedSweep* of = nullptr;
  bool is_group = false;
  std::vector<TrialRow> trials;  // at least one, by seed

  /// Of the trial or the group.
  const std::string& Id() const;
  /// Its parameters; of a group without the seed.
  FlatParams Params() const;
};

/// What `lrsweep compare` compares.
struct Selection {
  /// `words` is one of:
  ///   DB TRIAL TRIAL...          trials of one database
  ///   DB:TRIAL DB:TRIAL...       trials of several databases
  ///   DB DB                      two databases
  /// A TRIAL is the beginning of a trial's id (in any case); where no trial's id begins so, the
  /// beginning of a group's id. A word that names a file is a database. `by_group`: every trial
  /// stands for its group. (A trial whose seed has its default has the id of its group.) Throws
  /// std::invalid_argument for other words and for trials that do not exist; StoreError.
  explicit Selection(const std::vector<std::string>& words, bool by_group = false);

  std::vector<std::unique_ptr<NamedSweep>> sweeps;  // in the order given
  std::vector<SelectedItem> items;                  // empty: the two databases as a whole
};

}  // namespace lrsweep
