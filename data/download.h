// One file over HTTP, by libcurl.
#pragma once

#include <filesystem>
#include <string>

namespace lrsweep {

/// Downloads `url` into the new file `path`. Throws DataError with curl's reason; nothing is left
/// under `path` then. Gives up after 10 s without a connection, 20 s below 1 kB/s, or 64 MiB.
void Download(const std::string& url, const std::filesystem::path& path);

}  // namespace lrsweep
