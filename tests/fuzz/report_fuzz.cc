// Lines that a user's program reports: whatever the bytes, a report or a sentence, and the rules of
// a trial hold for what was taken.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "worker/command/line_reader.h"
#include "worker/command/program_trial.h"
#include "worker/command/report_line.h"

namespace {

using namespace lrsweep;

const ProgramSpec& Program() {
  static const ProgramSpec kProgram{.metrics = {"val_loss"}, .steps_per_epoch = 3};
  return kProgram;
}

const TrialTask& Task() {
  static const TrialTask kTask{
      .trial_id = "0123456789abcdef",
      .params = {{"training", Map{{"epochs", int64_t{5}}}},
                 {"optimizer", Map{{"lr", 0.5}}},
                 {"scheduler", Map{{"type", "ReduceLROnPlateau"}, {"patience", int64_t{0}}}}}};
  return kTask;
}

void Require(bool holds) {
  if (!holds) __builtin_trap();
}

/// Takes one report; the trial's state stays consistent where it refuses.
class Taker {
 public:
  void operator()(const EpochReport& report) { TakeEpoch(report); }
  void operator()(const ResultReport& report) { TakeEpoch(report); }
  void operator()(const ProgressReport& report) {
    Require(report.steps >= 0);
    trial_.Take(report);
  }
  void operator()(const CheckpointReport& report) {
    const ProgramCheckpoint checkpoint = trial_.Take(report, report.path);
    const auto read = DecodeProgramCheckpoint(EncodeProgramCheckpoint(checkpoint));
    Require(read.path == checkpoint.path && read.steps_done == checkpoint.steps_done);
  }
  void operator()(const BadReport& report) const { Require(!report.why.empty()); }

 private:
  template <typename Measured>
  void TakeEpoch(const Measured& report) {
    Require(!report.metrics.empty());
    const int64_t before = trial_.epochs_done();
    const EpochRecord record = trial_.Take(report, 1);
    Require(record.epoch > before && record.epoch <= trial_.epochs());
    Require(record.losses.size() == static_cast<size_t>(record.epoch - before) * 3);
    Require(record.rates.lr.size() == 1 || record.rates.lr.size() == record.losses.size());
  }

  ProgramTrial trial_{Program(), Task(), std::nullopt};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Taker taker;
  lrsweep::LineReader lines("", 1 << 16);
  const lrsweep::LineReader::Take take = [&taker](std::string_view line, bool /*is_whole*/) {
    try {
      std::visit(taker, lrsweep::ParseReport(line));
    } catch (const lrsweep::ProtocolError&) {  // as it should be
    }
  };
  lines.Add(bytes.substr(0, size / 2), take);
  lines.Add(bytes.substr(size / 2), take);
  lines.Finish(take);
  return 0;
}
