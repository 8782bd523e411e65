// The tree of a configuration file: scalars, lists and mappings with their places in the file. A
// scalar is still text; its type is decided where it is read (ToValue, section_reader.h).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "params/errors.h"
#include "params/value.h"

namespace lrsweep {

/// A scalar, a list or a mapping.
struct ConfigNode {
  static constexpr int kMaximumDepth = 32;  // of nested lists and mappings

  struct Scalar {
    std::string text;
    bool quoted = false;  // then it is text, whatever it looks like
  };
  struct Entry;
  using Sequence = std::vector<ConfigNode>;
  using Mapping = std::vector<Entry>;  // in the order of the file, each key once

  Location at;
  std::variant<Scalar, Sequence, Mapping> content;

  const Scalar* AsScalar() const { return std::get_if<Scalar>(&content); }
  const Sequence* AsSequence() const { return std::get_if<Sequence>(&content); }
  const Mapping* AsMapping() const { return std::get_if<Mapping>(&content); }
  /// Sets the line of every place in the node to 0: the node comes from an option, not from a file.
  void ForgetLines();
  /// The value under `key` of a mapping, or nullptr.
  const ConfigNode* Get(const std::string& key) const;
};

struct ConfigNode::Entry {
  std::string key;
  Location key_at;
  ConfigNode value;
};

/// The node's value by YAML 1.2's core schema: null, true and false, integers, reals, text.
/// Integers are 64 bits wide. Throws ConfigError for a number with a leading zero (some programs
/// read it as octal) or too large for its type.
Value ToValue(const ConfigNode& node);

/// Replaces or adds the value at a dotted path ("training.epochs"); missing mappings on the way are
/// created; a number in the path is the index of a list's element, from 0. Throws ConfigError where
/// the path leads through a scalar, past a list's end, or below kMaximumDepth levels.
void SetPath(ConfigNode& root, const std::string& path, const ConfigNode& value);

}  // namespace lrsweep
