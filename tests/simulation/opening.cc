#include "tests/simulation/opening.h"

#include <algorithm>
#include <utility>

#include "sweep/coordinator/adaptive_search.h"
#include "sweep/search/grid_source.h"
#include "tests/simulation/source.h"

namespace lrsweep::simulation {
namespace {

SweepRecord RecordOf(const SearchSpace& space) {
  SweepRecord sweep{.name = "t", .config_yaml = space.config().yaml};
  sweep.objective = space.config().objective;
  sweep.engine = "formula";
  if (space.config().race) sweep.race_confidence = space.config().race->confidence;
  return sweep;
}

class ActingGrid : public GridSource {
 public:
  ActingGrid(World& world, const SearchSpace& space, const std::vector<std::string>& pending)
      : GridSource(space, pending), world_(world) {}

  std::optional<Trial> Next() override {
    world_.Act();
    return GridSource::Next();
  }

 private:
  World& world_;
};

class ActingSearch : public AdaptiveSource {
 public:
  ActingSearch(World& world, AdaptiveSource source)
      : AdaptiveSource(std::move(source)), world_(world) {}

  std::optional<Trial> Next() override {
    world_.Act();
    return AdaptiveSource::Next();
  }
  Decided TakeDecided() override {
    world_.Act();
    return AdaptiveSource::TakeDecided();
  }
  std::vector<Decision> OnEnd(const Trial& trial, TrialState state,
                              const std::optional<double>& value) override {
    world_.Act();
    return AdaptiveSource::OnEnd(trial, state, value);
  }

 private:
  World& world_;
};

}  // namespace

size_t CountOf(const World& world, const SearchSpace& space) {
  return std::min(space.size(), static_cast<size_t>(world.limits().trials));
}

Store CreateStore(const World& world, const SearchSpace& space, const std::filesystem::path& path) {
  const auto trial_at = [&space](size_t i) { return space.At(i); };
  const bool is_adaptive = IsAdaptive(space.config());
  Store store = Store::Create(path, RecordOf(space), is_adaptive ? 0 : CountOf(world, space),
                              trial_at, world.scenario().journal);
  if (is_adaptive) {
    store.AddDecided(MakeAdaptiveSource(space, store)->TakeDecided());
    store.Commit();
  }
  return store;
}

Store OpenStore(World& world, const SearchSpace& space, const std::filesystem::path& path,
                bool retries) {
  Store store = Store::OpenForWriting(path, world.scenario().journal);
  if (IsAdaptive(space.config())) {
    store.ChangeSpace(RecordOf(space), [&] {
      if (retries) store.RetryFailed();
      return MakeAdaptiveSource(space, store)->TakeDecided();
    });
  } else {
    store.ChangeSpace(RecordOf(space), CountOf(world, space),
                      [&space](size_t i) { return space.At(i); });
    if (retries) store.RetryFailed();
  }
  return store;
}

std::unique_ptr<TrialSource> MakeSource(World& world, const SearchSpace& space, Store& store) {
  const int64_t images = world.scenario().shares ? kImages : 0;
  if (IsAdaptive(space.config())) {
    auto search =
        std::make_unique<ActingSearch>(world, std::move(*MakeAdaptiveSource(space, store)));
    search->GatherShared(images);
    return search;
  }
  const Rule rule = world.scenario().rule;
  if (rule == Rule::kEnds || rule == Rule::kRung) {
    return std::make_unique<DecidingSource>(world, space, CountOf(world, space), store);
  }
  auto grid = std::make_unique<ActingGrid>(world, space, store.PendingIds());
  if (images > 0) grid->GatherShared(images);
  return grid;
}

}  // namespace lrsweep::simulation
