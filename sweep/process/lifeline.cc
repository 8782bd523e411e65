#include "sweep/process/lifeline.h"

#include <unistd.h>

namespace lrsweep {
namespace {

constexpr auto kCheckInterval = std::chrono::milliseconds(200);

}  // namespace

Lifeline::Lifeline() : parent_(getppid()) {}

void Lifeline::WatchCoordinator(const ProcessIdentity& coordinator, Clock::duration silence_limit) {
  coordinator_ = coordinator;
  silence_limit_ = silence_limit;
  NoteMessage();
}

bool Lifeline::IsBroken() {
  const Clock::time_point now = Clock::now();
  if (!broken_ && now >= next_check_) {
    next_check_ = now + kCheckInterval;
    broken_ = HasLostOne();
  }
  return broken_;
}

bool Lifeline::HasLostOne() const {
  return getppid() != parent_ || IsGone(coordinator_) ||
         Clock::now() - last_message_ > silence_limit_;
}

}  // namespace lrsweep
