#include "sweep/commands/exit_status.h"

#include <exception>
#include <filesystem>
#include <iostream>
#include <new>

#include "data/dataset.h"
#include "views/exports/output.h"

namespace lrsweep {
namespace {

int Complain(const std::exception& error, int status) {
  std::cerr << "lrsweep: " << error.what() << "\n";
  return status;
}

/// Without the library's words in front.
std::string PlainText(const std::filesystem::filesystem_error& error) {
  const std::string text = error.what();
  const std::string prefix = "filesystem error: ";
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

}  // namespace

int WithExitStatus(const std::function<int()>& command) {
  try {
    return command();
  } catch (const ConfigError& error) {
    return Complain(error, kUserMistake);
  } catch (const UsageError& error) {
    return Complain(error, kUserMistake);
  } catch (const ExportError& error) {
    return Complain(error, kUserMistake);
  } catch (const ExportInterrupted& error) {
    return Complain(error, kInterrupted);
  } catch (const DataError& error) {
    return Complain(error, kIoFailed);
  } catch (const StoreError& error) {
    return Complain(error, kIoFailed);
  } catch (const ResourceError& error) {
    return Complain(error, kIoFailed);
  } catch (const std::filesystem::filesystem_error& error) {
    return Complain(ResourceError(PlainText(error)), kIoFailed);
  } catch (const std::bad_alloc&) {
    return Complain(ResourceError("out of memory: the system gives no more"), kIoFailed);
  } catch (const std::exception& error) {
    std::cerr << "lrsweep: a bug of ours: " << error.what() << "\n";
    return kBug;
  }
}

int SweepExitStatus(const Store& store) {
  bool failed = false;
  const std::vector<TrialCount> counts = store.CountTrials();
  if (counts.empty()) return kInterrupted;  // before a search has decided its first trials
  for (const TrialCount& count : counts) {
    if (count.IsLeft()) return kInterrupted;
    failed = failed || (count.in_space && count.state == "failed");
  }
  return failed ? kSomeFailed : kAllEndedWell;
}

}  // namespace lrsweep
