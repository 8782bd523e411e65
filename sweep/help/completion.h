// What can stand at a place of lrsweep's command line, found in the table of commands.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sweep/commands/subcommand.h"

namespace lrsweep {

struct Candidate {
  std::string word;
  std::string help;  // a few words; may be empty

  bool operator==(const Candidate&) const = default;
};

/// What a shell may offer for the last word of a command line.
struct Completion {
  std::vector<Candidate> words;  // all begin with what is typed
  enum class Files { kNone, kFolders, kAll } files = Files::kNone;
  std::vector<std::string> endings;  // of the files: "yaml"; empty: any
};

/// Values that are found in databases. `db` is the file's name. They offer nothing for a file that
/// cannot be read, and throw nothing.
struct DatabaseValues {
  /// Trials whose id begins with `prefix`.
  std::function<std::vector<Candidate>(const std::string& db, const std::string& prefix)> trials;
  std::function<std::vector<Candidate>(const std::string& db)> metrics;
};

/// Completes the last of `words`, which may be empty; `words` are those behind the program's name,
/// at least one.
Completion Complete(const std::vector<Subcommand>& commands, const std::vector<std::string>& words,
                    const DatabaseValues& values);

/// The lines that the scripts in shell/ read: what files to offer ("none", "folders", or "files"
/// with endings), then a line a word, its help behind a tab. Of each word the first `skipped` bytes
/// are left out.
std::string CompletionText(const Completion& completion, size_t skipped);

}  // namespace lrsweep
