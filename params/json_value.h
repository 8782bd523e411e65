// JSON in one place: parameters from and to it, and how the program prints it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "params/value.h"

namespace lrsweep {

/// What `--json`, exports and the report are made of: objects keep the order of their members.
using Json = nlohmann::ordered_json;

/// The inverse of ToJson (params/value.h). Binary data, which no parameter has, becomes null.
Value FromJson(const nlohmann::json& json);

/// A trial's parameters, as the database has them in `trials.params`. Throws
/// std::invalid_argument unless `json` is a JSON object.
Map ParseParams(const std::string& json);

/// The value as JSON to be printed. Printed numbers may differ in form from
/// ToJson's, which is canonical: 0.0001 there is "1e-04".
Json PrintedJson(const Value& value);

/// A text unquoted, all else as Dump writes it: for people and for other tools.
std::string PlainText(const Json& value);
std::string PlainText(const Value& value);

/// Indented, with a newline at its end. Bytes that are not UTF-8 are replaced by U+FFFD.
std::string Print(const Json& json);

/// On one line. Bytes that are not UTF-8 are replaced by U+FFFD.
std::string Dump(const Json& json);

/// `text` with bytes that are not UTF-8 replaced by U+FFFD.
std::string ValidUtf8(const std::string& text);

}  // namespace lrsweep
