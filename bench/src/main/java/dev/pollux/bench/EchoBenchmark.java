package dev.pollux.bench;

import static dev.pollux.bindings.linux.Libc.MSG_NOSIGNAL;
import static dev.pollux.bindings.linux.Libc.POLLIN;

import dev.pollux.poller.Backend;
import dev.pollux.poller.PollSet;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import dev.pollux.server.Client;
import dev.pollux.server.Server;
import dev.pollux.server.ServerOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: what does a round trip through the whole engine cost, and how much of it is the kernel's?
 * <p>Measured: a frame of 20 bytes to an echo server on TCP over loopback, in the same process, and back.
 * roundTrip: the client on the benchmark's thread, the server on its own. engineOnOneThread: the same
 * server, with the peer's send and read made on the loop's thread around its own calls (see PeerOnLoop), so
 * that no thread is woken. rawCalls: those five calls by themselves: the peer's send, poll, read, send, the
 * peer's read. Not measured: many clients, which is what bench-peers is for.
 * <p>Read as: ns for a round trip. engineOnOneThread minus rawCalls is what frames, clients, deadlines and
 * counters cost, and the two more descriptors that the loop watches. C's five calls, from the same run, are
 * the limit for both.
 * <p>Expect: engineOnOneThread within some percent of rawCalls; roundTrip a multiple, most of it two
 * wake-ups, and with the largest spread of all benchmarks. {@code -prof gc} shows nearly 0 B for roundTrip,
 * the loop's thread included, but for the last iteration, in which the server ends. In some JVMs
 * engineOnOneThread shows some slices: PeerOnLoop is one method more on the way to each call than the
 * compiler follows (decision 0009).
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED")
public class EchoBenchmark {
    static final int ROUNDS = 1_000; // So that handing them over is next to nothing.
    private static final int ANSWER_SECONDS = 30;

    private static ServerOptions options(Backend backend) {
        return new ServerOptions().address(SocketAddress.of("127.0.0.1", 0)).backend(backend)
                .maxClients(64); // So that select(2) need not lower it.
    }

    /** A server with one client. */
    @State(Scope.Thread)
    public static class TwoThreads {
        @Param public Backend backend;

        Server server;
        private EchoPeer peer;
        private int fd;
        private NativePosix posix;
        private Arena arena;

        @Setup
        public void start() {
            server = new Server(options(backend), Client::send).start();
            posix = NativePosix.confined();
            arena = Arena.ofConfined();
            peer = new EchoPeer(posix, arena);
            fd = Descriptors.connect(posix, server.address());
        }

        void roundTrip() {
            peer.send(fd);
            peer.receive(fd);
        }

        boolean isEchoed() {
            return peer.isEchoed();
        }

        @TearDown
        public void close() {
            posix.close(fd);
            posix.close();
            arena.close();
            server.close();
        }
    }

    @Benchmark
    public void roundTrip(TwoThreads state) {
        state.roundTrip();
    }

    /** A server whose one client is served on the loop's thread. */
    @State(Scope.Thread)
    public static class OneThread {
        @Param public Backend backend;

        Server server;
        private final PeerOnLoop.Rounds rounds = new PeerOnLoop.Rounds();
        private int fd;
        private NativePosix posix;

        @Setup
        public void start() {
            server = new Server(options(backend).posix(() -> new PeerOnLoop(rounds)), Client::send).start();
            posix = NativePosix.confined();
            fd = Descriptors.connect(posix, server.address());
        }

        void roundTrips() throws InterruptedException {
            server.execute(() -> rounds.begin(fd, ROUNDS));
            if (!rounds.done.tryAcquire(ANSWER_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the loop did not answer");
            }
        }

        @TearDown
        public void close() {
            posix.close(fd);
            posix.close();
            server.close();
        }
    }

    @Benchmark
    @OperationsPerInvocation(ROUNDS)
    public void engineOnOneThread(OneThread state) throws InterruptedException {
        state.roundTrips();
    }

    /** The calls and the memory for them. */
    @State(Scope.Thread)
    public static class Raw {
        private NativePosix posix;
        private Arena arena;
        private EchoPeer peer;
        private int[] fds;
        private PollSet set;
        private MemorySegment buffer;

        @Setup
        public void connect() {
            posix = NativePosix.confined();
            arena = Arena.ofConfined();
            peer = new EchoPeer(posix, arena);
            fds = Descriptors.tcpPair(posix);
            set = new PollSet(0, 1);
            set.add(fds[1], 0, POLLIN());
            buffer = arena.allocate(64 << 10);
        }

        long roundTrip() {
            peer.send(fds[0]);
            int ready = posix.poll(set.entries(), 0, 1, -1);
            long n = posix.read(fds[1], buffer, 0, buffer.byteSize());
            if (ready != 1 || n != EchoPeer.FRAME) {
                throw new PosixException("poll or read", Math.min(ready, n));
            }
            long sent = posix.send(fds[1], buffer, 0, n, MSG_NOSIGNAL());
            peer.receive(fds[0]);
            return sent;
        }

        boolean isEchoed() {
            return peer.isEchoed();
        }

        @TearDown
        public void close() {
            Descriptors.close(posix, fds);
            set.close();
            arena.close();
            posix.close();
        }
    }

    @Benchmark
    public long rawCalls(Raw state) {
        return state.roundTrip();
    }
}
