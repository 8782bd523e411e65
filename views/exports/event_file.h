// TensorBoard's event files: TFRecords of `Event` protocol buffers, as
// https://www.tensorflow.org/tutorials/load_data/tfrecord and tensorboard/compat/proto/event.proto
// define them. The fields are written by protozero, by their published numbers: no library packages
// TensorBoard's .proto files, and its six messages need no generated code.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lrsweep {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4), the checksum of TFRecords, which store it masked.
uint32_t Crc32c(std::string_view bytes);

/// A file of events; not thread-safe. Throws std::filesystem::filesystem_error for a failed write.
class EventFile {
 public:
  /// Makes the file in `folder`, which exists. Times are Unix seconds.
  EventFile(const std::filesystem::path& folder, double wall_time);

  /// Adds the scalars of one step, as (tag, value); does nothing for an empty list.
  void AddScalars(double wall_time, int64_t step,
                  const std::vector<std::pair<std::string, double>>& scalars);
  /// Adds a message of TensorBoard's HParams plugin: a serialized HParamsPluginData.
  void AddHParams(double wall_time, const std::string& tag, const std::string& plugin_data);
  void Finish();

 private:
  void AddRecord(const std::string& event);

  std::filesystem::path path_;
  std::ofstream stream_;
};

}  // namespace lrsweep
