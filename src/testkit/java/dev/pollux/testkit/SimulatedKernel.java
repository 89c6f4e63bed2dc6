package dev.pollux.testkit;

import dev.pollux.posix.Posix;
import dev.pollux.posix.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A kernel in memory, with a clock, a network and descriptors of its own. {@link #posix} makes calls on it;
 * {@link #connect} opens connections from outside. One thread.
 *
 * <p>Setters return this, and concern what comes after them.
 */
public final class SimulatedKernel {
    final Timeline timeline = new Timeline();
    final Descriptors descriptors = new Descriptors();
    final Network network = new Network(timeline);
    final Calls calls = new Calls(timeline, descriptors);
    final Waits waits = new Waits(timeline, descriptors, calls);
    private final Thread thread = Thread.currentThread();
    private int open; // Instances of Posix.

    /** A kernel with nothing going on, buffers of 64 KiB and 1024 descriptors. */
    public SimulatedKernel() {
    }

    /** The kernel as a thread sees it, to be closed as a {@link dev.pollux.posix.NativePosix} is. */
    public Posix posix() {
        open++;
        return new SimulatedPosix(this);
    }

    /** Nanoseconds on the simulated clock. */
    public long nanoTime() {
        return timeline.nowNanos();
    }

    /** Does something when so much time has passed, in the midst of whatever the server does then. */
    public void after(Duration delay, Runnable happens) {
        timeline.after(delay.toNanos(), happens);
    }

    /**
     * Lets time pass inside a callback, as in a handler that takes long. Whatever is due meanwhile happens:
     * peers send, and events planned with {@link #after} run.
     */
    public void pass(Duration time) {
        timeline.passUntil(timeline.nowNanos() + time.toNanos());
    }

    /** Connects from outside to whoever listens on a port. */
    public SimulatedPeer connect(int port) {
        return new SimulatedPeer(this, port);
    }

    /** What a connection's sender may have under way beside the receiver's buffer; 64 KiB. */
    public SimulatedKernel sendBufferBytes(int bytes) {
        network.sendBufferBytes = bytes;
        return this;
    }

    /** What a connection's receiver is sent before it reads; 64 KiB. */
    public SimulatedKernel receiveBufferBytes(int bytes) {
        network.receiveBufferBytes = bytes;
        return this;
    }

    /** How many descriptors the process may have open, 0 to 2 among them; a hard limit. */
    public SimulatedKernel descriptorLimit(int descriptors) {
        this.descriptors.softLimit = descriptors;
        this.descriptors.hardLimit = descriptors;
        return this;
    }

    /** What each call costs, and each descriptor in one that waits, in nanoseconds; 300 and 50. */
    public SimulatedKernel costNanos(long call, long entry) {
        calls.callNanos = call;
        waits.entryNanos = entry;
        return this;
    }

    /** What goes wrong; nothing at first. */
    public SimulatedKernel faults(Faults faults) {
        calls.faults = faults;
        return this;
    }

    /** Shows each call with its result, as strace(1) does. */
    public SimulatedKernel trace(Consumer<String> lines) {
        calls.trace = lines;
        return this;
    }

    /**
     * Answers mistakes of the caller (EBADF, EFAULT, a read of no bytes, …) as a real kernel does, instead of
     * failing the test.
     */
    public SimulatedKernel forgiving() {
        calls.strict = false;
        return this;
    }

    /** Descriptors that are open, without the three that every process begins with. */
    public int openDescriptors() {
        return descriptors.leaks().size();
    }

    /** Calls made so far. */
    public int calls() {
        return calls.number();
    }

    /** Fails if a mistake was made, a descriptor is open or a {@link Posix} not closed. */
    public void assertClean() {
        calls.rethrow();
        List<String> left = new ArrayList<>(descriptors.leaks());
        if (open != 0) {
            left.add(open + " instances of Posix");
        }
        if (!left.isEmpty()) {
            throw new AssertionError("left open: " + left);
        }
    }

    void closed() {
        open--;
    }

    void checkThread() {
        if (Thread.currentThread() != thread) {
            throw calls.misuse("a simulation runs on one thread");
        }
    }

    static SocketAddress address(int port) {
        return SocketAddress.of("127.0.0.1", port);
    }
}
