// What `lrsweep doctor` says: one finding for each thing that it looked at. Pure.
#pragma once

#include <string>
#include <vector>

namespace lrsweep {

enum class Health {
  kWorks,
  kFails,  // something that is needed does not work
  kAbsent  // something is not there, which not everybody needs
};

struct Finding {
  std::string topic;  // "MPI"
  Health health = Health::kWorks;
  std::string what;         // what was found
  std::string advice = {};  // what to do; empty: nothing

  bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

/// Whether nothing that is needed fails.
bool AllWork(const Findings& findings);

/// A line for each finding, with its advice on a line below.
std::string FindingsText(const Findings& findings);

/// {"works": true, "findings": [{"topic", "health", "what", "advice"}]}, on several lines.
std::string FindingsJson(const Findings& findings);

/// On one line, to be sent from one process to another.
std::string PackFindings(const Findings& findings);
/// The inverse. Throws std::runtime_error for another text.
Findings UnpackFindings(const std::string& text);

}  // namespace lrsweep
