#include "sweep/messages/message.h"

#include <bit>
#include <concepts>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "params/json_value.h"

namespace lrsweep {
namespace {

static_assert(std::endian::native == std::endian::little, "binary fields are little-endian");

using nlohmann::json;
constexpr int kVersion = 8;

// ---- The kinds of fields: how each is written and read.

json ToJsonValue(const Value& value);

struct JsonConverter {
  json operator()(std::monostate) const { return nullptr; }
  json operator()(const List& list) const {
    json array = json::array();
    for (const Value& element : list) array.push_back(ToJsonValue(element));
    return array;
  }
  json operator()(const Map& map) const {
    json object = json::object();
    for (const auto& [key, member] : map) object[key] = ToJsonValue(member);
    return object;
  }
  json operator()(const auto& scalar) const { return scalar; }
};

json ToJsonValue(const Value& value) { return std::visit(JsonConverter{}, value); }

int64_t IntegerFrom(const json& field) {
  if (!field.is_number_integer()) throw std::runtime_error("a field is no integer");
  if (field.is_number_unsigned() && field.get<uint64_t>() > std::numeric_limits<int64_t>::max()) {
    throw std::runtime_error("an integer is too large");
  }
  return field.get<int64_t>();
}

TrialState StateFrom(const std::string& name) {
  for (const TrialState state : {TrialState::kPending, TrialState::kRunning, TrialState::kCompleted,
                                 TrialState::kStopped, TrialState::kFailed}) {
    if (ToString(state) == name) return state;
  }
  throw std::runtime_error("unknown word " + name);
}

/// Writes the fields of a message.
class Writer {
 public:
  /// `binary`: receives the bytes of binary fields, which must stay where they are.
  Writer(json& message, std::vector<std::string_view>& binary)
      : message_(message), binary_(binary) {}

  void Field(const char* name, const auto& value) { message_[name] = value; }
  void Field(const char* name, const Map& params) { message_[name] = JsonConverter{}(params); }
  void Field(const char* name, const std::vector<float>& numbers) { Numbers(name, numbers); }
  void Field(const char* name, const std::vector<double>& numbers) { Numbers(name, numbers); }
  void Field(const char* name, TrialState state) { message_[name] = ToString(state); }
  void Bytes(const char* name, std::string_view bytes) {
    message_[name] = bytes.size();
    binary_.push_back(bytes);
  }
  void Field(const char* name, const std::vector<TrialTask>& tasks);
  void Field(const char* name, const std::optional<ProgramSpec>& program);

 private:
  template <typename Number>
  void Numbers(const char* name, const std::vector<Number>& numbers) {
    Bytes(name, {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)});
  }

  json& message_;
  std::vector<std::string_view>& binary_;
};

/// Reads the fields of a message; throws std::exception where one is missing or of another kind.
class Reader {
 public:
  /// `binary`: the bytes of binary fields that are not read yet.
  Reader(const json& message, std::string_view& binary) : message_(message), binary_(binary) {}

  template <typename T>
  void Field(const char* name, T& value) {
    message_.at(name).get_to(value);
  }
  void Field(const char* name, int64_t& number) { number = IntegerFrom(message_.at(name)); }
  void Field(const char* name, std::vector<int64_t>& numbers) {
    numbers.clear();
    for (const json& number : message_.at(name)) numbers.push_back(IntegerFrom(number));
  }
  void Field(const char* name, Map& params) { params = std::get<Map>(FromJson(message_.at(name))); }
  void Field(const char* name, std::vector<float>& numbers) { Numbers(name, numbers); }
  void Field(const char* name, std::vector<double>& numbers) { Numbers(name, numbers); }
  void Field(const char* name, TrialState& state) { state = StateFrom(message_.at(name)); }
  void Bytes(const char* name, std::string& bytes) { bytes = TakeBinary(name); }
  void Field(const char* name, std::vector<TrialTask>& tasks);
  void Field(const char* name, std::optional<ProgramSpec>& program);

 private:
  std::string_view TakeBinary(const char* name) {
    const int64_t size = IntegerFrom(message_.at(name));
    if (size < 0 || static_cast<uint64_t>(size) > binary_.size()) {
      throw std::runtime_error("a binary field is cut off");
    }
    const std::string_view taken = binary_.substr(0, static_cast<size_t>(size));
    binary_.remove_prefix(taken.size());
    return taken;
  }
  template <typename Number>
  void Numbers(const char* name, std::vector<Number>& numbers) {
    const std::string_view bytes = TakeBinary(name);
    if (bytes.size() % sizeof(Number) != 0) throw std::runtime_error("a number is cut off");
    numbers.resize(bytes.size() / sizeof(Number));
    if (!bytes.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
  }

  const json& message_;
  std::string_view& binary_;
};

// ---- The messages: a row for each field, and what must hold once all are read. `Is` lets one
// function take a message to write (const) and one to read into.

template <typename T, typename Message>
concept Is = std::same_as<std::remove_const_t<T>, Message>;

void Fields(auto& archive, Is<TrialTask> auto& task) {
  archive.Field("trial_id", task.trial_id);
  archive.Field("params", task.params);
  archive.Bytes("checkpoint", task.checkpoint);
  archive.Field("checkpoint_of", task.checkpoint_of);
  archive.Field("epochs_done", task.epochs_done);
  archive.Field("until", task.until);
  archive.Field("branch_epochs", task.branch_epochs);
  archive.Field("metric_history", task.metric_history);
}

void Fields(auto& archive, Is<ProgramSpec> auto& program) {
  archive.Field("command", program.command);
  archive.Field("swept", program.swept);
  archive.Field("metrics", program.metrics);
  archive.Field("steps_per_epoch", program.steps_per_epoch);
  archive.Field("gpus", program.gpus);
  archive.Field("timeout_seconds", program.timeout_seconds);
  archive.Field("grace_seconds", program.grace_seconds);
  archive.Field("keep_checkpoints", program.keep_checkpoints);
  archive.Field("resumes_exactly", program.resumes_exactly);
  archive.Field("trials_folder", program.trials_folder);
}

void Fields(auto& archive, Is<WorkerSetup> auto& setup) {
  archive.Field("engine", setup.engine);
  archive.Field("dataset_folder", setup.dataset_folder);
  archive.Field("dataset_map", setup.dataset_map);
  archive.Field("dataset_map_sha256", setup.dataset_map_sha256);
  archive.Field("dataset_sha256", setup.dataset_sha256);
  archive.Field("validation_images", setup.validation_images);
  archive.Field("draws_held_back", setup.draws_held_back);
  archive.Field("checkpoint_seconds", setup.checkpoint_seconds);
  archive.Field("workers", setup.workers);
  archive.Field("silence_seconds", setup.silence_seconds);
  archive.Field("pack_size", setup.pack_size);
  archive.Field("program", setup.program);
}

void Check(const WorkerSetup& setup) {
  if (setup.pack_size < 0) throw std::runtime_error("packs of less than no trial");
}

void Fields(auto& archive, Is<PackTask> auto& pack) { archive.Field("trials", pack.trials); }

void Check(const PackTask& pack) {
  if (pack.trials.empty()) throw std::runtime_error("a pack of no trial");
}

void Fields(auto& archive, Is<EndTrial> auto& order) { archive.Field("trial_id", order.trial_id); }

void Fields(auto& /*archive*/, Is<Stop> auto& /*stop*/) {}
void Fields(auto& /*archive*/, Is<Shutdown> auto& /*shutdown*/) {}
void Fields(auto& /*archive*/, Is<Alive> auto& /*alive*/) {}

void Fields(auto& archive, Is<WorkerReady> auto& ready) {
  archive.Field("host", ready.info.host);
  archive.Field("device", ready.info.device);
  archive.Field("engine", ready.info.engine);
  archive.Field("cpu_target", ready.info.cpu_target);
  archive.Field("pack_size", ready.info.pack_size);
  archive.Field("device_id", ready.info.device_id);
}

void Check(const WorkerReady& ready) {
  if (ready.info.pack_size < 1) throw std::runtime_error("a worker that takes packs of no trial");
}

void Fields(auto& archive, Is<WorkerRefused> auto& refused) {
  archive.Field("host", refused.host);
  archive.Field("reason", refused.reason);
}

void Fields(auto& archive, Is<TrialProgressed> auto& progressed) {
  archive.Field("trial_id", progressed.trial_id);
  archive.Field("epoch", progressed.progress.epoch);
  archive.Field("steps_done", progressed.progress.steps_done);
  archive.Field("loss", progressed.progress.loss);
  archive.Field("lr", progressed.progress.lr);
}

void Fields(auto& archive, Is<EpochFinished> auto& finished) {
  archive.Field("trial_id", finished.trial_id);
  archive.Field("epoch", finished.record.epoch);
  archive.Field("steps_done", finished.record.steps_done);
  archive.Field("losses", finished.record.losses);
  archive.Field("lr", finished.record.rates.lr);
  archive.Field("momentum", finished.record.rates.momentum);
  archive.Field("metrics", finished.record.metrics);
  archive.Field("wall_seconds", finished.record.wall_seconds);
  archive.Field("diverged", finished.record.diverged);
}

void Check(const EpochFinished& finished) {
  const EpochRecord& record = finished.record;
  for (const auto* rates : {&record.rates.lr, &record.rates.momentum}) {
    if (rates->size() != 1 && rates->size() != record.losses.size()) {
      throw std::runtime_error("an epoch with another number of rates than of losses");
    }
  }
}

void Fields(auto& archive, Is<CheckpointMade> auto& made) {
  archive.Field("trial_id", made.trial_id);
  archive.Field("epoch", made.epoch);
  archive.Field("sha256", made.sha256);
  archive.Bytes("data", made.data);
}

void Fields(auto& archive, Is<TrialEnded> auto& ended) {
  archive.Field("trial_id", ended.trial_id);
  archive.Field("state", ended.state);
  archive.Field("error", ended.error);
  archive.Field("unasked", ended.unasked);
}

void Fields(auto& archive, Is<WorkerGone> auto& gone) { archive.Field("how", gone.how); }

void Check(const auto& /*message*/) {}

/// What `type` says in a message of each kind.
template <typename Message>
constexpr const char* kType = nullptr;
template <>
constexpr const char* kType<WorkerSetup> = "setup";
template <>
constexpr const char* kType<PackTask> = "pack";
template <>
constexpr const char* kType<EndTrial> = "end";
template <>
constexpr const char* kType<Stop> = "stop";
template <>
constexpr const char* kType<Shutdown> = "shutdown";
template <>
constexpr const char* kType<Alive> = "alive";
template <>
constexpr const char* kType<WorkerReady> = "ready";
template <>
constexpr const char* kType<WorkerRefused> = "refused";
template <>
constexpr const char* kType<TrialProgressed> = "progress";
template <>
constexpr const char* kType<EpochFinished> = "epoch";
template <>
constexpr const char* kType<CheckpointMade> = "checkpoint";
template <>
constexpr const char* kType<TrialEnded> = "ended";
template <>
constexpr const char* kType<WorkerGone> = "gone";

void Writer::Field(const char* name, const std::optional<ProgramSpec>& program) {
  json& object = message_[name] = nullptr;
  if (!program) return;
  object = json::object();
  Writer writer(object, binary_);
  Fields(writer, *program);
}

void Reader::Field(const char* name, std::optional<ProgramSpec>& program) {
  const json& object = message_.at(name);
  program.reset();
  if (object.is_null()) return;
  Reader reader(object, binary_);
  Fields(reader, program.emplace());
}

void Writer::Field(const char* name, const std::vector<TrialTask>& tasks) {
  json& array = message_[name] = json::array();
  for (const TrialTask& task : tasks) {
    Writer writer(array.emplace_back(json::object()), binary_);
    Fields(writer, task);
  }
}

void Reader::Field(const char* name, std::vector<TrialTask>& tasks) {
  const json& array = message_.at(name);
  if (!array.is_array()) throw std::runtime_error("the tasks are no list");
  tasks.reserve(array.size());
  for (const json& each : array) {
    Reader reader(each, binary_);
    Fields(reader, tasks.emplace_back());
  }
}

// ---- Whole messages.

/// Builds a message while its bytes are read once. Reading ends with an error where the message is
/// nested deeper than kDeepest: nlohmann's reader recurses without a limit, and would run out of
/// stack. (A configuration nests 32 levels at most.)
class MessageBuilder : public nlohmann::json_sax<json> {
 public:
  const json& message() const { return message_; }

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override { return Add(value); }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return Add(value); }
  bool string(string_t& value) override { return Add(std::move(value)); }
  bool binary(binary_t& value) override { return Add(std::move(value)); }
  bool key(string_t& value) override {
    key_ = std::move(value);
    return true;
  }
  bool start_object(size_t /*elements*/) override { return Open(json::object()); }
  bool end_object() override { return Close(); }
  bool start_array(size_t /*elements*/) override { return Open(json::array()); }
  bool end_array() override { return Close(); }
  bool parse_error(size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    throw std::runtime_error(error.what());
  }

 private:
  static constexpr size_t kDeepest = 100;

  json& Put(json value) {
    if (open_.empty()) return message_ = std::move(value);
    json& parent = *open_.back();
    if (parent.is_array()) return parent.emplace_back(std::move(value));
    return parent[key_] = std::move(value);
  }
  bool Add(json value) {
    Put(std::move(value));
    return true;
  }
  bool Open(json value) {
    open_.push_back(&Put(std::move(value)));
    return open_.size() <= kDeepest;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  json message_;
  std::vector<json*> open_;  // the objects and arrays around what comes next
  std::string key_;          // of what comes next in an object
};

/// The type of the number before a message's map: the map's size.
using MapSize = uint32_t;

void Append(const void* data, size_t size, Bytes& bytes) {
  const auto* const first = static_cast<const uint8_t*>(data);
  bytes.insert(bytes.end(), first, first + size);
}

template <typename Message>
Bytes EncodeMessage(const Message& message) {
  json object = {{"v", kVersion}, {"type", kType<Message>}};
  std::vector<std::string_view> binary;
  Writer writer(object, binary);
  Fields(writer, message);
  const Bytes map = json::to_msgpack(object);
  const auto map_size = static_cast<MapSize>(map.size());
  size_t size = sizeof map_size + map.size();
  for (const std::string_view field : binary) size += field.size();
  Bytes bytes;
  bytes.reserve(size);
  Append(&map_size, sizeof map_size, bytes);
  Append(map.data(), map.size(), bytes);
  for (const std::string_view field : binary) Append(field.data(), field.size(), bytes);
  return bytes;
}

template <typename Variant>
Bytes EncodeVariant(const Variant& variant) {
  return std::visit([](const auto& message) { return EncodeMessage(message); }, variant);
}

/// Reads the message into `variant` if it is of the kind `Message`.
template <typename Message, typename Variant>
bool ReadIf(const std::string& type, const json& object, std::string_view& binary,
            Variant& variant) {
  if (type != kType<Message>) return false;
  Message message;
  Reader reader(object, binary);
  Fields(reader, message);
  Check(message);
  variant = std::move(message);
  return true;
}

template <typename... Messages>
void ReadAny(const json& object, std::string_view& binary, std::variant<Messages...>& variant) {
  const auto type = object.at("type").get<std::string>();
  const bool is_known = (ReadIf<Messages>(type, object, binary, variant) || ...);
  if (!is_known) throw std::runtime_error("unknown type " + type);
}

/// Takes the map off the front of the bytes.
std::string_view TakeMap(std::string_view& bytes) {
  MapSize size = 0;
  if (bytes.size() < sizeof size) throw std::runtime_error("no map");
  std::memcpy(&size, bytes.data(), sizeof size);
  bytes.remove_prefix(sizeof size);
  if (bytes.size() < size) throw std::runtime_error("the map is cut off");
  const std::string_view map = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return map;
}

/// Whatever is wrong with the bytes becomes one kind of error.
template <typename Variant>
Variant DecodeVariant(const Bytes& bytes) {
  try {
    std::string_view binary(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    MessageBuilder builder;
    if (!json::sax_parse(TakeMap(binary), &builder, json::input_format_t::msgpack)) {
      throw std::runtime_error("nested too deep");
    }
    const json& object = builder.message();
    if (object.at("v") != kVersion) throw std::runtime_error("another version");
    Variant variant;
    ReadAny(object, binary, variant);
    if (!binary.empty()) throw std::runtime_error("more bytes than its fields have");
    return variant;
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string("a message that cannot be read: ") + error.what());
  }
}

}  // namespace

Bytes Encode(const Command& command) { return EncodeVariant(command); }
Bytes Encode(const PackTask& pack) { return EncodeMessage(pack); }
Bytes Encode(const Event& event) { return EncodeVariant(event); }

Command DecodeCommand(const Bytes& bytes) { return DecodeVariant<Command>(bytes); }

Event DecodeEvent(const Bytes& bytes, int64_t worker) {
  auto event = DecodeVariant<Event>(bytes);
  std::visit([worker](auto& happened) { WorkerOf(happened) = worker; }, event);
  return event;
}

}  // namespace lrsweep
