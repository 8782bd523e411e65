#include "sweep/verification/verify_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kBuild = "compute capability 9.0, 132 SMs, cuBLAS 13.1.0, LibTorch 2.11.0";

Provenance OnGpu(const std::string& gpu, const std::string& device = "cuda:0") {
  return {"torch", device, gpu + ", " + kBuild, "0.3.0", 1};
}

/// A trial of which one bit differs.
Verification Differing(const Provenance& recorded, const Provenance& again) {
  Verification found;
  found.trial_id = "0123456789abcdef";
  found.epochs_recorded = 1;
  found.error = "its training ends after epoch 0, but 1 are recorded";
  found.recorded = {recorded};
  found.again = again;
  return found;
}

std::vector<std::string> ChangesOf(const Verification& found) { return ToJson(found)["changes"]; }

TEST(VerifyReportTest, AnotherGpuIsNamedAndTheDatabaseIsNotBlamed) {
  const auto found = Differing(OnGpu("NVIDIA H100 80GB HBM3"), OnGpu("NVIDIA H200", "cuda:3"));
  EXPECT_THAT(ChangesOf(found),
              ElementsAre("the GPU was NVIDIA H100 80GB HBM3, is NVIDIA H200 now"));
  EXPECT_THAT(VerificationText(found, {}),
              AllOf(HasSubstr("What has changed: the GPU was NVIDIA H100 80GB HBM3, is NVIDIA H200 "
                              "now. The data are the same."),
                    Not(HasSubstr("database was changed"))));
}

TEST(VerifyReportTest, AnotherGpuOfTheSameModelIsNoChange) {
  const auto found = Differing(OnGpu("NVIDIA H100"), OnGpu("NVIDIA H100", "cuda:1"));
  EXPECT_THAT(ChangesOf(found), IsEmpty());
  EXPECT_THAT(VerificationText(found, {}), HasSubstr("then the database was changed"));
}

TEST(VerifyReportTest, EveryPartThatDiffersIsNamed) {
  Provenance again = OnGpu("NVIDIA H100");
  again.cpu_target = "NVIDIA H100, compute capability 9.0, 114 SMs, cuBLAS 13.2.0, packs of 64";
  EXPECT_THAT(ChangesOf(Differing(OnGpu("NVIDIA H100"), again)),
              ElementsAre("the number of SMs was 132, is 114 now",
                          "the cuBLAS version was 13.1.0, is 13.2.0 now",
                          "the LibTorch version was 2.11.0, is none now",
                          "the fixed pack size was none, is 64 now"));
}

TEST(VerifyReportTest, FromGpuToCpuEverythingIsNamed) {
  const Provenance cpu{"torch", "cpu", "AVX2, OpenBLAS Haswell, LibTorch 2.11.0", "0.3.0", 1};
  EXPECT_THAT(ChangesOf(Differing(OnGpu("NVIDIA H100"), cpu)),
              testing::Contains("the device was cuda, is cpu now"));
}

TEST(VerifyReportTest, OnACpuThePartsAreItsInstructionsAndLibraries) {
  const Provenance before{"torch", "cpu", "AVX512, OpenBLAS SkylakeX, LibTorch 1.13.0", "0.3.0", 1};
  const Provenance again{"torch", "cpu", "AVX2, OpenBLAS Haswell, LibTorch 1.13.0", "0.3.0", 1};
  EXPECT_THAT(ChangesOf(Differing(before, again)),
              ElementsAre("the CPU target was AVX512, is AVX2 now",
                          "the OpenBLAS was SkylakeX, is Haswell now"));
}

TEST(VerifyReportTest, APackOfAnotherSizeIsNamedUnlessItWasFixed) {
  Provenance recorded = OnGpu("NVIDIA H100");
  recorded.pack_size = 16;
  EXPECT_THAT(ChangesOf(Differing(recorded, OnGpu("NVIDIA H100"))),
              ElementsAre("it was trained in a pack of 16, is alone now"));
  EXPECT_EQ(FixedPackSize(recorded), 0);
  recorded.cpu_target += ", packs of 64";
  Provenance again = OnGpu("NVIDIA H100");
  again.cpu_target += ", packs of 64";
  EXPECT_THAT(ChangesOf(Differing(recorded, again)), IsEmpty());
  EXPECT_EQ(FixedPackSize(recorded), 64);
}

/// A trial of a user's program that reported five epochs.
Verification OfProgram() {
  Verification found;
  found.trial_id = "0123456789abcdef";
  found.scheduler = "StepLR";
  found.of_program = true;
  found.epochs_recorded = 5;
  found.bits.metric = "top5";
  found.bits.epochs = 5;
  found.recorded = {{"command", "cuda:0", "", "0.3.0", 1}};
  found.again = {"command", "cuda:1", "", "0.4.0", 1};
  return found;
}

TEST(VerifyReportTest, AProgramThatGivesTheSameNumbersIsSaidToDoSo) {
  Verification found = OfProgram();
  EXPECT_EQ(VerificationText(found, {}),
            "0123456789abcdef  StepLR  the program gives the same numbers again in all 5 epochs, "
            "in 0.0 s\n");
  found.bits.epochs = 2;
  EXPECT_THAT(VerificationText(found, {}), HasSubstr("again in the first 2 of 5 epochs, in"));
}

TEST(VerifyReportTest, OfAProgramThatIsNotExactTheFirstDifferenceIsNamed) {
  Verification found = OfProgram();
  found.bits.epochs_that_differ = 3;
  found.bits.earliest = {3, std::nullopt, "top5", 0.5, 0.75};
  EXPECT_THAT(VerificationText(found, {}),
              AllOf(HasSubstr("the program is not exact: it differs from the end of epoch 3 on: "
                              "top5 was 0.5, is 0.75 now (by 0.25)\n"),
                    HasSubstr("the values of 3 epochs differ"), HasSubstr("LRSWEEP_SEED"),
                    Not(HasSubstr("resumed")), Not(HasSubstr("database was changed"))));
}

TEST(VerifyReportTest, ADifferenceAfterAResumeIsAscribedToTheCheckpoint) {
  Verification found = OfProgram();
  found.resumed_after = {2, 4};
  found.bits.earliest = {3, std::nullopt, "top5", 0.5, 0.75};
  EXPECT_THAT(
      VerificationText(found, {}),
      HasSubstr("The recorded trial resumed after epoch 2: its checkpoint may not hold all"));
  found.bits.earliest->epoch = 2;
  EXPECT_THAT(VerificationText(found, {}), Not(HasSubstr("resumed")));
}

TEST(VerifyReportTest, AProgramThatReportsOtherEpochsIsNamed) {
  Verification found = OfProgram();
  found.bits.epochs = 1;
  found.error = "it reports epoch 3 now, where epoch 5 is recorded";
  EXPECT_THAT(VerificationText(found, {}), HasSubstr("it does not run again as recorded: it "
                                                     "reports epoch 3 now"));
}

}  // namespace
}  // namespace lrsweep
