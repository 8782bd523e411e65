// What must be true of a simulated sweep's database: at any time, and at its end.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "sweep/search/search_space.h"
#include "tests/simulation/plain_search.h"
#include "tests/simulation/pool.h"
#include "tests/simulation/training.h"
#include "tests/simulation/world.h"

namespace lrsweep::simulation {

/// The undisturbed trainings of a space's trials, by id.
class Expected {
 public:
  Expected(const SearchSpace& space, size_t trials, const Scenario& scenario);

  struct Ending {
    std::string trial_id;
    Undisturbed undisturbed;
    int64_t epochs = 0;       // its length
    int64_t ended_after = 0;  // Rule::kEnds: the epoch after which the source ends it; 0: not
    bool loses = false;       // Rule::kRung: it does not continue
    std::optional<Searched> searched{};  // Rule::kSearch: its place
    bool is_in_space = true;             // in the end
  };
  const std::map<std::string, Ending>& endings() const { return endings_; }

  /// A search of some runs only: what it alone trains is in no space in the end.
  void AddEdited(const SearchSpace& space, const Scenario& scenario);
  /// From now on the trials are those of a space without a search. Others keep their ends.
  void LeaveSearch(const SearchSpace& space, const Scenario& scenario);

 private:
  void AddSearch(const SearchSpace& space, const Scenario& scenario);

  std::map<std::string, Ending> endings_;
};

/// Checks a database that no run writes: its epochs are those of the undisturbed trainings, and
/// what was told as over is over. Throws Violation.
void CheckBetweenRuns(World& world, const Expected& expected, const Truth& truth,
                      const std::filesystem::path& database);

/// Checks the database of a sweep that is over; strictly: no trial failed by chance. Throws
/// Violation.
void CheckEnd(World& world, const Expected& expected, const Truth& truth,
              const std::filesystem::path& database, bool strictly);

}  // namespace lrsweep::simulation
