#include "sweep/process/lifeline.h"

#include <unistd.h>

namespace lrsweep {
namespace {

constexpr auto kLookInterval = std::chrono::milliseconds(200);

}  // namespace

Lifeline::Lifeline() : parent_(getppid()) {}

void Lifeline::WatchCoordinator(const ProcessIdentity& coordinator, Clock::duration silence_limit) {
  coordinator_ = coordinator;
  silence_limit_ = silence_limit;
  Heard();
}

bool Lifeline::IsBroken() {
  const Clock::time_point now = Clock::now();
  if (!broken_ && now >= next_look_) {
    next_look_ = now + kLookInterval;
    broken_ = Look();
  }
  return broken_;
}

bool Lifeline::Look() const {
  return getppid() != parent_ || IsGone(coordinator_) ||
         Clock::now() - last_heard_ > silence_limit_;
}

}  // namespace lrsweep
