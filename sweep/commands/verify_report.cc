#include "sweep/commands/verify_report.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "params/text.h"
#include "views/bit_comparison_text.h"
#include "views/terminal/table.h"

namespace lrsweep {
namespace {

std::string NumbersText(const Difference& difference) {
  return fmt::format("{} was {}, is {} now ({})", difference.what, ExactText(difference.first),
                     ExactText(difference.second), AmountText(difference));
}

/// "AVX2, then AVX3" where attempts differ.
std::string RecordedText(const Verification& found, std::string Provenance::*what) {
  std::set<std::string> seen;
  std::string text;
  for (const Provenance& one : found.recorded) {
    if (seen.insert(one.*what).second) text += (text.empty() ? "" : ", then ") + OneLine(one.*what);
  }
  return text;
}

/// The conditions that have changed since then, a clause each.
std::vector<std::string> Changes(const Verification& found) {
  std::vector<std::string> changes;
  const auto compare = [&](const char* name, std::string Provenance::*what) {
    for (const Provenance& one : found.recorded) {
      if (one.*what == found.again.*what) continue;
      changes.push_back(fmt::format("the {} was {}, is {} now", name, RecordedText(found, what),
                                    found.again.*what));
      return;
    }
  };
  compare("engine", &Provenance::engine);
  compare("device", &Provenance::device);
  compare("CPU target", &Provenance::cpu_target);
  compare("program", &Provenance::version);
  for (const Provenance& one : found.recorded) {
    if (one.pack_size == 1 || one.device == "cpu") continue;
    changes.push_back(fmt::format("it was trained in a pack of {}, is alone now", one.pack_size));
    break;
  }
  return changes;
}

std::string ChangesText(const Verification& found) {
  constexpr const char* kThen = "then the database was changed, or this build computes otherwise.";
  const std::vector<std::string> changes = Changes(found);
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

std::string HowMuch(const Verification& found) {
  std::string text = ComparedText(found.bits);
  if (found.bits.epochs < found.epochs_recorded) {
    text += fmt::format(", the first of {} epochs", found.epochs_recorded);
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
  if (!bits.final_accuracy) {
    return text + fmt::format("  val_accuracy after epoch {} is the same\n", bits.epochs);
  }
  return text + fmt::format("  after epoch {} {}\n", bits.final_accuracy->epoch,
                            NumbersText(*bits.final_accuracy));
}

}  // namespace

std::string VerificationText(const Verification& found, const Style& style) {
  std::string text = found.trial_id + "  " + OneLine(found.scheduler) + "  ";
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
        style.Paint(Tone::kBad, "cannot be trained again") + ": " + FirstLine(found.error) + "\n";
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
          {"final_accuracy", difference(found.bits.final_accuracy)},
          {"recorded", std::move(recorded)},
          {"again", ToJson(found.again)},
          {"changes", Changes(found)},
          {"seconds", found.seconds}};
}

}  // namespace lrsweep
