#include "schedulers/formula.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>

#include "schedulers/expression.h"
#include "schedulers/scheduler_type.h"

namespace lrsweep {

template <>
struct MemberType<Map> : PlainMemberType<Map, Kind::kNumberMap> {};

namespace {

constexpr int64_t kMostKeptTicks = 4'000'000;

const OptionTable<FormulaOptions>& Table() {
  static const OptionTable<FormulaOptions> table = {
      {&FormulaOptions::lr,
       kRequired,
       {.name = "lr", .help = "the learning rate, from t, T, epoch, lr, momentum and params"}},
      {&FormulaOptions::momentum,
       {.name = "momentum", .help = "the momentum, likewise; null: the optimizer's"}},
      {&FormulaOptions::params,
       {.name = "params", .help = "names of your own for the formulas; each may be swept"}},
  };
  return table;
}

const std::vector<std::string>& OwnVariables() {
  static const std::vector<std::string> names = {"t", "T", "epoch", "lr", "momentum"};
  return names;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Throws where a name in `params` cannot be a variable.
void RequireNewNames(const Map& params) {
  for (const auto& [name, ignored] : params) {
    const std::string path = "params." + name + ": ";
    if (Contains(OwnVariables(), name) || Contains(Expression::Words(), name)) {
      throw std::invalid_argument(path + "the name has a meaning of its own; choose another one");
    }
    const auto is_letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const bool good = !name.empty() && is_letter(name[0]) &&
                      std::all_of(name.begin(), name.end(),
                                  [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
    if (!good) throw std::invalid_argument(path + "expected a name of letters, digits and _");
  }
}

/// The formula in quotes, cut where it is long.
std::string Quoted(const std::string& text) {
  constexpr size_t kLongest = 100;
  return text.size() <= kLongest ? "\"" + text + "\"" : "\"" + text.substr(0, kLongest) + "...\"";
}

/// The formulas of the options, read.
class Formulas {
 public:
  Formulas(const FormulaOptions& options, const Rates& optimizer, const FormulaClock& clock)
      : options_(options),
        variables_(OwnVariables()),
        clock_(clock),
        momentum_(optimizer.momentum) {
    RequireNewNames(options.params);
    values_ = {0, static_cast<double>(clock.run_ticks), 0, optimizer.lr, optimizer.momentum};
    for (const auto& [name, value] : options.params) {
      variables_.push_back(name);
      values_.push_back(MemberType<double>::FromValue(value));
    }
    lr_formula_ = Read("lr", options.lr);
    if (options.momentum) momentum_formula_ = Read("momentum", *options.momentum);
  }

  bool Use(const std::string& variable) const {
    return lr_formula_->Uses(variable) || (momentum_formula_ && momentum_formula_->Uses(variable));
  }

  bool has_momentum() const { return momentum_formula_.has_value(); }

  /// Throws std::invalid_argument where a rate cannot be applied.
  Rates At(int64_t tick) const {
    std::vector<double> values = values_;
    return At(tick, values);
  }

  /// The values of all variables, for At with many ticks.
  std::vector<double> Variables() const { return values_; }

  /// The same, with a copy of Variables() that it may change.
  Rates At(int64_t tick, std::vector<double>& values) const {
    values[0] = static_cast<double>(tick);
    values[2] = values[0] / clock_.ticks_per_epoch;
    Rates rates = {lr_formula_->At(values), momentum_};
    if (!std::isfinite(rates.lr) || rates.lr < 0) Refuse("lr", options_.lr, rates.lr, tick);
    if (momentum_formula_) {
      rates.momentum = momentum_formula_->At(values);
      const bool good = rates.momentum >= 0 && rates.momentum <= 1;
      if (!good) Refuse("momentum", *options_.momentum, rates.momentum, tick);
    }
    return {rates.lr == 0 ? 0.0 : rates.lr, rates.momentum};  // -0.0 is 0.0
  }

 private:
  Expression Read(const std::string& name, const std::string& text) const {
    try {
      return Expression(text, variables_);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(name + ": " + error.what() + " in " + Quoted(text));
    }
  }

  [[noreturn]] void Refuse(const std::string& name, const std::string& text, double value,
                           int64_t tick) const {
    const std::string number = std::isnan(value)   ? "NaN"
                               : std::isinf(value) ? (value > 0 ? "infinity" : "-infinity")
                                                   : ShortestReal(value);
    const std::string expected =
        name == "lr" ? "a number of at least 0" : "a number of at least 0 and at most 1";
    std::string of_run;
    if (clock_.run_ticks > 0) of_run = " of " + std::to_string(clock_.run_ticks);
    throw std::invalid_argument(name + ": gives " + number + " at t = " + std::to_string(tick) +
                                of_run + ", expected " + expected + ": " + Quoted(text));
  }

  FormulaOptions options_;
  std::vector<std::string> variables_;
  std::vector<double> values_;  // of the variables; t and epoch are set for each tick
  FormulaClock clock_;
  double momentum_;
  std::optional<Expression> lr_formula_;
  std::optional<Expression> momentum_formula_;
};

/// The rates of a run's ticks.
struct KeptRates {
  std::vector<double> lr;
  std::vector<double> momentum;  // empty: the optimizer's throughout
};

/// The parameters that neither formula uses, and the optimizer's that they replace.
std::vector<std::string> Overrides(const FormulaOptions& options) {
  const Formulas formulas(options, {}, {});
  std::vector<std::string> paths;
  if (!formulas.Use("lr")) paths.emplace_back("optimizer.lr");
  if (formulas.has_momentum() && !formulas.Use("momentum")) {
    paths.emplace_back("optimizer.momentum");
  }
  for (const auto& [name, ignored] : options.params) {
    if (!formulas.Use(name)) paths.push_back("scheduler.params." + name);
  }
  return paths;
}

/// Whether neither formula has the time in it.
bool AsksForConstant(const Map& scheduler) {
  const Formulas formulas(Table().Read(scheduler, kLongerThanAnyRun), {}, {});
  return !formulas.Use("t") && !formulas.Use("epoch");
}

}  // namespace

Schedule Formula(const FormulaOptions& options, const Rates& optimizer, const FormulaClock& clock) {
  Table().RequireInRange(options);
  const Formulas formulas(options, optimizer, clock);
  if (clock.run_ticks < 1 || clock.run_ticks > kMostKeptTicks) {
    return [formulas](int64_t tick) { return formulas.At(tick); };
  }
  const auto kept = std::make_shared<KeptRates>();
  std::vector<double> variables = formulas.Variables();
  kept->lr.reserve(clock.run_ticks);
  for (int64_t tick = 0; tick < clock.run_ticks; ++tick) {
    const Rates rates = formulas.At(tick, variables);
    kept->lr.push_back(rates.lr);
    if (formulas.has_momentum()) kept->momentum.push_back(rates.momentum);
  }
  return [kept = std::shared_ptr<const KeptRates>(kept), optimizer](int64_t tick) {
    const size_t index = std::min<size_t>(tick, kept->lr.size() - 1);
    return Rates{kept->lr[index],
                 kept->momentum.empty() ? optimizer.momentum : kept->momentum[index]};
  };
}

SchedulerType FormulaType() {
  return FromTable<FormulaOptions>(
      {.name = "Formula",
       .summary = "a learning rate, and if wanted a momentum, that you write as a formula",
       .formula =
           "what you write, of t (ticks from 0), T (ticks of the run), epoch (t in epochs, from "
           "0),\n"
           "lr and momentum (the optimizer's) and the names in params, with\n"
           "+ - * / ^  < <= > >= == !=  && ||  c ? a : b  pi e\n"
           "sin cos tan asin acos atan atan2 sinh cosh tanh exp ln log log2 log10 sqrt pow abs\n"
           "floor ceil min max mod if; log is the natural logarithm, -2 ^ 2 is -4\n"
           "A rate below 0, NaN and infinity are refused, with the tick.",
       .source = "your own; read by muParser, https://beltoforion.de/en/muparser",
       .example = "{type: Formula, lr: \"lr * (1 - t / T) ^ power\", params: {power: 2}}",
       .default_interval = "epoch",
       .rises_on_purpose = true,
       .not_a_factor = "its rate need not be a share of the optimizer's; write the product in it",
       .asks_for_constant = AsksForConstant},
      Table(),
      [](const FormulaOptions& options, const ScheduleContext& context) {
        return Formula(options, {context.lr, context.momentum},
                       {context.run_ticks, context.ticks_per_epoch});
      },
      Overrides);
}

bool HoldsFormula(const Map& scheduler) {
  bool found = false;
  ForEachLeaf(scheduler, [&found](const std::string& path, const Value& value) {
    found = found || (path.ends_with("type") && value == Value("Formula"));
  });
  return found;
}

}  // namespace lrsweep
