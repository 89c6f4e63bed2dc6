package dev.pollux.poller;

import dev.pollux.posix.Sockets;
import dev.pollux.testkit.SimulatedKernel;

/** The contract of all pollers once more, on the simulated kernel: they cannot tell the difference. */
class SimulatedPollerContractTest extends PollerContractTest {
    private SimulatedKernel kernel;

    @Override
    Sockets sockets() {
        kernel = new SimulatedKernel();
        return new Sockets(kernel.posix());
    }

    @Override
    long descriptorsThatAreNoFiles() {
        return kernel.openDescriptors();
    }

    @Override
    void close() {
        super.close();
        kernel.assertClean();
    }
}
