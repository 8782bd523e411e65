#include "sweep/mpi/message.h"

#include <array>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "params/json_value.h"

namespace lrsweep {
namespace {

static_assert(std::endian::native == std::endian::little, "binary fields are little-endian");

using nlohmann::json;
constexpr int kVersion = 3;

json Message(const char* type) { return {{"v", kVersion}, {"type", type}}; }

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

template <typename Number>
json Pack(const std::vector<Number>& numbers) {
  std::vector<uint8_t> bytes(numbers.size() * sizeof(Number));
  if (!bytes.empty()) std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return json::binary(std::move(bytes));
}

json PackText(const std::string& bytes) {
  return json::binary(std::vector<uint8_t>(bytes.begin(), bytes.end()));
}

std::string UnpackText(const json& field) {
  const auto& bytes = field.get_binary();
  return {bytes.begin(), bytes.end()};
}

template <typename Number>
std::vector<Number> Unpack(const json& field) {
  const auto& bytes = field.get_binary();
  if (bytes.size() % sizeof(Number) != 0) throw std::runtime_error("a number is cut off");
  std::vector<Number> numbers(bytes.size() / sizeof(Number));
  if (!bytes.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
  return numbers;
}

TrialState StateFrom(const std::string& name) {
  for (const TrialState state : {TrialState::kPending, TrialState::kRunning, TrialState::kCompleted,
                                 TrialState::kStopped, TrialState::kFailed}) {
    if (ToString(state) == name) return state;
  }
  throw std::runtime_error("unknown trial state " + name);
}

/// Stops at what is nested deeper than any message of ours: the reader recurses, and would run out
/// of stack. (A configuration nests 32 levels at most.)
class DepthLimit : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(size_t /*elements*/) override { return ++depth_ <= kDeepest; }
  bool key(string_t& /*value*/) override { return true; }
  bool end_object() override { return --depth_ >= 0; }
  bool start_array(size_t /*elements*/) override { return ++depth_ <= kDeepest; }
  bool end_array() override { return --depth_ >= 0; }
  bool parse_error(size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    throw std::runtime_error(error.what());
  }

 private:
  static constexpr int kDeepest = 100;
  int depth_ = 0;
};

/// Calls `decode` with the message and its type; whatever is wrong with the bytes becomes one
/// kind of error.
template <typename Decode>
auto DecodeWith(const Bytes& bytes, const Decode& decode) {
  try {
    DepthLimit limit;
    if (!json::sax_parse(bytes, &limit, json::input_format_t::msgpack)) {
      throw std::runtime_error("nested too deep");
    }
    const json message = json::from_msgpack(bytes);
    if (message.at("v") != kVersion) throw std::runtime_error("another version");
    return decode(message, message.at("type").get<std::string>());
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string("a message that cannot be read: ") + error.what());
  }
}

struct CommandEncoder {
  json operator()(const WorkerSetup& setup) const {
    json message = Message("setup");
    message["engine"] = setup.engine;
    message["dataset_folder"] = setup.dataset_folder;
    message["dataset_map"] = setup.dataset_map;
    message["dataset_sha256"] = setup.dataset_sha256;
    message["validation_images"] = setup.validation_images;
    message["workers"] = setup.workers;
    message["checkpoint_seconds"] = setup.checkpoint_seconds;
    message["silence_seconds"] = setup.silence_seconds;
    return message;
  }
  json operator()(const PackTask& pack) const {
    json message = Message("pack");
    json& trials = message["trials"] = json::array();
    for (const TrialTask& task : pack.trials) {
      trials.push_back({{"trial_id", task.trial_id},
                        {"params", ToJsonValue(task.params)},
                        {"checkpoint", PackText(task.checkpoint)},
                        {"epochs_done", task.epochs_done}});
    }
    return message;
  }
  json operator()(const Stop& /*stop*/) const { return Message("stop"); }
  json operator()(const Shutdown& /*shutdown*/) const { return Message("shutdown"); }
  json operator()(const Alive& /*alive*/) const { return Message("alive"); }
};

struct EventEncoder {
  json operator()(const WorkerReady& ready) const {
    json message = Message("ready");
    message["host"] = ready.info.host;
    message["device"] = ready.info.device;
    message["engine"] = ready.info.engine;
    message["cpu_target"] = ready.info.cpu_target;
    message["pack_size"] = ready.info.pack_size;
    return message;
  }
  json operator()(const WorkerRefused& refused) const {
    json message = Message("refused");
    message["host"] = refused.host;
    message["reason"] = refused.reason;
    return message;
  }
  json operator()(const TrialProgressed& progressed) const {
    const TrialProgress& progress = progressed.progress;
    json message = Message("progress");
    message["trial_id"] = progressed.trial_id;
    message["epoch"] = progress.epoch;
    message["steps_done"] = progress.steps_done;
    message["loss"] = progress.loss;
    message["lr"] = progress.lr;
    return message;
  }
  json operator()(const EpochFinished& finished) const {
    const EpochRecord& record = finished.record;
    json message = Message("epoch");
    message["trial_id"] = finished.trial_id;
    message["epoch"] = record.epoch;
    message["steps_done"] = record.steps_done;
    message["losses"] = Pack(record.losses);
    message["lr"] = Pack(record.rates.lr);
    message["momentum"] = Pack(record.rates.momentum);
    message["train_loss"] = record.train_loss;
    message["val_loss"] = record.val_loss;
    message["val_accuracy"] = record.val_accuracy;
    message["wall_seconds"] = record.wall_seconds;
    return message;
  }
  json operator()(const CheckpointMade& made) const {
    json message = Message("checkpoint");
    message["trial_id"] = made.trial_id;
    message["epoch"] = made.epoch;
    message["sha256"] = made.sha256;
    message["data"] = PackText(made.data);
    return message;
  }
  json operator()(const TrialEnded& ended) const {
    json message = Message("ended");
    message["trial_id"] = ended.trial_id;
    message["state"] = ToString(ended.state);
    message["error"] = ended.error;
    return message;
  }
};

WorkerReady ReadyFrom(const json& message, int64_t worker) {
  const int64_t pack_size = message.at("pack_size");
  if (pack_size < 1) throw std::runtime_error("a worker that takes packs of no trial");
  return {{worker, message.at("host"), message.at("device"), message.at("engine"),
           message.at("cpu_target"), pack_size}};
}

PackTask PackFrom(const json& message) {
  PackTask pack;
  for (const json& task : message.at("trials")) {
    pack.trials.push_back({task.at("trial_id"), std::get<Map>(FromJson(task.at("params"))),
                           UnpackText(task.at("checkpoint")), task.at("epochs_done")});
  }
  if (pack.trials.empty()) throw std::runtime_error("a pack of no trial");
  return pack;
}

EpochFinished EpochFrom(const json& message, int64_t worker) {
  EpochRecord record;
  record.epoch = message.at("epoch");
  record.steps_done = message.at("steps_done");
  record.losses = Unpack<float>(message.at("losses"));
  record.rates = {Unpack<double>(message.at("lr")), Unpack<double>(message.at("momentum"))};
  record.train_loss = message.at("train_loss");
  record.val_loss = message.at("val_loss");
  record.val_accuracy = message.at("val_accuracy");
  record.wall_seconds = message.at("wall_seconds");
  for (const auto& rates : {record.rates.lr, record.rates.momentum}) {
    if (rates.size() != 1 && rates.size() != record.losses.size()) {
      throw std::runtime_error("an epoch with another number of rates than of losses");
    }
  }
  return {worker, message.at("trial_id"), std::move(record)};
}

}  // namespace

Bytes Encode(const Command& command) {
  return json::to_msgpack(std::visit(CommandEncoder{}, command));
}

Bytes Encode(const Event& event) { return json::to_msgpack(std::visit(EventEncoder{}, event)); }

Command DecodeCommand(const Bytes& bytes) {
  return DecodeWith(bytes, [](const json& message, const std::string& type) -> Command {
    if (type == "setup")
      return WorkerSetup{message.at("engine"),
                         message.at("dataset_folder"),
                         message.at("dataset_map"),
                         message.at("dataset_sha256"),
                         message.at("validation_images"),
                         message.at("checkpoint_seconds"),
                         message.at("workers"),
                         message.at("silence_seconds")};
    if (type == "pack") return PackFrom(message);
    if (type == "stop") return Stop{};
    if (type == "shutdown") return Shutdown{};
    if (type == "alive") return Alive{};
    throw std::runtime_error("unknown type " + type);
  });
}

Event DecodeEvent(const Bytes& bytes, int64_t worker) {
  return DecodeWith(bytes, [worker](const json& message, const std::string& type) -> Event {
    if (type == "ready") return ReadyFrom(message, worker);
    if (type == "refused") return WorkerRefused{worker, message.at("host"), message.at("reason")};
    if (type == "progress") {
      return TrialProgressed{
          worker,
          message.at("trial_id"),
          {message.at("epoch"), message.at("steps_done"), message.at("loss"), message.at("lr")}};
    }
    if (type == "epoch") return EpochFrom(message, worker);
    if (type == "checkpoint") {
      return CheckpointMade{worker, message.at("trial_id"), message.at("epoch"),
                            message.at("sha256"), UnpackText(message.at("data"))};
    }
    if (type == "ended") {
      return TrialEnded{worker, message.at("trial_id"), StateFrom(message.at("state")),
                        message.at("error")};
    }
    throw std::runtime_error("unknown type " + type);
  });
}

}  // namespace lrsweep
