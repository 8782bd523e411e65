// A parameter's value: a scalar, list or mapping, as read from YAML or JSON. It is the one type
// that carries parameters from the configuration through the search space, the messages and the
// database to the worker.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lrsweep {

struct Value;
using List = std::vector<Value>;
/// Keys in byte order, which is the order of canonical JSON.
using Map = std::map<std::string, Value, std::less<>>;

/// Null (std::monostate), a boolean, an integer, a real, a text, a list or a mapping. Integers and
/// reals are different values: 1 and 1.0 do not compare equal and are written differently.
struct Value : std::variant<std::monostate, bool, int64_t, double, std::string, List, Map> {
  using variant::variant;

  template <typename T>
  const T* As() const {
    return std::get_if<T>(this);
  }
  bool IsNull() const { return std::holds_alternative<std::monostate>(*this); }
};

/// "null", "a boolean", "an integer", "a number", "a text", "a list" or "a mapping".
std::string_view KindName(const Value& value);

/// Writes a text, or a list of texts ("[25%,50%]"), without quotes, for labels. Else nullopt.
std::optional<std::string> UnquotedText(const Value& value);

/// JSON on one line without spaces. The form is canonical, since trial ids are hashes of it:
/// keys sorted by bytes; integers in decimal; reals in the shortest form that reads back to the
/// same double, always with a '.' or an exponent (0.1, 1.0, 1e-05), -0.0 as 0.0, NaN and
/// infinities as null; text in UTF-8 with only '"', '\\' and control characters escaped.
std::string ToJson(const Value& value);

/// The real as ToJson writes it, for a finite `number`.
std::string ShortestReal(double number);

/// The value at a dotted path ("optimizer.lr"; numbers are places in a list, from 0:
/// "scheduler.schedulers.1.gamma"), or nullptr where there is none.
const Value* Find(const Map& map, std::string_view dotted_path);

/// Puts `value` at the path, whose last step may be new in its mapping. Throws std::out_of_range
/// where an earlier step does not exist.
void SetAt(Map& map, std::string_view dotted_path, Value value);

/// Removes the path's last step from its mapping, if it is there.
void EraseAt(Map& map, std::string_view dotted_path);

/// Calls `visit` with every scalar and list of `map` and its dotted path. A list that holds
/// mappings is flattened by its elements' places; all other lists are kept whole.
void ForEachLeaf(const Map& map,
                 const std::function<void(const std::string& path, const Value& value)>& visit);

/// The leaves by their paths.
std::map<std::string, Value> Flatten(const Map& map);

}  // namespace lrsweep
