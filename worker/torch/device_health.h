// Tells an error after which the device still computes from one after which it does not.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "trial/executor.h"

namespace lrsweep {

/// Watches the errors of what computes on a device. After some errors of CUDA, such as an illegal
/// address or an ECC error, every later call of the process fails: the trials are not at fault, and
/// the process must end. After others, such as too little memory, it can go on.
class DeviceHealth {
 public:
  /// `device` is its name in messages. `probe` computes something on it, and throws std::exception
  /// if it cannot.
  DeviceHealth(std::string device, std::function<void()> probe);

  /// Runs `action` and passes on what it throws. After a std::runtime_error it probes the device:
  /// throws ExecutorUnusable instead if the probe fails. Once `action` or the probe has shown that
  /// the device is unusable, every call throws ExecutorUnusable at once.
  template <typename Action>
  auto Run(const Action& action) -> decltype(action()) {
    if (!failure_.empty()) throw ExecutorUnusable(failure_);
    try {
      return action();
    } catch (const ExecutorUnusable& error) {
      failure_ = error.what();
      throw;
    } catch (const std::runtime_error& error) {
      Probe(error.what());
      throw;
    }
  }

 private:
  void Probe(const std::string& error);

  std::string device_;
  std::function<void()> probe_;
  std::string failure_;  // empty while the device is usable
};

}  // namespace lrsweep
