// The commands of this module, for main.cc to join to the others.
#pragma once

#include "sweep/commands/subcommand.h"

namespace lrsweep {

/// `lrsweep completion SHELL` prints the script that completes lrsweep's words.
Subcommand CompletionCommand();

/// `lrsweep __complete SHELL WORD...` prints what can stand for the last word: the scripts call it
/// with the words behind the program's name as they were typed.
Subcommand CompleteWordsCommand();

/// `lrsweep __documents FOLDER DATE` writes manual pages and completions for an installation: the
/// build calls it.
Subcommand DocumentsCommand();

}  // namespace lrsweep
