// The messages of TensorBoard's HParams plugin, by the field numbers of
// tensorboard/plugins/hparams/{api,plugin_data}.proto.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "params/json_value.h"

namespace lrsweep {

/// The tags under which the plugin finds its messages: the experiment in the root run, the others
/// in the run of each session.
inline constexpr const char* kExperimentTag = "_hparams_/experiment";
inline constexpr const char* kSessionStartTag = "_hparams_/session_start_info";
inline constexpr const char* kSessionEndTag = "_hparams_/session_end_info";

/// A hyperparameter and the values that sessions have of it: booleans, numbers or texts.
struct HParam {
  std::string name;
  std::vector<Json> values;
};

/// `metrics`: tags of scalars that each session records.
std::string HParamsExperiment(const std::string& name, const std::string& description,
                              double created, const std::vector<HParam>& hparams,
                              const std::vector<std::string>& metrics);

std::string HParamsSessionStart(const std::map<std::string, Json>& hparams, double started);

enum class HParamsStatus { kUnknown = 0, kSuccess = 1, kFailure = 2, kRunning = 3 };
std::string HParamsSessionEnd(HParamsStatus status, double ended);

}  // namespace lrsweep
