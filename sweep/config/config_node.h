// A configuration as it was written: scalars, lists and mappings with their places in the file,
// before anything is known of what they mean.
#pragma once

#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "params/value.h"

namespace lrsweep {

/// A place in a configuration. Lines and columns count from 1; line 0 says that `file` is no file
/// but an option of the command ("--set training.epochs=5").
struct Location {
  std::string file;
  int line = 0;
  int column = 0;
};

/// A mistake in the configuration; what() is "file:line:column: what is wrong".
struct ConfigError : std::runtime_error {
  ConfigError(const Location& where, const std::string& what);
  Location at;
};

struct ConfigNode {
  static constexpr int kMaximumDepth = 32;  // of lists and mappings inside one another

  struct Scalar {
    std::string text;
    bool quoted = false;
  };
  struct Entry;
  using Sequence = std::vector<ConfigNode>;
  using Mapping = std::vector<Entry>;  // in the order of the file, each key once

  Location at;
  std::variant<Scalar, Sequence, Mapping> content;

  const Scalar* AsScalar() const { return std::get_if<Scalar>(&content); }
  const Sequence* AsSequence() const { return std::get_if<Sequence>(&content); }
  const Mapping* AsMapping() const { return std::get_if<Mapping>(&content); }
  /// Makes the places in the node those of an option rather than of a file's lines.
  void ForgetLines();
  /// The value under `key` of a mapping, or nullptr.
  const ConfigNode* Get(const std::string& key) const;
};

struct ConfigNode::Entry {
  std::string key;
  Location key_at;
  ConfigNode value;
};

/// What the node means by YAML 1.2's core schema: null, true and false, integers, reals, text.
/// Throws ConfigError for numbers that are ambiguous (leading zeros) or too large for their type.
Value ToValue(const ConfigNode& node);

/// Puts `value` under the dotted `path`, making mappings where there are none; a number in the
/// path counts a list's elements from 0. Throws ConfigError where the path leads through a scalar
/// or past a list's end.
void SetPath(ConfigNode& root, const std::string& path, const ConfigNode& value);

}  // namespace lrsweep
