#include "schedulers/table.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "schedulers/scheduler_type.h"

namespace lrsweep {
namespace {

const OptionTable<RateTableOptions>& Parameters() {
  static const OptionTable<RateTableOptions> table = {
      {&RateTableOptions::rates,
       kRequired,
       {.name = "rates",
        .range = AtLeast(0),
        .help = "learning rates, one for each tick of the interval"}},
      {&RateTableOptions::file,
       {.name = "file",
        .help = "instead of rates: a text file with one rate a line, named from where the "
                "configuration is"}},
  };
  return table;
}

std::vector<Span> Spans(const RateTableOptions& options) {
  return {{"rates", "the table", 0, static_cast<int64_t>(options.rates.size())}};
}

std::vector<std::string> Overrides(const RateTableOptions&) { return {"optimizer.lr"}; }

}  // namespace

Schedule Table(const RateTableOptions& options, double momentum) {
  Parameters().RequireInRange(options);
  if (options.file) throw std::invalid_argument("file: " + *options.file + " has not been read");
  if (options.rates.empty()) throw std::invalid_argument("rates needs at least one rate");
  const auto rates = std::make_shared<const std::vector<double>>(options.rates);
  return [rates, momentum](int64_t tick) {
    const auto last = static_cast<int64_t>(rates->size()) - 1;
    return Rates{(*rates)[std::min(tick, last)], momentum};
  };
}

SchedulerType TableType() {
  return FromTable<RateTableOptions>(
      {.name = "Table",
       .summary = "learning rates of your own, one for each tick, written out or from a file",
       .formula = "rates[tick]; past the last one, the last one\n"
                  "file: rates.csv stands for the rates in it, one a line; blank lines, lines that "
                  "begin with #\n"
                  "and a heading do not count. A trial has the rates, not the file: it is the same "
                  "wherever they come\n"
                  "from, and only the machine that reads the configuration needs the file.",
       .source = "your own",
       .example = "{type: Table, rates: [0.1, 0.05, 0.02, 0.01]}",
       .default_interval = "epoch",
       .rises_on_purpose = true,
       .spans = SpansFrom(Parameters(), Spans),
       .asks_for_constant = [](const Map&) { return true; }},
      Parameters(), Table, Overrides);
}

}  // namespace lrsweep
