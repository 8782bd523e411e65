#include "views/report/report.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "params/errors.h"
#include "results/database_file.h"
#include "views/report/page.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Refuse(const fs::path& path, int error) {
  throw ResourceError("cannot write " + path.string() + ": " + std::strerror(error));
}

/// Checks the target before the data is read, which may take long.
void RefuseFolder(const fs::path& path) {
  const fs::path folder = fs::absolute(path).parent_path();
  if (access(folder.c_str(), W_OK | X_OK) != 0) Refuse(path, errno);
  if (fs::is_directory(path)) Refuse(path, EISDIR);
  if (fs::exists(path) && !fs::is_regular_file(path)) {  // a device is not to be replaced
    throw ResourceError("cannot write " + path.string() + ": it is not a regular file");
  }
}

}  // namespace

void WriteReport(const fs::path& path, const std::vector<ReportSource>& sources,
                 const ReportOptions& options) {
  RefuseFolder(path);
  const ReportData data = MakeReportData(sources, options);
  const std::string page = MakePage(data.title, data.json);
  NewFile file(fs::exists(path) ? fs::canonical(path) : path);  // through symbolic links
  errno = 0;
  std::ofstream stream(file.Path(), std::ios::binary);
  stream << page;
  stream.close();
  if (!stream) {
    throw fs::filesystem_error("cannot write the report", path,
                               std::error_code(errno, std::generic_category()));
  }
  file.Replace();
}

}  // namespace lrsweep
