#include "sweep/verification/verify_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <functional>
#include <utility>

#include "params/text.h"
#include "views/bit_comparison_text.h"
#include "views/terminal/table.h"

namespace lrsweep {
namespace {

constexpr const char* kFixedPacks = "fixed pack size";  // what the part "packs of 64" is about

bool IsOnGpu(const Provenance& from) { return from.device.starts_with("cuda"); }

std::string NumbersText(const Difference& difference) {
  return fmt::format("{} was {}, is {} now ({})", difference.what, ExactText(difference.first),
                     ExactText(difference.second), AmountText(difference));
}

/// What a part of `cpu_target` is about, and its value.
struct TargetPart {
  std::string about, value;
};

/// The part whose text is `text`: "132 SMs", "cuBLAS 13.1.0", "packs of 64". The first one is the
/// processor itself.
TargetPart PartOf(const std::string& text, bool is_first, const std::string& processor) {
  const size_t last = text.rfind(' ');
  if (is_first || last == std::string::npos) return {is_first ? processor : text, text};
  const auto is_number = [&text](size_t at) {
    return std::isdigit(static_cast<unsigned char>(text[at])) != 0;
  };
  const size_t first = text.find(' ');
  if (is_number(0)) return {"number of " + text.substr(first + 1), text.substr(0, first)};
  const std::string name = text.substr(0, last);
  const std::string value = text.substr(last + 1);
  if (name == "packs of") return {kFixedPacks, value};
  const bool is_version = is_number(last + 1) && name.find(' ') == std::string::npos;
  return {is_version ? name + " version" : name, value};
}

/// The parts of a `cpu_target`, which are joined by ", ".
std::vector<TargetPart> PartsOf(const Provenance& from) {
  std::vector<TargetPart> parts;
  const std::string processor = IsOnGpu(from) ? "GPU" : "CPU target";
  for (size_t begin = 0; begin <= from.cpu_target.size();) {
    const size_t end = std::min(from.cpu_target.find(", ", begin), from.cpu_target.size());
    parts.push_back(PartOf(from.cpu_target.substr(begin, end - begin), parts.empty(), processor));
    begin = end + 2;
  }
  return parts;
}

/// The value of the part that is about `about`, or "none".
std::string ValueOf(const Provenance& from, const std::string& about) {
  for (const TargetPart& part : PartsOf(from)) {
    if (part.about == about) return OneLine(part.value);
  }
  return "none";
}

/// What a training's numbers may depend on, as attempts recorded it and as it is now.
class Changes {
 public:
  explicit Changes(const Verification& found) : found_(found) {
    Compare("engine", [](const Provenance& from) { return from.engine; });
    Compare("device", [](const Provenance& from) { return IsOnGpu(from) ? "cuda" : from.device; });
    CompareTargets();
    Compare("program", [](const Provenance& from) { return from.version; });
    ComparePacks();
  }

  /// A clause each.
  const std::vector<std::string>& clauses() const { return clauses_; }

 private:
  /// "the NAME was AVX2, then AVX3, is AVX2 now", where a recorded value differs from the one now.
  void Compare(const std::string& name, const std::function<std::string(const Provenance&)>& of) {
    const std::string now = of(found_.again);
    std::vector<std::string> recorded;
    for (const Provenance& one : found_.recorded) {
      if (std::find(recorded.begin(), recorded.end(), of(one)) == recorded.end()) {
        recorded.push_back(of(one));
      }
    }
    if (std::all_of(recorded.begin(), recorded.end(), [&](const auto& it) { return it == now; })) {
      return;
    }
    std::string was;
    for (const std::string& one : recorded) was += (was.empty() ? "" : ", then ") + OneLine(one);
    clauses_.push_back(fmt::format("the {} was {}, is {} now", name, was, OneLine(now)));
  }

  /// Part by part, over all parts that an attempt or this training has.
  void CompareTargets() {
    std::vector<Provenance> all = found_.recorded;
    all.push_back(found_.again);
    std::vector<std::string> compared;
    for (const Provenance& one : all) {
      for (const TargetPart& part : PartsOf(one)) {
        if (std::find(compared.begin(), compared.end(), part.about) != compared.end()) continue;
        compared.push_back(part.about);
        Compare(part.about, [&](const Provenance& from) { return ValueOf(from, part.about); });
      }
    }
  }

  /// Packs of a fixed size are part of the target.
  void ComparePacks() {
    for (const Provenance& one : found_.recorded) {
      if (one.pack_size == 1 || !IsOnGpu(one) || ValueOf(one, kFixedPacks) != "none") continue;
      clauses_.push_back(
          fmt::format("it was trained in a pack of {}, is alone now", one.pack_size));
      return;
    }
  }

  const Verification& found_;
  std::vector<std::string> clauses_;
};

std::string ChangesText(const Verification& found) {
  constexpr const char* kThen = "then the database was changed, or this build computes otherwise.";
  const std::vector<std::string> changes = Changes(found).clauses();
  if (changes.empty()) {
    return std::string(
               "Engine, device, CPU target, program version and data are what they were: ") +
           kThen;
  }
  std::string text = "What has changed: ";
  for (size_t i = 0; i < changes.size(); ++i) text += (i > 0 ? "; " : "") + changes[i];
  text += ". The data are the same.";
  const bool only_target = changes.size() == 1 && changes[0].rfind("the CPU target", 0) == 0;
  if (only_target && found.again.engine == "cpu") {
    text += std::string(" The engine cpu gives the same bits on every CPU: ") + kThen;
  }
  return text;
}

std::string DifferenceLines(const BitComparison& bits) {
  std::string text =
      fmt::format("from {} on: {}\n  {} and the values of {} differ\n", WhereText(*bits.earliest),
                  NumbersText(*bits.earliest), Counted(bits.steps_that_differ, "step"),
                  Counted(bits.epochs_that_differ, "epoch"));
  if (bits.greatest && bits.greatest->Size() > bits.earliest->Size()) {
    text += fmt::format("  the greatest difference of a loss is at {}: {}\n",
                        WhereText(*bits.greatest), NumbersText(*bits.greatest));
  }
  if (!bits.final_value) {
    return text + fmt::format("  {} after epoch {} is the same\n", bits.metric, bits.epochs);
  }
  return text + fmt::format("  after epoch {} {}\n", bits.final_value->epoch,
                            NumbersText(*bits.final_value));
}

/// What may be the reason that a user's program is not exact.
std::string WhyInexact(const Verification& found) {
  std::string text;
  int64_t resumed = 0;  // the last time before the first difference
  for (const int64_t epoch : found.resumed_after) {
    if (found.bits.earliest && epoch < found.bits.earliest->epoch) resumed = epoch;
  }
  if (resumed > 0) {
    text = fmt::format(
        "The recorded trial resumed after epoch {}: its checkpoint may not hold all of the state "
        "(optimizer, random generators, order of the data). Else: ",
        resumed);
  }
  return text +
         "a program is exact if it takes all random numbers from its seed (LRSWEEP_SEED) and "
         "computes in a fixed order (in PyTorch torch.use_deterministic_algorithms(True)), on the "
         "same kind of device with the same libraries, data and code.";
}

/// What has been compared of a user's program: "all 5 epochs", "the first of 5 epochs".
std::string EpochsText(const Verification& found) {
  const std::string all = Counted(found.epochs_recorded, "epoch");
  if (found.bits.epochs == 1 && found.epochs_recorded > 1) return "the first of " + all;
  if (found.bits.epochs < found.epochs_recorded) {
    return fmt::format("the first {} of {}", found.bits.epochs, all);
  }
  return found.epochs_recorded == 1 ? "its one epoch" : "all " + all;
}

/// ", continued after epoch 2", where the program ended itself with a checkpoint.
std::string ContinuedText(const Verification& found) {
  std::string text;
  for (const int64_t epoch : found.continued_after) {
    text += (text.empty() ? ", continued after epoch " : ", ") + std::to_string(epoch);
  }
  return text;
}

std::string ProgramText(const Verification& found, const Style& style) {
  if (found.Agrees()) {
    return style.Paint(Tone::kBest, "the program gives the same numbers again") +
           fmt::format(" in {}{}, in {:.1f} s\n", EpochsText(found), ContinuedText(found),
                       found.seconds);
  }
  if (!found.Differs()) {
    if (found.bits.epochs == 0) return "interrupted before an epoch was compared\n";
    return fmt::format("interrupted; the program gave the same numbers again in {}\n",
                       EpochsText(found));
  }
  std::string text;
  if (found.bits.Differs()) {
    text += style.Paint(Tone::kBad, "the program is not exact") + ": it differs " +
            DifferenceLines(found.bits) +
            fmt::format("  compared: {}{}{}\n", EpochsText(found), ContinuedText(found),
                        found.interrupted ? "; interrupted" : "");
  }
  if (!found.error.empty()) {
    text += style.Paint(Tone::kBad, "it does not run again as recorded") + ": " +
            ErrorLine(found.error) + "\n";
  }
  text += "  " + WhyInexact(found) + "\n";
  if (!found.declared_exact || !found.bits.Differs()) return text;
  return text +
         "  trial.resumable: exact says that it is, and lets trials share epochs: unless something "
         "has changed since, take that out, and run the sweep again into another database\n";
}

std::string HowMuch(const Verification& found) {
  std::string text = ComparedText(found.bits);
  if (found.bits.epochs < found.epochs_recorded) {
    text += fmt::format(", the first of {}", Counted(found.epochs_recorded, "epoch"));
  }
  return text;
}

}  // namespace

int64_t FixedPackSize(const Provenance& from) {
  return std::atoll(ValueOf(from, kFixedPacks).c_str());
}

std::string VerificationText(const Verification& found, const Style& style) {
  std::string text = found.trial_id + "  " + OneLine(found.scheduler) + "  ";
  if (found.of_program) return text + ProgramText(found, style);
  if (found.Agrees()) {
    return text + style.Paint(Tone::kBest, "every bit agrees") +
           fmt::format(": {}, in {:.1f} s\n", HowMuch(found), found.seconds);
  }
  if (!found.Differs()) {
    if (found.bits.epochs == 0) return text + "interrupted before an epoch was compared\n";
    return text + "interrupted; what was compared agrees: " + HowMuch(found) + "\n";
  }
  if (found.bits.Differs()) {
    text += style.Paint(Tone::kBad, "differs") + " " + DifferenceLines(found.bits);
    text += "  compared: " + HowMuch(found) + (found.interrupted ? "; interrupted\n" : "\n");
  }
  if (!found.error.empty()) {
    text +=
        style.Paint(Tone::kBad, "cannot be trained again") + ": " + ErrorLine(found.error) + "\n";
  }
  return text + "  " + ChangesText(found) + "\n";
}

Json ToJson(const Provenance& from) {
  return {{"engine", from.engine},
          {"device", from.device},
          {"cpu_target", from.cpu_target},
          {"pack_size", from.pack_size},
          {"version", from.version}};
}

Json ToJson(const Verification& found) {
  const auto difference = [](const std::optional<Difference>& one) {
    return ToJson(one, "recorded", "again");
  };
  Json recorded = Json::array();
  for (const Provenance& one : found.recorded) recorded.push_back(ToJson(one));
  return {{"trial_id", found.trial_id},
          {"scheduler", found.scheduler},
          {"agrees", found.Agrees()},
          {"interrupted", found.interrupted},
          {"error", found.error.empty() ? Json(nullptr) : Json(found.error)},
          {"epochs", found.bits.epochs},
          {"epochs_recorded", found.epochs_recorded},
          {"steps", found.bits.steps},
          {"steps_that_differ", found.bits.steps_that_differ},
          {"epochs_that_differ", found.bits.epochs_that_differ},
          {"first_difference", difference(found.bits.earliest)},
          {"greatest_difference_of_a_loss", difference(found.bits.greatest)},
          {"final_accuracy", difference(found.bits.final_value)},
          {"recorded", std::move(recorded)},
          {"again", ToJson(found.again)},
          {"changes", Changes(found).clauses()},
          {"continued_after", found.continued_after},
          {"seconds", found.seconds}};
}

}  // namespace lrsweep
