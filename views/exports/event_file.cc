#include "views/exports/event_file.h"

#include <fmt/format.h>

#include <array>
#include <protozero/pbf_writer.hpp>

#include "views/exports/output.h"

namespace lrsweep {
namespace {

using protozero::pbf_writer;

// Field numbers of tensorboard/compat/proto/{event,summary,tensor,tensor_shape}.proto.
namespace event {
constexpr int kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5;
}
namespace summary {
constexpr int kValue = 1;
}
namespace value {
constexpr int kTag = 1, kSimpleValue = 2, kTensor = 8, kMetadata = 9;
}
namespace metadata {
constexpr int kPluginData = 1, kDataClass = 4, kPluginName = 1, kContent = 2;
constexpr int kDataClassTensor = 2;
}  // namespace metadata
namespace tensor {
constexpr int kDtype = 1, kShape = 2, kFloatVal = 5, kDim = 2, kDimSize = 1;
constexpr int kDtFloat = 1;
}  // namespace tensor

constexpr std::array<uint32_t, 256> CrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < table.size(); ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0);
    table[byte] = crc;
  }
  return table;
}

/// The mask of TFRecords: a CRC over bytes that contain CRCs is weak.
uint32_t Masked(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U; }

template <typename Integer>
std::string LittleEndian(Integer number) {
  std::string bytes;
  for (size_t i = 0; i < sizeof(number); ++i) {
    bytes += static_cast<char>((number >> (8 * i)) & 0xFF);
  }
  return bytes;
}

std::string Event(double wall_time, int64_t step, int field, const std::string& content) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_double(event::kWallTime, wall_time);
  writer.add_int64(event::kStep, step);
  writer.add_bytes(field, content);
  return bytes;
}

/// A summary whose metadata carry the plugin's data. The value is a tensor of one 0, the same as
/// the plugin's own writer stores.
std::string HParamsSummary(const std::string& tag, const std::string& plugin_data) {
  std::string bytes;
  pbf_writer writer(bytes);
  pbf_writer one(writer, summary::kValue);
  one.add_string(value::kTag, tag);
  {
    pbf_writer zero(one, value::kTensor);
    zero.add_enum(tensor::kDtype, tensor::kDtFloat);
    {
      pbf_writer shape(zero, tensor::kShape);
      pbf_writer dim(shape, tensor::kDim);
      dim.add_int64(tensor::kDimSize, 1);
    }
    const std::array<float, 1> values = {0};
    zero.add_packed_float(tensor::kFloatVal, values.begin(), values.end());
  }
  pbf_writer about(one, value::kMetadata);
  {
    pbf_writer plugin(about, metadata::kPluginData);
    plugin.add_string(metadata::kPluginName, "hparams");
    plugin.add_bytes(metadata::kContent, plugin_data);
  }
  about.add_enum(metadata::kDataClass, metadata::kDataClassTensor);
  return bytes;
}

}  // namespace

uint32_t Crc32c(std::string_view bytes) {
  static constexpr std::array<uint32_t, 256> kTable = CrcTable();
  uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  }
  return ~crc;
}

EventFile::EventFile(const std::filesystem::path& folder, double wall_time)
    : path_(folder / fmt::format("events.out.tfevents.{:010.0f}.lrsweep", wall_time)),
      stream_(path_, std::ios::binary) {
  AddRecord(Event(wall_time, 0, event::kFileVersion, "brain.Event:2"));
}

void EventFile::AddScalars(double wall_time, int64_t step,
                           const std::vector<std::pair<std::string, double>>& scalars) {
  if (scalars.empty()) return;
  std::string bytes;
  pbf_writer writer(bytes);
  for (const auto& [tag, number] : scalars) {
    pbf_writer one(writer, summary::kValue);
    one.add_string(value::kTag, tag);
    one.add_float(value::kSimpleValue, static_cast<float>(number));
  }
  AddRecord(Event(wall_time, step, event::kSummary, bytes));
}

void EventFile::AddHParams(double wall_time, const std::string& tag,
                           const std::string& plugin_data) {
  AddRecord(Event(wall_time, 0, event::kSummary, HParamsSummary(tag, plugin_data)));
}

void EventFile::AddRecord(const std::string& event) {
  const std::string length = LittleEndian(uint64_t{event.size()});
  stream_ << length << LittleEndian(Masked(Crc32c(length))) << event
          << LittleEndian(Masked(Crc32c(event)));
}

void EventFile::Finish() { CloseWritten(stream_, path_); }

}  // namespace lrsweep
