// Pieces of which the translations of aliases are made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "params/parameter.h"
#include "params/value.h"
#include "schedulers/aliases/alias.h"

namespace lrsweep {

// Rows of an alias' table of parameters.
Parameter TicksRow(const std::string& name, int64_t minimum, std::optional<Value> default_value,
                   const std::string& help);
Parameter RealRow(const std::string& name, const Range& range, std::optional<Value> default_value,
                  const std::string& help);
Parameter ChoiceRow(const std::string& name, const std::vector<std::string>& choices,
                    const std::string& help);

/// The value of a parameter that is there.
const Value& Get(const Map& parameters, const std::string& name);
double GetReal(const Map& parameters, const std::string& name);
const std::string& GetText(const Map& parameters, const std::string& name);

/// Whether a number of ticks is written as 0. (0% is stored as 0.)
bool IsZero(const Map& parameters, const std::string& name);

/// The ticks from `from` to `to` where that is a number of ticks again: "run" less a warm-up is the
/// run of what comes after it. Nothing where only the run's length can tell: 90% - 100.
std::optional<Value> TicksBetween(const Value& from, const Value& to);

/// Ticks as arithmetic of the run's length T: 5% is floor(T * 5 / 100), exactly as TicksOfShare.
std::string TicksText(const Value& ticks);

/// A Formula. The names in `text` that are in `parameters` are its parameters; one that is a share
/// of the run is written out.
Map FormulaOf(const std::string& text, const Map& parameters);

/// `text` with each whole word `name` replaced.
std::string Replaced(const std::string& text, const std::string& name, const std::string& by);

/// A warm-up in front of a schedule, from 0 in a straight line to the optimizer's rate: a `warmup`,
/// or a SequentialLR. No ticks: the schedule alone.
Map AfterWarmup(const Value& ticks, Map schedule, const AliasPlace& place);

/// One schedule, and from a tick on another one. No ticks: the second alone.
Map OneAfterAnother(Map first, const Value& ticks, Map second);

/// lr at every tick.
Map ConstantRate();

}  // namespace lrsweep
