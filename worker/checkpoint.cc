#include "worker/checkpoint.h"

#include <bit>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <type_traits>

namespace lrsweep {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied bytewise");
static_assert(std::numeric_limits<float>::is_iec559 && std::numeric_limits<double>::is_iec559);

constexpr std::string_view kMagic = "lrswckpt";
constexpr uint64_t kVersion = 1;

void Append(uint64_t number, std::string& to) {
  to.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <typename T>
void Append(const std::vector<T>& values, std::string& to) {
  static_assert(std::is_trivially_copyable_v<T>);
  Append(static_cast<uint64_t>(values.size()), to);
  to.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

/// Takes values from the front of bytes.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::string_view Take(uint64_t size) {
    if (size > rest_.size()) throw std::invalid_argument("the checkpoint is cut off");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  uint64_t Number() {
    uint64_t number = 0;
    std::memcpy(&number, Take(sizeof number).data(), sizeof number);
    return number;
  }
  /// A number that fits into int64_t.
  int64_t Count() {
    const uint64_t number = Number();
    if (number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      throw std::invalid_argument("the checkpoint holds a number above the largest int64");
    }
    return static_cast<int64_t>(number);
  }
  template <typename T>
  std::vector<T> Vector() {
    const uint64_t count = Number();
    if (count > rest_.size() / sizeof(T)) throw std::invalid_argument("the checkpoint is cut off");
    std::vector<T> values(count);
    const std::string_view bytes = Take(count * sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  bool AtEnd() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace

std::string EncodeCheckpoint(const ResumePoint& point) {
  std::string bytes(kMagic);
  Append(kVersion, bytes);
  Append(static_cast<uint64_t>(point.epochs_done), bytes);
  Append(static_cast<uint64_t>(point.state.steps), bytes);
  Append(point.state.parameters, bytes);
  Append(point.state.momentum, bytes);
  Append(point.state.second_moment, bytes);
  Append(point.state.random, bytes);
  Append(point.metric_history, bytes);
  return bytes;
}

ResumePoint DecodeCheckpoint(std::string_view bytes) {
  Reader reader(bytes);
  if (reader.Take(kMagic.size()) != kMagic)
    throw std::invalid_argument("these bytes are no checkpoint");
  const uint64_t version = reader.Number();
  if (version != kVersion) {
    throw std::invalid_argument("the checkpoint's layout is number " + std::to_string(version) +
                                ", this program knows " + std::to_string(kVersion));
  }
  ResumePoint point;
  point.epochs_done = reader.Count();
  point.state.steps = reader.Count();
  point.state.parameters = reader.Vector<float>();
  point.state.momentum = reader.Vector<float>();
  point.state.second_moment = reader.Vector<float>();
  point.state.random = reader.Vector<uint8_t>();
  point.metric_history = reader.Vector<double>();
  if (!reader.AtEnd()) throw std::invalid_argument("the checkpoint has more bytes than it says");
  return point;
}

}  // namespace lrsweep
