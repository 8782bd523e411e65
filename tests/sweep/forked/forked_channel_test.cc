// The worker pool over sockets to forked workers.
#include "sweep/forked/forked_workers.h"
#include "tests/support/channel_contract.h"

int main(int argc, char** argv) {
  return lrsweep::RunChannelTests(argc, argv, [] { return lrsweep::ForkWorkers(2, true); });
}
