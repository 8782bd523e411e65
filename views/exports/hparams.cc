#include "views/exports/hparams.h"

#include <algorithm>
#include <protozero/pbf_writer.hpp>

namespace lrsweep {
namespace {

using protozero::pbf_writer;

namespace plugin_data {
constexpr int kVersion = 1, kExperiment = 2, kSessionStart = 3, kSessionEnd = 4;
}
namespace experiment {
constexpr int kDescription = 1, kTimeCreated = 3, kHParamInfos = 4, kMetricInfos = 5, kName = 6;
}
namespace hparam_info {
constexpr int kName = 1, kType = 4, kDomainDiscrete = 5, kDomainInterval = 6;
constexpr int kString = 1, kBool = 2, kFloat64 = 3;  // DataType
}  // namespace hparam_info
namespace interval {
constexpr int kMin = 1, kMax = 2;
}
namespace metric_info {
constexpr int kName = 1, kDatasetType = 5, kTag = 2;
constexpr int kUnknown = 0, kTraining = 1, kValidation = 2;  // DatasetType
}  // namespace metric_info
namespace session_start {
constexpr int kHParams = 1, kStartTime = 5, kMapKey = 1, kMapValue = 2;
}
namespace session_end {
constexpr int kStatus = 1, kEndTime = 2;
}
namespace list_value {
constexpr int kValues = 1;
}
namespace protobuf_value {  // google.protobuf.Value
constexpr int kNumber = 2, kString = 3, kBool = 4;
}

// The tab's filter shows a check box for each value up to this number, and an interval above it.
constexpr size_t kMostDiscrete = 100;

int TypeOf(const std::vector<Json>& values) {
  const auto all = [&values](bool (Json::*is)() const noexcept) {
    return std::all_of(values.begin(), values.end(),
                       [is](const Json& value) { return (value.*is)(); });
  };
  if (all(&Json::is_number)) return hparam_info::kFloat64;
  return all(&Json::is_boolean) ? hparam_info::kBool : hparam_info::kString;
}

void AddValue(pbf_writer& parent, int field, const Json& value) {
  pbf_writer writer(parent, field);
  if (value.is_number()) {
    writer.add_double(protobuf_value::kNumber, value.get<double>());
  } else if (value.is_boolean()) {
    writer.add_bool(protobuf_value::kBool, value.get<bool>());
  } else {
    writer.add_string(protobuf_value::kString, PlainText(value));
  }
}

void AddDomain(pbf_writer& info, int type, const std::vector<Json>& values) {
  if (type == hparam_info::kFloat64 && values.size() > kMostDiscrete) {
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    pbf_writer domain(info, hparam_info::kDomainInterval);
    domain.add_double(interval::kMin, least->get<double>());
    domain.add_double(interval::kMax, greatest->get<double>());
    return;
  }
  if (values.size() > kMostDiscrete) return;
  pbf_writer domain(info, hparam_info::kDomainDiscrete);
  for (const Json& value : values) AddValue(domain, list_value::kValues, value);
}

/// As the metric's name says: what "top-1" is measured on is not known.
int DatasetTypeOf(const std::string& tag) {
  if (tag.starts_with("train")) return metric_info::kTraining;
  const bool held_back =
      tag.starts_with("val") || tag.starts_with("test") || tag.starts_with("eval");
  return held_back ? metric_info::kValidation : metric_info::kUnknown;
}

/// A message in the plugin's envelope, which has version 0.
template <typename Fill>
std::string PluginData(int field, const Fill& fill) {
  std::string bytes;
  pbf_writer envelope(bytes);
  envelope.add_int32(plugin_data::kVersion, 0);
  {
    pbf_writer message(envelope, field);
    fill(message);
  }
  return bytes;
}

}  // namespace

std::string HParamsExperiment(const std::string& name, const std::string& description,
                              double created, const std::vector<HParam>& hparams,
                              const std::vector<std::string>& metrics) {
  return PluginData(plugin_data::kExperiment, [&](pbf_writer& message) {
    message.add_string(experiment::kName, name);
    message.add_string(experiment::kDescription, description);
    message.add_double(experiment::kTimeCreated, created);
    for (const HParam& hparam : hparams) {
      const int type = TypeOf(hparam.values);
      pbf_writer info(message, experiment::kHParamInfos);
      info.add_string(hparam_info::kName, hparam.name);
      info.add_enum(hparam_info::kType, type);
      AddDomain(info, type, hparam.values);
    }
    for (const std::string& tag : metrics) {
      pbf_writer info(message, experiment::kMetricInfos);
      {
        pbf_writer metric(info, metric_info::kName);
        metric.add_string(metric_info::kTag, tag);
      }
      info.add_enum(metric_info::kDatasetType, DatasetTypeOf(tag));
    }
  });
}

std::string HParamsSessionStart(const std::map<std::string, Json>& hparams, double started) {
  return PluginData(plugin_data::kSessionStart, [&](pbf_writer& message) {
    for (const auto& [name, value] : hparams) {
      pbf_writer entry(message, session_start::kHParams);
      entry.add_string(session_start::kMapKey, name);
      AddValue(entry, session_start::kMapValue, value);
    }
    message.add_double(session_start::kStartTime, started);
  });
}

std::string HParamsSessionEnd(HParamsStatus status, double ended) {
  return PluginData(plugin_data::kSessionEnd, [&](pbf_writer& message) {
    message.add_enum(session_end::kStatus, static_cast<int>(status));
    message.add_double(session_end::kEndTime, ended);
  });
}

}  // namespace lrsweep
