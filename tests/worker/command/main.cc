#include <gtest/gtest.h>

#include "worker/command/guard.h"

int main(int argc, char** argv) {
  if (const auto status = lrsweep::RunGuardIfAsked(argc, argv)) return *status;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
