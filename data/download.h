// Downloads a file over HTTP or HTTPS, with libcurl.
#pragma once

#include <filesystem>
#include <string>

namespace lrsweep {

/// Returns whether this program can download at all: it may be built without libcurl.
bool CanDownload();

/// Downloads `url` into the new file `path`. Throws DataError with curl's reason, after removing
/// `path`. Gives up after 10 s without a connection, after 20 s below 1 kB/s, or for a file larger
/// than 64 MiB.
void Download(const std::string& url, const std::filesystem::path& path);

}  // namespace lrsweep
