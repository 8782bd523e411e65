#include "results/file_system.h"

#include <sys/vfs.h>

#include <algorithm>
#include <array>

namespace lrsweep {
namespace {

struct Kind {
  uint64_t magic;
  const char* name;
};

// From linux/magic.h, and for those outside the kernel from coreutils' src/stat.c.
constexpr std::array<Kind, 21> kKinds = {{
    {0x6969, "NFS"},
    {0x0bd00bd0, "Lustre"},
    {0x47504653, "GPFS"},
    {0x19830326, "BeeGFS"},
    {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB"},
    {0x517b, "SMB"},
    {0x65735546, "FUSE"},
    {0x01021997, "9p"},
    {0x00c36400, "Ceph"},
    {0x7461636f, "OCFS2"},
    {0x01161970, "GFS2"},
    {0x5346414f, "AFS"},
    {0x6b414653, "AFS"},
    {0x73757245, "Coda"},
    {0x564c, "NCP"},
    {0xaad7aaea, "PanFS"},
    {0xa501fcf5, "VxFS"},
    {0xbacbacbc, "VMware shared folders"},
    {0x786f4256, "VirtualBox shared folders"},
    {0x013111a8, "IBRIX"},
}};

}  // namespace

std::string NetworkFileSystem(uint64_t magic) {
  const auto* kind = std::find_if(kKinds.begin(), kKinds.end(),
                                  [magic](const Kind& known) { return known.magic == magic; });
  return kind == kKinds.end() ? "" : kind->name;
}

std::string NetworkFileSystemOf(const std::filesystem::path& path) {
  struct statfs system {};
  if (statfs(path.c_str(), &system) != 0) return "";
  // f_type is signed on some machines: 32 bits tell.
  return NetworkFileSystem(static_cast<uint32_t>(system.f_type));
}

}  // namespace lrsweep
