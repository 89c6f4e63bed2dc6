package dev.pollux.testkit;

import dev.pollux.frame.Framing;
import dev.pollux.metrics.Snapshot;
import dev.pollux.posix.Posix;
import dev.pollux.posix.SocketAddress;
import dev.pollux.server.Client;
import dev.pollux.server.CloseReason;
import dev.pollux.server.Handler;
import dev.pollux.server.Server;
import dev.pollux.server.ServerOptions;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A {@link Server} on a {@link SimulatedKernel}, driven by the thread that made it; {@link SimulatedPosix}
 * shows how. It fails a test that makes it go round without getting anywhere, or that leaves anything open.
 * An {@link AssertionError} that a handler throws fails the test as well, although the server catches it.
 */
public final class SimulatedServer implements AutoCloseable {
    private static final Duration QUIET = Duration.ofMillis(100);
    private static final int MOST_ROUNDS = 100_000;
    private static final int MOST_BARREN = 5; // Iterations in a row that changed nothing and did not wait.

    private final SimulatedKernel kernel;
    private final Framing framing;
    private final Server server;
    private final Map<SocketAddress, CloseReason> reasons = new HashMap<>();
    private boolean running;
    private int barren;

    private SimulatedServer(ServerOptions options, Handler handler, SimulatedKernel kernel) {
        this.kernel = kernel;
        this.framing = options.framing();
        Supplier<Posix> real = options.posix();
        options.posix(kernel::posix);
        this.server = new Server(options, new Observer(handler));
        options.posix(real);
    }

    /** Starts a server on a kernel of its own. */
    public static SimulatedServer start(ServerOptions options, Handler handler) {
        return start(options, handler, new SimulatedKernel());
    }

    /**
     * Starts a server.
     *
     * @throws dev.pollux.posix.PosixException if a call failed
     */
    public static SimulatedServer start(ServerOptions options, Handler handler, SimulatedKernel kernel) {
        SimulatedServer started = new SimulatedServer(options, handler, kernel);
        started.server.open();
        started.running = true;
        return started;
    }

    /** The kernel that it runs on. */
    public SimulatedKernel kernel() {
        return kernel;
    }

    /** The server itself; its drain and close take effect when it is run. */
    public Server server() {
        return server;
    }

    /** The counters as they are now. */
    public Snapshot snapshot() {
        return server.snapshot();
    }

    /** Connects somebody who speaks the server's framing. */
    public SimulatedPeer connect() {
        return kernel.connect(server.address().port()).framing(framing);
    }

    /** Why the server closed its client at the other end of a peer, or null while it has not. */
    public CloseReason reason(SimulatedPeer peer) {
        return reasons.get(peer.address());
    }

    /** Runs until the peers have done all that they were told, and 100 ms have passed with nothing more. */
    public void run() {
        long happened = -1;
        for (int round = 0; running && happened != kernel.timeline.happened(); round++) {
            if (round == MOST_ROUNDS) {
                throw kernel.calls.misuse("the peers do not come to an end");
            }
            happened = kernel.timeline.happened();
            long next = kernel.timeline.nextNanos();
            runUntil(Math.max(kernel.nanoTime(), next == Timeline.NEVER ? 0 : next) + QUIET.toNanos());
        }
    }

    /** Runs for that time. */
    public void advance(Duration time) {
        runUntil(kernel.nanoTime() + time.toNanos());
    }

    private void runUntil(long nanos) {
        while (running && kernel.nanoTime() < nanos) {
            iterate(nanos);
        }
    }

    /**
     * Runs one iteration of the loop, in which it waits for 100 ms at most.
     *
     * @return false when the server has ended
     * @throws dev.pollux.posix.PosixException if the server ended because of a failed call
     */
    public boolean runOnce() {
        if (running) {
            iterate(kernel.nanoTime() + QUIET.toNanos());
        }
        return running;
    }

    private void iterate(long interruptNanos) {
        kernel.waits.interruptNanos = interruptNanos;
        long before = kernel.calls.progressMade();
        boolean goesOn = false;
        try {
            goesOn = server.runOnce();
        } finally {
            running = goesOn;
        }
        kernel.calls.rethrow();
        barren = kernel.calls.progressMade() == before ? barren + 1 : 0;
        if (barren > MOST_BARREN) {
            throw kernel.calls.misuse(barren + " iterations that changed nothing: a busy loop");
        }
    }

    /** Closes the server, and fails if it made a mistake or left anything open. */
    @Override
    public void close() {
        if (running) {
            server.close();
            while (running) {
                runOnce();
            }
        }
        kernel.assertClean();
    }

    /** Passes everything on, and remembers why clients were closed. */
    private final class Observer implements Handler {
        private final Handler handler;

        Observer(Handler handler) {
            this.handler = handler;
        }

        @Override
        public void onOpen(Client client) {
            try {
                handler.onOpen(client);
            } catch (AssertionError e) {
                throw kernel.calls.complained(e);
            }
        }

        @Override
        public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
            try {
                handler.onFrame(client, buffer, offset, length);
            } catch (AssertionError e) {
                throw kernel.calls.complained(e);
            }
        }

        @Override
        public void onClose(Client client, CloseReason reason) {
            reasons.put(client.address(), reason);
            try {
                handler.onClose(client, reason);
            } catch (AssertionError e) {
                throw kernel.calls.complained(e);
            }
        }
    }
}
