#include "sweep/doctor/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lrsweep {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A finding that does not work has advice.
void Expect(const Finding& finding, Health health, const std::string& what) {
  EXPECT_EQ(finding.health, health) << finding.what;
  EXPECT_THAT(finding.what, HasSubstr(what));
  if (health != Health::kWorks) {
    EXPECT_THAT(finding.advice, Not(IsEmpty()));
  }
}

TEST(FactsTest, TheCpuEngineNeedsOneOfItsTargets) {
  Expect(FindingOf(CpuFacts{"EPYC", {"AVX3", "AVX2"}}), Health::kWorks,
         "AVX3 on EPYC (can use AVX3, AVX2)");
  Expect(FindingOf(CpuFacts{"", {"NEON"}}), Health::kWorks, "NEON (can use NEON)");
  Expect(FindingOf(CpuFacts{"Pentium", {}}), Health::kFails, "on Pentium");
}

TEST(FactsTest, CoresAreThoseThatMayBeUsed) {
  EXPECT_EQ(FindingOf(CoreFacts{8, 8, {}}).what, "8 cores: --workers 8 uses them");
  EXPECT_EQ(FindingOf(CoreFacts{8, 8, 16}).what, "8 cores: --workers 8 uses them");
  EXPECT_EQ(FindingOf(CoreFacts{8, 4, {}}).what,
            "4 cores of the machine's 8 (affinity): --workers 4 uses them");
  EXPECT_EQ(
      FindingOf(CoreFacts{8, 4, 2.5}).what,
      "4 cores of the machine's 8 (affinity), limited to the time of 2.5 (cgroup): --workers 2 "
      "uses them");
  EXPECT_THAT(FindingOf(CoreFacts{1, 1, 0.5}).what, HasSubstr("--workers 1 uses"));
}

TEST(FactsTest, MemoryIsTheSmallestOfWhatThereIsAndTheLimits) {
  Expect(FindingOf(MemoryFacts{16e9, 8e9, {}}), Health::kWorks, "8.00 GB of 16.0 GB available");
  Expect(FindingOf(MemoryFacts{16e9, 8e9, 4e9}), Health::kWorks, "limited to 4.00 GB");
  EXPECT_THAT(FindingOf(MemoryFacts{16e9, 8e9, 9e18}).what, Not(HasSubstr("limited")));
  Expect(FindingOf(MemoryFacts{16e9, 0.5e9, {}}), Health::kFails, "500 MB");
  Expect(FindingOf(MemoryFacts{16e9, 8e9, 0.5e9}), Health::kFails, "limited to 500 MB");
}

TEST(FactsTest, AFolderNeedsWritingLocksAndSpace) {
  const FolderFacts good = {
      .path = "/a", .is_writable = true, .has_locks = true, .free_bytes = 5e9};
  Expect(FindingOf(good), Health::kWorks, "/a: writable, on a local file system, 5.00 GB free");
  FolderFacts network = good;
  network.network_system = "NFS";
  Expect(FindingOf(network), Health::kWorks, "on NFS, 5.00 GB free, journal delete");
  FolderFacts without_locks = network;
  without_locks.has_locks = false;
  Expect(FindingOf(without_locks), Health::kFails, "without file locks");
  FolderFacts full = good;
  full.free_bytes = 1e6;
  Expect(FindingOf(full), Health::kFails, "1.00 MB free");
  FolderFacts read_only = good;
  read_only.is_writable = false;
  read_only.why_not = "Read-only file system";
  Expect(FindingOf(read_only), Health::kFails, "/a: Read-only file system");
}

TEST(FactsTest, DataThatAreNotThereAreDownloaded) {
  Expect(FindingOf(DatasetFacts{"mnist", "/data/mnist", {"/x", "/data/mnist"}}), Health::kWorks,
         "/data/mnist");
  const Finding none = FindingOf(DatasetFacts{"mnist", "", {"/x", "/y"}});
  Expect(none, Health::kAbsent, "in none of /x, /y");
  EXPECT_THAT(none.advice, HasSubstr("into /x"));
}

TEST(FactsTest, LibTorchIsAbsentOrWorksOrFails) {
  Expect(FindingOf(TorchFacts{}), Health::kAbsent, "no plug-in");
  Expect(FindingOf(TorchFacts{.plugin = "/a.so", .error = "libtorch.so: no such file"}),
         Health::kFails, "libtorch.so: no such file");
  Expect(FindingOf(TorchFacts{"/a.so", "", "cuda:0", "AVX2"}), Health::kWorks,
         "/a.so, trains on cuda:0 (AVX2)");
}

TEST(FactsTest, AGpuNeedsItsDriver) {
  Expect(FindingOf(GpuFacts{}), Health::kAbsent, "none");
  Expect(FindingOf(GpuFacts{.nvidia_devices = 1, .listed = {"GPU 0: H200"}}), Health::kWorks,
         "GPU 0: H200");
  Expect(FindingOf(GpuFacts{.nvidia_devices = 2, .smi_error = "no driver", .visible = "0"}),
         Health::kFails, "2 GPUs, CUDA_VISIBLE_DEVICES=0, but nvidia-smi says: no driver");
  Expect(FindingOf(GpuFacts{.amd_devices = 1}), Health::kWorks, "1 GPU");
}

TEST(FactsTest, MpiNeedsPlugInLibraryAndMpirun) {
  Expect(FindingsOf(MpiFacts{}).at(0), Health::kAbsent, "no plug-in");
  Expect(FindingsOf(MpiFacts{.plugin = "/m.so"}).at(0), Health::kAbsent, "no mpirun");
  Expect(FindingsOf(MpiFacts{.plugin = "/m.so", .plugin_error = "no symbol", .mpirun = "Open MPI"})
             .at(0),
         Health::kFails, "no symbol");
  Expect(FindingsOf(MpiFacts{.plugin = "/m.so", .mpirun_error = "no answer"}).at(0), Health::kFails,
         "mpirun: no answer");
  Expect(FindingsOf(MpiFacts{.plugin = "/m.so", .mpirun = "Open MPI 4", .is_rank = true}).at(0),
         Health::kWorks, "launched this process");
  MpiFacts facts = {.plugin = "/m.so", .mpirun = "Open MPI 4", .launch_error = "no slots"};
  Expect(FindingsOf(facts).at(0), Health::kFails, "a trial launch failed: no slots");
  facts.ranks = 2;
  facts.transports = "pml ob1";
  Expect(FindingsOf(facts).at(0), Health::kWorks, "Open MPI 4: 2 ranks found one another");
  Expect(FindingsOf(facts).at(1), Health::kWorks, "pml ob1");
}

TEST(FactsTest, SlurmMayHavePmix) {
  Expect(FindingsOf(SlurmFacts{}).at(0), Health::kAbsent, "no srun");
  Expect(FindingsOf(SlurmFacts{.error = "no answer"}).at(0), Health::kAbsent, "no answer");
  Expect(FindingsOf(SlurmFacts{.error = "no answer", .job = "17"}).at(0), Health::kFails,
         "srun does not work: no answer");
  const Findings with = FindingsOf(SlurmFacts{"slurm 22", "", {"none", "pmix_v4"}, "17", "2", "8"});
  Expect(with.at(0), Health::kWorks, "slurm 22, in job 17: nodes 2, tasks 8");
  Expect(with.at(1), Health::kWorks, "pmix");
  Expect(FindingsOf(SlurmFacts{"slurm 22", "", {"none", "pmi2"}, "", "", ""}).at(1),
         Health::kAbsent, "none, pmi2");
}

TEST(FactsTest, AToolSaysWhatNeedsIt) {
  Expect(FindingOf(ToolFacts{"rsvg-convert", "2.54", "", "", ""}), Health::kWorks, "2.54");
  const Finding none = FindingOf(ToolFacts{"rsvg-convert", "", "", "PNG", "install it"});
  Expect(none, Health::kAbsent, "not there");
  EXPECT_EQ(none.advice, "only PNG needs it: install it");
}

}  // namespace
}  // namespace lrsweep
