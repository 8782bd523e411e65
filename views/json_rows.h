// Rows of the database as JSON, under the names of their columns: what `--json` prints.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "analysis/lr_finder.h"
#include "analysis/statistics/summary.h"
#include "results/store.h"
#include "results/store_filter.h"

namespace lrsweep {

using Json = nlohmann::ordered_json;

/// Null for none.
template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json ToJson(const Cell& cell);

/// The ends of an interval; null for none.
Json LowOf(const std::optional<Interval>& interval);
Json HighOf(const std::optional<Interval>& interval);

/// A row of `trials`; `params` as an object.
Json ToJson(const TrialRow& trial);
Json ToJson(const AttemptRow& attempt);
Json ToJson(const EpochRow& epoch);
Json ToJson(const std::optional<RangeTest>& test);  // null for none

/// `text` with bytes that are not UTF-8 replaced by U+FFFD.
std::string ValidUtf8(const std::string& text);

/// Indented, with a newline at its end. Bytes that are not UTF-8 are replaced.
std::string Print(const Json& json);
/// On one line. Bytes that are not UTF-8 are replaced.
std::string Dump(const Json& json);

}  // namespace lrsweep
