#include "worker/engine.h"

#include <utility>

namespace lrsweep {
namespace {

/// A pack of independent trainings, which take turns.
class LoneTrainings : public PackTraining {
 public:
  explicit LoneTrainings(std::vector<std::unique_ptr<Training>> members)
      : members_(std::move(members)) {}

  std::vector<std::vector<float>> TrainEpoch(const std::vector<StepRates>& rates,
                                             const Tick& tick) override {
    std::vector<std::vector<float>> losses;
    losses.reserve(members_.size());
    for (size_t member = 0; member < members_.size(); ++member) {
      losses.push_back(members_[member]->TrainEpoch(rates.at(member), TickOf(member, tick)));
    }
    return losses;
  }

  std::vector<Evaluation> Evaluate(Split split, const Tick& tick) override {
    std::vector<Evaluation> evaluations;
    evaluations.reserve(members_.size());
    for (size_t member = 0; member < members_.size(); ++member) {
      evaluations.push_back(members_[member]->Evaluate(split, TickOf(member, tick)));
    }
    return evaluations;
  }

  void Keep(const std::vector<size_t>& members) override {
    std::vector<std::unique_ptr<Training>> kept;
    kept.reserve(members.size());
    for (const size_t member : members) kept.push_back(std::move(members_.at(member)));
    members_ = std::move(kept);
  }

  TrainingState State(size_t member) const override { return members_.at(member)->State(); }

  void Restore(size_t member, const TrainingState& state) override {
    members_.at(member)->Restore(state);
  }

 private:
  static Tick TickOf(size_t member, const Tick& tick) {
    if (!tick) return tick;
    return [member, &tick](StepProgress progress) {
      progress.member = member;
      return tick(progress);
    };
  }

  std::vector<std::unique_ptr<Training>> members_;
};

}  // namespace

std::unique_ptr<PackTraining> Engine::StartPack(const std::vector<TrainConfig>& configs,
                                                const std::shared_ptr<const Dataset>& dataset) {
  std::vector<std::unique_ptr<Training>> members;
  members.reserve(configs.size());
  for (const TrainConfig& config : configs) members.push_back(Start(config, dataset));
  return std::make_unique<LoneTrainings>(std::move(members));
}

}  // namespace lrsweep
