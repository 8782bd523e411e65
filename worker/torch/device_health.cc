#include "worker/torch/device_health.h"

#include <utility>

namespace lrsweep {

DeviceHealth::DeviceHealth(std::string device, std::function<void()> probe)
    : device_(std::move(device)), probe_(std::move(probe)) {}

void DeviceHealth::Probe(const std::string& error) {
  try {
    probe_();
  } catch (const std::exception&) {  // as a rule it says the same as `error`
    failure_ = device_ + " has failed and computes nothing any more: " + error;
    throw ExecutorUnusable(failure_);
  }
}

}  // namespace lrsweep
