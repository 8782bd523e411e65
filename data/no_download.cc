// Stands for data/download.cc in a program that is built without libcurl.
#include "data/dataset.h"
#include "data/download.h"

namespace lrsweep {

bool CanDownload() { return false; }

void Download(const std::string& url, const std::filesystem::path& /*path*/) {
  throw DataError(url + ": this lrsweep is built without libcurl and downloads nothing");
}

}  // namespace lrsweep
