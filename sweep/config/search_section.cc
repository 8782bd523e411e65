#include "sweep/config/search_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "params/names.h"
#include "params/text.h"
#include "sweep/config/section_reader.h"

namespace lrsweep {
namespace {

constexpr int64_t kMostTrials = 1'000'000;
constexpr const char* kExample = "search: {sampler: random, trials: 64}";

/// The samplers, in the order of the documentation.
const std::vector<std::string>& Samplers() {
  static const std::vector<std::string> samplers = {"grid", "random", "sobol"};
  return samplers;
}

/// Names of other tools (Optuna, W&B, Ray Tune, Determined), and what they are here.
using OtherNames = std::vector<std::pair<std::string, std::string>>;

const OtherNames& OtherKeys() {
  static const OtherNames names = {
      {"method", "sampler"},     {"name", "sampler"},        {"type", "sampler"},
      {"num_samples", "trials"}, {"n_trials", "trials"},     {"max_trials", "trials"},
      {"run_cap", "trials"},     {"count", "trials"},        {"random_seed", "seed"},
      {"random_state", "seed"},  {"experiment_seed", "seed"}};
  return names;
}

const OtherNames& OtherSamplers() {
  static const OtherNames names = {{"gridsampler", "grid"},
                                   {"bruteforcesampler", "grid"},
                                   {"grid_search", "grid"},
                                   {"randomsampler", "random"},
                                   {"random_search", "random"},
                                   {"variant_generator", "random"},
                                   {"qmc", "sobol"},
                                   {"qmcsampler", "sobol"},
                                   {"halton", "sobol"},
                                   {"quasirandom", "sobol"}};
  return names;
}

/// UnknownName, which also knows the names of other tools.
std::string Unknown(const std::string& what, const std::string& unknown,
                    const std::vector<std::string>& known, const OtherNames& others) {
  for (const auto& [other, name] : others) {
    if (Lower(unknown) == other) {
      return fmt::format("unknown {} \"{}\"; did you mean \"{}\"?", what, unknown, name);
    }
  }
  return UnknownName(what, unknown, known);
}

const std::vector<Parameter>& SearchParameters() {
  static const std::vector<Parameter> parameters = {
      {.name = "sampler", .kind = Kind::kText, .default_value = "grid"},
      {.name = "trials",
       .kind = Kind::kInteger,
       .default_value = 64,
       .range = {.minimum = 1, .maximum = kMostTrials}},
      {.name = "seed", .kind = Kind::kInteger, .default_value = 0}};
  return parameters;
}

void CheckKeys(const ConfigNode& section) {
  const auto* mapping = section.AsMapping();
  if (mapping == nullptr) {
    throw ConfigError(section.at, fmt::format("search: expected a mapping such as {}{}", kExample,
                                              KeyHint(section)));
  }
  std::vector<std::string> known;
  for (const Parameter& parameter : SearchParameters()) known.push_back(parameter.name);
  for (const auto& entry : *mapping) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    throw ConfigError(entry.key_at, "search." + entry.key + ": " +
                                        Unknown("search parameter", entry.key, known, OtherKeys()));
  }
}

Location PlaceOfKey(const SectionContent& content, const std::string& path) {
  const auto found = content.places.find(path);
  return found != content.places.end() ? found->second : Location();
}

bool IsGiven(const Location& at) { return !at.file.empty(); }

}  // namespace

SearchSettings ReadSearch(const ConfigNode& root) {
  SearchSettings search;
  const ConfigNode* section = root.Get("search");
  if (section == nullptr) return search;
  CheckKeys(*section);
  const SectionContent content = ReadSection(section, "search", "search", SearchParameters());
  RefuseAxes(content, "it is not a parameter of a trial");
  search.sampler = std::get<std::string>(content.values.at("sampler"));
  search.trials = std::get<int64_t>(content.values.at("trials"));
  search.seed = std::get<int64_t>(content.values.at("seed"));
  search.sampler_at = PlaceOfKey(content, "search.sampler");
  search.trials_at = PlaceOfKey(content, "search.trials");
  const auto& samplers = Samplers();
  if (std::find(samplers.begin(), samplers.end(), search.sampler) == samplers.end()) {
    throw ConfigError(search.sampler_at, "search.sampler: " + Unknown("sampler", search.sampler,
                                                                      samplers, OtherSamplers()));
  }
  if (!search.IsGrid()) return search;
  for (const std::string path : {"search.trials", "search.seed"}) {
    const Location at = PlaceOfKey(content, path);
    if (!IsGiven(at)) continue;
    throw ConfigError(at, path + ": a grid trains all of its points; leave it out, or write " +
                              "sampler: random, or sobol");
  }
  return search;
}

void CheckSampled(const SearchSettings& search, const std::vector<const Axis*>& axes) {
  bool has_sampled = false;
  for (const Axis* axis : axes) {
    if (!axis->distribution) continue;
    has_sampled = true;
    const std::string& name = axis->distribution->name;
    if (search.IsGrid()) {
      throw ConfigError(axis->at,
                        fmt::format("{}: {} needs a sampler that draws from it: write {}, or "
                                    "sobol; a grid takes {{grid: [...]}}",
                                    axis->path, name, kExample));
    }
    if (axis->path == "training.seed") {
      throw ConfigError(axis->at,
                        "training.seed: it cannot be sampled, since each point is trained with "
                        "each seed: write {grid: [0, 1, 2]}");
    }
  }
  if (has_sampled || search.IsGrid()) return;
  throw ConfigError(search.sampler_at,
                    fmt::format("search.sampler: {} has nothing to sample: write a distribution "
                                "such as {{loguniform: [0.001, 1]}} in place of a value, or "
                                "sampler: grid",
                                search.sampler));
}

}  // namespace lrsweep
