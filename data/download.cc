#include "data/download.h"

#include <curl/curl.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "data/dataset.h"

namespace lrsweep {
namespace {

constexpr curl_off_t kMaximumBytes = 64 << 20;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct CloseCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};

#if LIBCURL_VERSION_NUM >= 0x074600
/// Returns the file with the certificates of this system, if libcurl was built without knowing one:
/// a program that is to run on any distribution. $SSL_CERT_FILE comes first.
const char* CertificateFile() {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  if (info->cainfo != nullptr || info->capath != nullptr) return nullptr;
  for (const char* path : {static_cast<const char*>(std::getenv("SSL_CERT_FILE")),
                           "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Arch
                           "/etc/pki/tls/certs/ca-bundle.crt",    // Red Hat, Fedora
                           "/etc/ssl/ca-bundle.pem",              // SUSE
                           "/etc/ssl/cert.pem"}) {                // Alpine
    if (path != nullptr && std::filesystem::exists(path)) return path;
  }
  return nullptr;
}
#else
const char* CertificateFile() { return nullptr; }
#endif

}  // namespace

bool CanDownload() { return true; }

void Download(const std::string& url, const std::filesystem::path& path) {
  std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "wb"));
  if (!file) throw DataError(path.string() + ": " + std::strerror(errno));
  std::unique_ptr<CURL, CloseCurl> curl(curl_easy_init());
  if (!curl) throw DataError("libcurl does not start");

  std::array<char, CURL_ERROR_SIZE> error{};
  CURL* handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, file.get());
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error.data());
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(handle, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1000L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, 20L);
  curl_easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE, kMaximumBytes);
  if (const char* certificates = CertificateFile()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, certificates);
  }
  const CURLcode code = curl_easy_perform(handle);
  const bool flushed = std::fflush(file.get()) == 0;
  if (code == CURLE_OK && flushed) return;

  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  if (code == CURLE_OK) throw DataError(path.string() + ": " + std::strerror(errno));
  throw DataError(url + ": " + (error[0] != '\0' ? error.data() : curl_easy_strerror(code)));
}

}  // namespace lrsweep
