// `lrsweep schedules`: what the catalog of schedulers knows, and the names of other libraries.

#include <memory>
#include <string>
#include <vector>

#include "params/errors.h"
#include "schedulers/aliases/alias.h"
#include "schedulers/catalog.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/output.h"
#include "sweep/commands/shared_options.h"
#include "sweep/config/catalog_text.h"

namespace lrsweep {
namespace {

struct SchedulesArguments {
  std::string name;  // empty: all
  std::string of;    // a library; empty: the types
  bool json = false;
};

/// Calls use(type or alias) for each that the arguments ask for, in the order of the documentation.
/// Throws UsageError for an unknown name.
template <typename Use>
void ForEach(const SchedulesArguments& arguments, const Use& use) {
  if (!arguments.name.empty()) {
    if (const SchedulerType* type = FindSchedulerType(arguments.name)) return use(*type);
    if (const Alias* alias = FindAlias(arguments.name)) return use(*alias);
    throw UsageError(UnknownScheduler(arguments.name));
  }
  for (const SchedulerType& type : SchedulerTypes()) {
    const bool is_pytorchs = type.source.starts_with("torch.");
    if (arguments.of.empty() || (arguments.of == "pytorch" && is_pytorchs)) use(type);
  }
  for (const Alias& alias : Aliases()) {
    if (arguments.of == alias.library()) use(alias);
  }
}

std::string ListText(const SchedulesArguments& arguments) {
  std::string text;
  ForEach(arguments, [&text](const auto& one) { text += ListedText(one); });
  const bool is_of_aliases = !arguments.of.empty() && arguments.of != "pytorch";
  text += is_of_aliases
              ? "\nThese are translated to the types of `lrsweep schedules` when they are read.\n"
                "Each also has interval (epoch or step).\n"
              : "\nEvery type also has interval (epoch or step) and warmup ({steps, "
                "start_factor, shape, power}).\n";
  text += "`lrsweep schedules NAME` explains one.\n";
  if (arguments.of.empty()) {
    text +=
        "`--of transformers` and `--of timm` list the names of these libraries, which are taken "
        "too.\n";
  }
  return text;
}

int Schedules(const SchedulesArguments& arguments) {
  if (arguments.json) {
    List list;
    ForEach(arguments, [&list](const auto& one) { list.emplace_back(CatalogMap(one)); });
    return PrintResult(ToJson(list) + "\n");
  }
  if (arguments.name.empty()) return PrintResult(ListText(arguments));
  std::string text;
  ForEach(arguments, [&text](const auto& one) { text = ExplainedText(one); });
  return PrintResult(text);
}

}  // namespace

Subcommand SchedulesCommand() {
  const auto arguments = std::make_shared<SchedulesArguments>();
  return {.name = "schedules",
          .help = "List the scheduler types, or explain one",
          .options = {{.name = "NAME",
                       .target = &arguments->name,
                       .help = "a type, such as OneCycleLR, or another library's name, such as "
                               "timm.cosine; without it, all types are listed",
                       .kind = ValueKind::kSchedule},
                      {.name = "--of",
                       .target = &arguments->of,
                       .help = "list the names of one library",
                       .value_name = "LIBRARY",
                       .choices = {"pytorch", "transformers", "timm"},
                       .excludes = "NAME"},
                      JsonOption(arguments->json)},
          .run = [arguments](const CommandContext&) { return Schedules(*arguments); }};
}

}  // namespace lrsweep
