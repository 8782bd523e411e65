#include "results/file_system.h"

#include <gtest/gtest.h>
#include <linux/magic.h>

namespace lrsweep {
namespace {

TEST(FileSystem, TheKernelsNumbersOfNetworksAreKnown) {
  EXPECT_EQ(NetworkFileSystem(NFS_SUPER_MAGIC), "NFS");
  EXPECT_EQ(NetworkFileSystem(SMB_SUPER_MAGIC), "SMB");
  EXPECT_EQ(NetworkFileSystem(CIFS_SUPER_MAGIC), "CIFS");
  EXPECT_EQ(NetworkFileSystem(SMB2_SUPER_MAGIC), "SMB");
  EXPECT_EQ(NetworkFileSystem(V9FS_MAGIC), "9p");
  EXPECT_EQ(NetworkFileSystem(CEPH_SUPER_MAGIC), "Ceph");
  EXPECT_EQ(NetworkFileSystem(FUSE_SUPER_MAGIC), "FUSE");
  EXPECT_EQ(NetworkFileSystem(OCFS2_SUPER_MAGIC), "OCFS2");
  EXPECT_EQ(NetworkFileSystem(CODA_SUPER_MAGIC), "Coda");
  EXPECT_EQ(NetworkFileSystem(AFS_SUPER_MAGIC), "AFS");
}

TEST(FileSystem, LocalOnesAreNone) {
  for (const uint64_t magic :
       {uint64_t{EXT4_SUPER_MAGIC}, uint64_t{XFS_SUPER_MAGIC}, uint64_t{BTRFS_SUPER_MAGIC},
        uint64_t{TMPFS_MAGIC}, uint64_t{OVERLAYFS_SUPER_MAGIC}}) {
    EXPECT_EQ(NetworkFileSystem(magic), "");
  }
}

TEST(FileSystem, AFolderIsAsked) {
  EXPECT_EQ(NetworkFileSystemOf("/proc"), "");
  EXPECT_EQ(NetworkFileSystemOf("/no/such/folder"), "");
}

}  // namespace
}  // namespace lrsweep
