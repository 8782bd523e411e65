#include "sweep/help/completion.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "schedulers/aliases/alias.h"
#include "schedulers/catalog.h"
#include "sweep/help/option_names.h"
#include "trial/metrics.h"

namespace lrsweep {
namespace {

/// Offers what begins with `typed`, with `head` in front of it.
class Offer {
 public:
  Offer(Completion& completion, std::string typed, std::string head = "")
      : completion_(completion), typed_(std::move(typed)), head_(std::move(head)) {}

  void Add(const std::string& word, const std::string& help) {
    if (word.starts_with(typed_)) completion_.words.push_back({head_ + word, help});
  }
  void Add(const std::vector<Candidate>& candidates) {
    for (const Candidate& one : candidates) Add(one.word, one.help);
  }
  void AddFiles(std::vector<std::string> endings) {
    completion_.files = Completion::Files::kAll;
    completion_.endings = std::move(endings);
  }
  void AddFolders() { completion_.files = Completion::Files::kFolders; }

  const std::string& typed() const { return typed_; }

 private:
  Completion& completion_;
  std::string typed_;
  std::string head_;
};

/// What the words in front of the last one say.
struct Line {
  const Subcommand* command = nullptr;
  std::set<const Option*> given;
  std::vector<std::string> arguments;  // the positional ones
  const Option* awaits_value = nullptr;
  bool is_behind_dashes = false;  // a lone --

  /// The database that is named; empty for none.
  std::string Database() const;
};

const Option* FindOption(const Subcommand& command, const std::string& name) {
  for (const Option& option : command.options) {
    const auto names = DashedNames(option);
    if (std::find(names.begin(), names.end(), name) != names.end()) return &option;
  }
  return nullptr;
}

/// The positional argument that the word of this index is; nullptr where there are fewer.
const Option* PositionalAt(const Subcommand& command, size_t index) {
  for (const Option& option : command.options) {
    if (PositionalName(option).empty()) continue;
    if (index == 0 || TakesSeveral(option)) return &option;
    --index;
  }
  return nullptr;
}

std::string Line::Database() const {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Option* option = PositionalAt(*command, i);
    if (option == nullptr) break;
    if (option->kind == ValueKind::kDatabase || option->kind == ValueKind::kTrialOrDatabase) {
      return arguments[i];
    }
  }
  return "";
}

/// Takes one word behind the command's name.
void Take(const std::string& word, Line& line) {
  if (line.is_behind_dashes) return;
  if (line.awaits_value != nullptr) {
    line.awaits_value = nullptr;
  } else if (word == "--") {
    line.is_behind_dashes = true;
  } else if (word.size() > 1 && word.front() == '-') {
    const size_t equals = word.find('=');
    const Option* option = FindOption(*line.command, word.substr(0, equals));
    if (option == nullptr) return;
    line.given.insert(option);
    if (equals == std::string::npos && !IsFlag(*option)) line.awaits_value = option;
  } else {
    line.arguments.push_back(word);
  }
}

/// Every command by name.
Line Read(const std::vector<Subcommand>& commands, const std::vector<std::string>& words) {
  Line line;
  for (const Subcommand& command : commands) {
    if (!command.is_internal && command.name == words.front()) line.command = &command;
  }
  if (line.command == nullptr) return line;
  for (size_t i = 1; i + 1 < words.size(); ++i) Take(words[i], line);
  return line;
}

void OfferCommands(const std::vector<Subcommand>& commands, Offer& offer) {
  for (const Subcommand& command : commands) {
    if (!command.is_internal) offer.Add(command.name, command.help);
  }
  if (offer.typed().empty()) return;
  offer.Add("--help", "Print the commands");
  offer.Add("--version", "Print the program's version");
}

/// Whether the option could be given besides those that are.
bool MayBeGiven(const Option& option, const Line& line) {
  if (line.given.contains(&option) && !TakesSeveral(option)) return false;
  const auto excludes = [](const Option& one, const Option& other) {
    const auto names = DashedNames(other);
    return std::find(names.begin(), names.end(), one.excludes) != names.end();
  };
  return std::none_of(line.given.begin(), line.given.end(), [&](const Option* given) {
    return excludes(option, *given) || excludes(*given, option);
  });
}

void OfferOptions(const Line& line, Offer& offer) {
  for (const Option& option : line.command->options) {
    if (!MayBeGiven(option, line)) continue;
    const std::vector<std::string> names = DashedNames(option);
    const bool has_long = !names.empty() && names.front().starts_with("--");
    for (const std::string& name : names) {
      if (name.starts_with("--") || !has_long) offer.Add(name, option.help);
    }
  }
  offer.Add("--help", "Print the command's help");
}

void OfferSchedules(Offer& offer) {
  for (const SchedulerType& type : SchedulerTypes()) offer.Add(type.name, type.summary);
  for (const Alias& alias : Aliases()) offer.Add(alias.name, alias.summary);
}

void OfferMetrics(const std::string& db, const DatabaseValues& values, Offer& offer) {
  const std::vector<Candidate> of_database =
      db.empty() ? std::vector<Candidate>() : values.metrics(db);
  offer.Add(of_database);
  if (!of_database.empty()) return;
  for (const MetricInfo& metric : BuiltInMetrics()) offer.Add(metric.name, metric.help);
}

bool IsFile(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

/// DB, a TRIAL of the database that is named first, or DB:TRIAL.
void OfferTrialsAndDatabases(const std::string& db, const DatabaseValues& values,
                             Completion& completion, Offer& offer) {
  const size_t colon = offer.typed().rfind(':');
  const std::string file = offer.typed().substr(0, colon);
  if (colon != std::string::npos && IsFile(file)) {
    const std::string id = offer.typed().substr(colon + 1);
    Offer(completion, id, file + ":").Add(values.trials(file, id));
    return;
  }
  if (!db.empty()) offer.Add(values.trials(db, offer.typed()));
  offer.AddFiles({"db"});
}

/// `word` is the value, or --name=value with `head` "--name=".
void OfferValue(const Option& option, const Line& line, const DatabaseValues& values,
                Completion& completion, Offer offer) {
  for (const std::string& choice : option.choices) offer.Add(choice, "");
  switch (option.kind) {
    case ValueKind::kOther:
      return;
    case ValueKind::kConfiguration:
      return offer.AddFiles({"yaml", "yml"});
    case ValueKind::kDatabase:
      return offer.AddFiles({"db"});
    case ValueKind::kFile:
      return offer.AddFiles({});
    case ValueKind::kFolder:
      return offer.AddFolders();
    case ValueKind::kSchedule:
      return OfferSchedules(offer);
    case ValueKind::kMetric:
      return OfferMetrics(line.Database(), values, offer);
    case ValueKind::kTrial:
      return offer.Add(values.trials(line.Database(), offer.typed()));
    case ValueKind::kTrialOrDatabase:
      return OfferTrialsAndDatabases(line.Database(), values, completion, offer);
  }
}

}  // namespace

Completion Complete(const std::vector<Subcommand>& commands, const std::vector<std::string>& words,
                    const DatabaseValues& values) {
  Completion completion;
  const std::string& typed = words.back();
  if (words.size() == 1) {
    Offer offer(completion, typed);
    OfferCommands(commands, offer);
    return completion;
  }
  const Line line = Read(commands, words);
  if (line.command == nullptr || line.is_behind_dashes) return completion;
  Offer offer(completion, typed);
  if (line.awaits_value != nullptr) {
    OfferValue(*line.awaits_value, line, values, completion, offer);
    return completion;
  }
  const size_t equals = typed.find('=');
  if (typed.starts_with("--") && equals != std::string::npos) {
    const Option* option = FindOption(*line.command, typed.substr(0, equals));
    if (option == nullptr || IsFlag(*option)) return completion;
    OfferValue(*option, line, values, completion,
               Offer(completion, typed.substr(equals + 1), typed.substr(0, equals + 1)));
    return completion;
  }
  const Option* positional = PositionalAt(*line.command, line.arguments.size());
  if (typed.starts_with('-') || positional == nullptr) {
    OfferOptions(line, offer);
  } else {
    OfferValue(*positional, line, values, completion, offer);
  }
  return completion;
}

std::string CompletionText(const Completion& completion, size_t skipped) {
  std::string text = completion.files == Completion::Files::kNone      ? "none"
                     : completion.files == Completion::Files::kFolders ? "folders"
                                                                       : "files";
  for (const std::string& ending : completion.endings) text += " " + ending;
  text += "\n";
  for (const Candidate& one : completion.words) {
    text += one.word.substr(std::min(skipped, one.word.size()));
    if (!one.help.empty()) text += "\t" + one.help;
    text += "\n";
  }
  return text;
}

}  // namespace lrsweep
