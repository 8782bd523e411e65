// Which engine a sweep uses: decided once, when its database is made, and stored there.
#pragma once

#include <string>

namespace lrsweep {

/// "cpu" or "torch": what was asked for ("auto", "cpu" or "torch"); auto is LibTorch where every
/// worker has a GPU that it can use, else the CPU engine.
std::string ChooseEngine(const std::string& asked_for, bool workers_have_gpus);

}  // namespace lrsweep
