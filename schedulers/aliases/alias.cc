#include "schedulers/aliases/alias.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "params/find_by_name.h"
#include "params/names.h"
#include "params/text.h"
#include "schedulers/aliases/libraries.h"
#include "schedulers/catalog.h"

namespace lrsweep {
namespace {

/// Names of other libraries' that have no translation.
const std::map<std::string, std::string>& NotTaken() {
  static const std::map<std::string, std::string> reasons = {
      {"transformers.greedy",
       "it raises and lowers the rate by the metric of every evaluation, with a state of its own; "
       "ReduceLROnPlateau and transformers.reduce_lr_on_plateau follow a metric"},
      {"timm.none", "it leaves the optimizer's rate as it is: write timm.constant"},
  };
  return reasons;
}

/// What people call PyTorch's schedulers, and the types that only lrsweep has under a name.
const std::vector<std::pair<std::string, std::string>>& PlainWords() {
  static const std::vector<std::pair<std::string, std::string>> words = {
      {"cosine", "CosineAnnealingLR"},
      {"cosine_annealing", "CosineAnnealingLR"},
      {"cosine_with_restarts", "CosineAnnealingWarmRestarts"},
      {"cosine_restarts", "CosineAnnealingWarmRestarts"},
      {"sgdr", "CosineAnnealingWarmRestarts"},
      {"linear", "LinearLR"},
      {"step", "StepLR"},
      {"multistep", "MultiStepLR"},
      {"multi_step", "MultiStepLR"},
      {"constant", "ConstantLR"},
      {"exponential", "ExponentialLR"},
      {"exp", "ExponentialLR"},
      {"polynomial", "PolynomialLR"},
      {"poly", "PolynomialLR"},
      {"plateau", "ReduceLROnPlateau"},
      {"reduce_lr_on_plateau", "ReduceLROnPlateau"},
      {"reduce_on_plateau", "ReduceLROnPlateau"},
      {"onecycle", "OneCycleLR"},
      {"one_cycle", "OneCycleLR"},
      {"cyclic", "CyclicLR"},
      {"wsd", "WSD"},
      {"warmup_stable_decay", "WSD"},
      {"inverse_sqrt", "InverseSqrt"},
      {"rsqrt", "InverseSqrt"},
      {"range_test", "LRRangeTest"},
      {"sequential", "SequentialLR"},
      {"chained", "ChainedScheduler"},
  };
  return words;
}

/// Words for one thing: who writes the first may mean a name with the second.
std::string OtherWord(const std::string& word) {
  static const std::map<std::string, std::string> others = {{"polynomial", "poly"},
                                                            {"poly", "polynomial"},
                                                            {"plateau", "reduce_lr_on_plateau"},
                                                            {"reduce_lr_on_plateau", "plateau"},
                                                            {"reduce_on_plateau", "plateau"},
                                                            {"wsd", "warmup_stable_decay"},
                                                            {"warmup_stable_decay", "wsd"},
                                                            {"multi_step", "multistep"},
                                                            {"inverse_sqrt", "rsqrt"},
                                                            {"rsqrt", "inverse_sqrt"}};
  const auto found = others.find(word);
  return found != others.end() ? found->second : word;
}

const std::string* TypeName(const Map& scheduler) {
  const Value* type = Find(scheduler, "type");
  return type != nullptr ? type->As<std::string>() : nullptr;
}

/// The scheduler with every parameter of `table`, in the parameter's own type.
void Complete(const std::vector<Parameter>& table, Map& scheduler) {
  for (const Parameter& parameter : table) {
    const auto found = scheduler.find(parameter.name);
    if (found != scheduler.end()) {
      try {
        found->second = Coerce(parameter, found->second);
      } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(parameter.name + ": " + error.what());
      }
    } else if (parameter.default_value) {
      scheduler.emplace(parameter.name, *parameter.default_value);
    } else {
      throw std::invalid_argument(parameter.name + " is required");
    }
  }
}

/// Calls use(member) for each nested scheduler; puts its place in front of what is thrown.
template <typename Use>
void ForEachMember(Map& scheduler, const Use& use) {
  const auto found = scheduler.find("schedulers");
  auto* members = found != scheduler.end() ? std::get_if<List>(&found->second) : nullptr;
  for (size_t i = 0; members != nullptr && i < members->size(); ++i) {
    try {
      use(std::get<Map>((*members)[i]));
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("schedulers." + std::to_string(i) + ": " + error.what());
    }
  }
}

void CompleteAll(Map& scheduler) {
  Complete(TypeOf(scheduler).parameters, scheduler);
  ForEachMember(scheduler, CompleteAll);
}

/// The alias' own parameters, complete.
Map OwnParameters(const Alias& alias, const Map& scheduler) {
  Map own;
  for (const Parameter& parameter : alias.parameters) {
    if (const Value* value = Find(scheduler, parameter.name)) own[parameter.name] = *value;
  }
  Complete(alias.parameters, own);
  return own;
}

/// The schedule alone, without what is common to all entries unless the translation adds it.
Map TranslatedSchedule(const Map& scheduler, const AliasPlace& place) {
  const std::string* name = TypeName(scheduler);
  const Alias* alias = name != nullptr ? FindAlias(*name) : nullptr;
  if (alias != nullptr) return alias->translate(OwnParameters(*alias, scheduler), place);
  Map translated = scheduler;
  ForEachMember(translated, [](Map& member) { member = TranslatedSchedule(member, {}); });
  return translated;
}

/// `interval` and `warmup` of an entry that is an alias.
Map CommonValues(const Alias& alias, const Map& scheduler) {
  Map common;
  const std::vector<Parameter> table = CommonParameters(alias);
  for (const Parameter& parameter : table) {
    if (const Value* value = Find(scheduler, parameter.name)) common[parameter.name] = *value;
  }
  Complete(table, common);
  return common;
}

/// "CosineAnnealingLR (PyTorch)".
std::string Described(const SchedulerType& type) {
  return type.source.starts_with("torch.") ? type.name + " (PyTorch)" : type.name;
}

/// Types and aliases that a plain word such as "cosine" may mean.
std::vector<std::string> MeaningsOf(const std::string& word) {
  const std::string lower = Lower(word);
  std::vector<std::string> meanings;
  for (const auto& [plain, type] : PlainWords()) {
    if (plain == lower) meanings.push_back(Described(*FindSchedulerType(type)));
  }
  for (const Alias& alias : Aliases()) {
    const std::string own = alias.name.substr(alias.library().size() + 1);
    if (own == lower || own == OtherWord(lower)) meanings.push_back(alias.name);
  }
  return meanings;
}

}  // namespace

const std::vector<Alias>& Aliases() {
  static const std::vector<Alias> aliases = [] {
    std::vector<Alias> all = TransformersAliases();
    for (Alias& alias : TimmAliases()) all.push_back(std::move(alias));
    return all;
  }();
  return aliases;
}

const Alias* FindAlias(const std::string& name) {
  if (name.find('.') == std::string::npos) return nullptr;  // quick: types have no dot
  return FindByName(Aliases(), name);
}

std::vector<Parameter> CommonParameters(const Alias& alias) {
  std::vector<Parameter> table = CommonParameters(SchedulerTypes().front());
  std::erase_if(table, [&alias](const Parameter& parameter) {
    return parameter.name == "warmup" && !alias.warmup.empty();
  });
  Parameter& interval = table.front();
  interval.default_value = alias.default_interval;
  if (alias.epoch_only) interval.choices = {"epoch"};
  return table;
}

bool HasAlias(const Map& scheduler) {
  const std::string* name = TypeName(scheduler);
  if (name != nullptr && FindAlias(*name) != nullptr) return true;
  const Value* value = Find(scheduler, "schedulers");
  const List* members = value != nullptr ? value->As<List>() : nullptr;
  return members != nullptr && std::any_of(members->begin(), members->end(), [](const Value& one) {
           const Map* member = one.As<Map>();
           return member != nullptr && HasAlias(*member);
         });
}

Map Translated(const Map& scheduler) {
  Map translated;
  const std::string* name = TypeName(scheduler);
  const Alias* alias = name != nullptr ? FindAlias(*name) : nullptr;
  if (alias == nullptr) {
    translated = TranslatedSchedule(scheduler, {});
  } else {
    Map common = CommonValues(*alias, scheduler);
    const bool per_step = common.at("interval") == Value("step");
    translated = TranslatedSchedule(scheduler, {.may_have_warmup = per_step});
    translated.merge(common);
  }
  CompleteAll(translated);
  Complete(CommonParameters(TypeOf(translated)), translated);
  return translated;
}

std::string UnknownScheduler(const std::string& name) {
  const auto not_taken = NotTaken().find(name);
  if (not_taken != NotTaken().end()) return name + " is not taken: " + not_taken->second;
  if (const auto meanings = MeaningsOf(name); !meanings.empty()) {
    std::string text = "unknown scheduler \"" + name + "\"; did you mean " + meanings.front();
    for (size_t i = 1; i < meanings.size(); ++i) {
      text += (i + 1 < meanings.size() ? ", " : " or ") + meanings[i];
    }
    return text + "?";
  }
  std::vector<std::string> known;
  for (const SchedulerType& type : SchedulerTypes()) known.push_back(type.name);
  std::vector<std::string> all = known;
  for (const Alias& alias : Aliases()) all.push_back(alias.name);
  if (!NearestName(name, all).empty()) return UnknownName("scheduler", name, all);
  std::vector<std::string> of_library;
  for (const Alias& alias : Aliases()) {
    if (Lower(name).starts_with(alias.library() + ".")) of_library.push_back(alias.name);
  }
  return UnknownName("scheduler", name, of_library.empty() ? known : of_library);
}

}  // namespace lrsweep
