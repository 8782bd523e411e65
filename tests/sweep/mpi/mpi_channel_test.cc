// The worker pool over the plug-in and real MPI: run as three ranks.
#include "sweep/mpi/mpi_launch.h"
#include "tests/support/channel_contract.h"

int main(int argc, char** argv) {
  return lrsweep::RunChannelTests(argc, argv, [] { return lrsweep::ConnectOverMpi(true); });
}
