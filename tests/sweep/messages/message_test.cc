#include "sweep/messages/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sweep/mpi/frames.h"

namespace lrsweep {
namespace {

EpochRecord SomeEpoch() {
  EpochRecord record;
  record.epoch = 3;
  record.steps_done = 6;
  record.losses = {0.1F, std::nextafter(0.1F, 1.0F)};
  record.rates = {{0.1, std::nextafter(0.1, 1.0)}, {0.9}};
  record.metrics = {{kTrainLoss, 0.3}, {kValLoss, 0.25}, {"f1", 0.5}};
  record.wall_seconds = 1.5;
  return record;
}

template <typename Kind>
Kind Through(const Event& event) {
  return std::get<Kind>(DecodeEvent(Encode(event), 4));
}

PackTask ThroughCommand(const PackTask& pack) {
  return std::get<PackTask>(DecodeCommand(Encode(Command(pack))));
}

/// A message of this MessagePack map and these binary fields.
Bytes MessageOf(const std::string& map, const std::string& binary = "") {
  Bytes bytes = {static_cast<uint8_t>(map.size() & 0xff), static_cast<uint8_t>(map.size() >> 8), 0,
                 0};
  bytes.insert(bytes.end(), map.begin(), map.end());
  bytes.insert(bytes.end(), binary.begin(), binary.end());
  return bytes;
}

TEST(MessageTest, EpochKeepsEveryBit) {
  const auto epoch = Through<EpochFinished>(EpochFinished{0, "abc", SomeEpoch()});
  EXPECT_EQ(epoch.worker, 4);
  EXPECT_EQ(epoch.trial_id, "abc");
  EXPECT_EQ(epoch.record.epoch, 3);
  EXPECT_EQ(epoch.record.steps_done, 6);
  EXPECT_EQ(epoch.record.losses, SomeEpoch().losses);
  EXPECT_EQ(epoch.record.rates.lr, SomeEpoch().rates.lr);
  EXPECT_EQ(epoch.record.rates.momentum, SomeEpoch().rates.momentum);
  EXPECT_EQ(epoch.record.metrics, SomeEpoch().metrics);
  EXPECT_EQ(epoch.record.wall_seconds, 1.5);
}

TEST(MessageTest, EpochKeepsNanAndInfinity) {
  EpochRecord record = SomeEpoch();
  record.losses = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()};
  record.metrics[kTrainLoss] = std::numeric_limits<double>::quiet_NaN();
  record.metrics[kValLoss] = std::numeric_limits<double>::infinity();
  const auto epoch = Through<EpochFinished>(EpochFinished{0, "abc", record});
  EXPECT_TRUE(std::isnan(epoch.record.losses[0]));
  EXPECT_TRUE(std::isinf(epoch.record.losses[1]));
  EXPECT_TRUE(std::isnan(MetricValue(epoch.record.metrics, kTrainLoss)));
  EXPECT_TRUE(std::isinf(MetricValue(epoch.record.metrics, kValLoss)));
}

TEST(MessageTest, WorkerAnnouncesItself) {
  const auto ready =
      Through<WorkerReady>(WorkerReady{{0, "node1", "cuda:1", "torch", "AVX2", 64, "3"}});
  EXPECT_EQ(ready.info.worker, 4);
  EXPECT_EQ(ready.info.host, "node1");
  EXPECT_EQ(ready.info.device, "cuda:1");
  EXPECT_EQ(ready.info.engine, "torch");
  EXPECT_EQ(ready.info.cpu_target, "AVX2");
  EXPECT_EQ(ready.info.pack_size, 64);
  EXPECT_EQ(ready.info.device_id, "3");
}

TEST(MessageTest, OtherEventsKeepTheirFields) {
  const auto refused = Through<WorkerRefused>(WorkerRefused{0, "node2", "no data"});
  EXPECT_EQ(refused.host + ": " + refused.reason, "node2: no data");
  const TrialProgress progress =
      Through<TrialProgressed>(TrialProgressed{0, "abc", {2, 17, 0.5, 0.01}}).progress;
  EXPECT_EQ(progress.epoch, 2);
  EXPECT_EQ(progress.steps_done, 17);
  EXPECT_EQ(progress.loss, 0.5);
  EXPECT_EQ(progress.lr, 0.01);
  const auto ended = Through<TrialEnded>(TrialEnded{0, "abc", TrialState::kFailed, "out of luck"});
  EXPECT_EQ(ended.state, TrialState::kFailed);
  EXPECT_EQ(ended.error, "out of luck");
}

TEST(MessageTest, ErrorThatIsNotUtf8ArrivesAsItIs) {
  const auto ended = Through<TrialEnded>(TrialEnded{0, "abc", TrialState::kFailed, "\xff\xfe"});
  EXPECT_EQ(ended.error, "\xff\xfe");
}

TEST(MessageTest, TaskKeepsTheTypesOfItsParameters) {
  const Map params = {{"a", Map{{"real", 1.0}, {"integer", 1}, {"none", Value()}}},
                      {"list", List{1, 2}},
                      {"text", "1"},
                      {"truth", true}};
  const auto pack = ThroughCommand({{{"abc", params}}});
  ASSERT_EQ(pack.trials.size(), 1U);
  EXPECT_EQ(pack.trials[0].trial_id, "abc");
  EXPECT_EQ(ToJson(pack.trials[0].params), ToJson(params));
}

TEST(MessageTest, PackKeepsTheOrderOfItsTrials) {
  const auto pack = ThroughCommand({{{"b", {}}, {"a", {}}, {"c", {}}}});
  ASSERT_EQ(pack.trials.size(), 3U);
  EXPECT_EQ(pack.trials[0].trial_id + pack.trials[1].trial_id + pack.trials[2].trial_id, "bac");
}

TEST(MessageTest, PackWithoutTrialsIsAnError) {
  EXPECT_THROW(ThroughCommand({}), std::runtime_error);
  EXPECT_THROW(Through<WorkerReady>(WorkerReady{{.pack_size = 0}}), std::runtime_error);
  EXPECT_THROW(DecodeCommand(Encode(Command(WorkerSetup{.pack_size = -1}))), std::runtime_error);
}

TEST(MessageTest, SetupAndShutdownArrive) {
  const WorkerSetup sent{.engine = "cpu",
                         .dataset_folder = "/data",
                         .dataset_map = "/proc/1/fd/5",
                         .dataset_map_sha256 = "def",
                         .dataset_sha256 = "abc",
                         .validation_images = 7,
                         .draws_held_back = true,
                         .checkpoint_seconds = 2.5,
                         .workers = 3,
                         .silence_seconds = 90,
                         .pack_size = 64,
                         .worker = 5};
  const auto setup = std::get<WorkerSetup>(DecodeCommand(Encode(Command(sent))));
  EXPECT_EQ(setup.dataset_folder, "/data");
  EXPECT_EQ(setup.engine, "cpu");
  EXPECT_EQ(setup.dataset_map, "/proc/1/fd/5");
  EXPECT_EQ(setup.dataset_sha256, "abc");
  EXPECT_EQ(setup.dataset_map_sha256, "def");
  EXPECT_EQ(setup.validation_images, 7);
  EXPECT_TRUE(setup.draws_held_back);
  EXPECT_EQ(setup.workers, 3);
  EXPECT_EQ(setup.checkpoint_seconds, 2.5);
  EXPECT_EQ(setup.silence_seconds, 90);
  EXPECT_EQ(setup.pack_size, 64);
  EXPECT_EQ(setup.worker, 0) << "its rank is the receiver's own";
  EXPECT_TRUE(std::holds_alternative<Shutdown>(DecodeCommand(Encode(Command(Shutdown{})))));
}

TEST(MessageTest, DamagedBytesAreAnError) {
  const Bytes whole = Encode(Event(EpochFinished{0, "abc", SomeEpoch()}));
  for (size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_THROW(DecodeEvent(cut, 1), std::runtime_error) << size;
  }
  EXPECT_THROW(DecodeCommand(MessageOf("\x93\x01\x02\x03")), std::runtime_error);
}

TEST(MessageTest, AFieldThatIsMissingOrOfAnotherKindIsAnError) {
  // {"v": 8, "type": "ended", "trial_id": "a", "state": "stopped", "error": "", "unasked": false}
  const std::string text =
      "\x86\xa1v\x08\xa4type\xa5"
      "ended\xa8trial_id\xa1"
      "a\xa5state\xa7stopped\xa5"
      "error\xa0\xa7unasked\xc2";
  const auto decode = [](const std::string& bytes) { return DecodeEvent(MessageOf(bytes), 1); };
  EXPECT_EQ(std::get<TrialEnded>(decode(text)).state, TrialState::kStopped);
  const auto with = [&text](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return changed;
  };
  EXPECT_THROW(decode(with("trial_id", "trial_no")), std::runtime_error);
  EXPECT_THROW(decode(with("\xa7stopped", "\xa7stepped")), std::runtime_error);
  EXPECT_THROW(decode(with("\xa7stopped", "\x07")), std::runtime_error);
  EXPECT_THROW(decode(with("\xa4type\xa5"
                           "ended",
                           "\xa4type\xa5other")),
               std::runtime_error);
}

TEST(MessageTest, IntegersAreNotTakenFromOtherNumbers) {
  // {"v": 8, "type": "ready", "host": "", "device": "", "engine": "", "cpu_target": "",
  //  "device_id": "", "pack_size": 1}
  const std::string text =
      "\x88\xa1v\x08\xa4type\xa5ready\xa4host\xa0\xa6"
      "device\xa0\xa6"
      "engine\xa0\xaa"
      "cpu_target\xa0\xa9"
      "device_id\xa0\xa9pack_size";
  const auto decode = [&text](const std::string& number) {
    return DecodeEvent(MessageOf(text + number), 1);
  };
  EXPECT_EQ(std::get<WorkerReady>(decode("\x01")).info.pack_size, 1);
  EXPECT_THROW(decode(std::string("\xca\x3f\x80\x00\x00", 5)), std::runtime_error);  // 1.0
  EXPECT_THROW(decode("\xc3"), std::runtime_error);                                  // true
  EXPECT_THROW(decode("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), std::runtime_error);  // 2^64 - 1
}

TEST(MessageTest, AnotherVersionIsAnError) {
  // {"v": 1, "type": "shutdown"}
  std::string map = "\x82\xa1v\x01\xa4type\xa8shutdown";
  EXPECT_THROW(DecodeCommand(MessageOf(map)), std::runtime_error);
  map[3] = 8;
  EXPECT_NO_THROW(DecodeCommand(MessageOf(map)));
}

TEST(MessageTest, RatesThatDoNotFitTheLossesAreAnError) {
  EpochRecord record = SomeEpoch();
  record.rates.lr = {0.1, 0.2, 0.3};
  EXPECT_THROW(DecodeEvent(Encode(Event(EpochFinished{0, "abc", record})), 1), std::runtime_error);
}

class FramesTest : public testing::TestWithParam<size_t> {};

TEST_P(FramesTest, JoinToTheMessageThatWasCut) {
  Bytes message(GetParam());
  for (size_t i = 0; i < message.size(); ++i) message[i] = static_cast<uint8_t>(i * 31 >> 3);
  FrameJoiner joiner;
  std::optional<Bytes> joined;
  for (const Bytes& frame : ToFrames(message)) {
    EXPECT_FALSE(joined.has_value());
    EXPECT_LE(frame.size(), kMaximumFrameBytes);
    joined = joiner.Add(frame);
  }
  EXPECT_EQ(joined, message);
}

INSTANTIATE_TEST_SUITE_P(Sizes, FramesTest, testing::Values(0, 1, 3998, 3999, 4000, 7998, 100'000));

TEST(FrameJoinerTest, TakesOneMessageAfterAnother) {
  FrameJoiner joiner;
  EXPECT_EQ(joiner.Add(ToFrames({1, 2}).front()), (Bytes{1, 2}));
  EXPECT_EQ(joiner.Add(ToFrames({3}).front()), (Bytes{3}));
}

TEST(FrameJoinerTest, RefusesWhatIsNoFrame) {
  FrameJoiner joiner;
  EXPECT_THROW(joiner.Add({}), std::runtime_error);
  EXPECT_THROW(joiner.Add({2, 0}), std::runtime_error);
}

TEST(MessageTest, CheckpointsArriveByteForByte) {
  std::string bytes(256, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i);
  const Event made = DecodeEvent(Encode(Event(CheckpointMade{2, "abc", 7, "hash", bytes})), 2);
  EXPECT_EQ(std::get<CheckpointMade>(made).data, bytes);
  EXPECT_EQ(std::get<CheckpointMade>(made).epoch, 7);
  EXPECT_EQ(std::get<CheckpointMade>(made).sha256, "hash");
  const PackTask pack = ThroughCommand({{{"abc", {}, bytes, 7}}});
  EXPECT_EQ(pack.trials[0].checkpoint, bytes);
  EXPECT_EQ(pack.trials[0].epochs_done, 7);
}

TEST(MessageTest, BytesOfBinaryFieldsFollowTheMap) {
  // {"v": 8, "type": "checkpoint", "trial_id": "a", "epoch": 3, "sha256": "h", "data": 5}
  const std::string map =
      "\x86\xa1v\x08\xa4type\xaa"
      "checkpoint\xa8trial_id\xa1"
      "a\xa5"
      "epoch\x03\xa6sha256\xa1h\xa4"
      "data\x05";
  const auto decode = [&map](const std::string& binary) {
    return DecodeEvent(MessageOf(map, binary), 1);
  };
  EXPECT_EQ(std::get<CheckpointMade>(decode("state")).data, "state");
  EXPECT_THROW(decode("stat"), std::runtime_error);
  EXPECT_THROW(decode("states"), std::runtime_error);
}

TEST(MessageTest, NumberOfBytesThatIsNoneIsAnError) {
  // {"v": 8, "type": "checkpoint", "trial_id": "", "epoch": 3, "sha256": "", "data": ...}
  const auto decode = [](const std::string& size) {
    const std::string map =
        "\x86\xa1v\x08\xa4type\xaa"
        "checkpoint\xa8trial_id\xa0\xa5"
        "epoch\x03\xa6sha256\xa0\xa4"
        "data" +
        size;
    return DecodeEvent(MessageOf(map), 1);
  };
  EXPECT_EQ(std::get<CheckpointMade>(decode(std::string(1, '\0'))).data, "");
  EXPECT_THROW(decode("\xff"), std::runtime_error);                                  // -1
  EXPECT_THROW(decode("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), std::runtime_error);  // 2^64 - 1
  EXPECT_THROW(decode("\xa1x"), std::runtime_error);                                 // "x"
}

TEST(MessageTest, EachOfSeveralStatesArrivesWithItsTrial) {
  PackTask sent{{{"a", {}, "one", 1}, {"b", {}, "", 0}, {"c", {}, "three", 3}}};
  sent.trials[0].metric_history = {0.5};
  sent.trials[2].metric_history = {0.25, 0.125};
  const PackTask pack = std::get<PackTask>(DecodeCommand(Encode(sent)));
  ASSERT_EQ(pack.trials.size(), 3U);
  EXPECT_EQ(pack.trials[0].checkpoint, "one");
  EXPECT_EQ(pack.trials[0].metric_history, (std::vector<double>{0.5}));
  EXPECT_EQ(pack.trials[1].checkpoint, "");
  EXPECT_EQ(pack.trials[2].checkpoint, "three");
  EXPECT_EQ(pack.trials[2].metric_history, (std::vector<double>{0.25, 0.125}));
  EXPECT_EQ(Encode(sent), Encode(Command(sent)));
}

TEST(MessageTest, WhatATaskSharesWithOtherTrialsArrives) {
  PackTask sent{{{"abc", {}}}};
  sent.trials[0].branch_epochs = {2, 5};
  sent.trials[0].metric_history = {0.1, 1e-300};
  const TrialTask task = ThroughCommand(sent).trials[0];
  EXPECT_EQ(task.branch_epochs, (std::vector<int64_t>{2, 5}));
  EXPECT_EQ(task.metric_history, (std::vector<double>{0.1, 1e-300}));
}

TEST(MessageTest, OrdersArrive) {
  EXPECT_TRUE(std::holds_alternative<lrsweep::Stop>(DecodeCommand(Encode(Command(Stop{})))));
  EXPECT_TRUE(std::holds_alternative<lrsweep::Alive>(DecodeCommand(Encode(Command(Alive{})))));
  const auto sent = DecodeCommand(Encode(Command(EndTrial{"abc"})));
  EXPECT_EQ(std::get<EndTrial>(sent).trial_id, "abc");
}

TEST(MessageTest, NestingWithoutEndIsRefused) {
  Bytes bytes = {0x40, 0x42, 0x0f, 0x00};  // a map of 1,000,000 bytes
  bytes.resize(4 + 1'000'000, 0x91);       // [[[[...
  EXPECT_THROW(DecodeCommand(bytes), std::runtime_error);
  EXPECT_THROW(DecodeEvent(bytes, 1), std::runtime_error);
}

}  // namespace
}  // namespace lrsweep
