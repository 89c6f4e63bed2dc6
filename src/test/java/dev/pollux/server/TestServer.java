package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.Posix;
import dev.pollux.posix.SocketAddress;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A server with its clients, for one test. At its close all must have been given back: descriptors, memory,
 * clients; and nothing must have been logged as an error.
 */
final class TestServer implements AutoCloseable {
    static final Handler ECHO = Client::send;
    static final Duration PATIENCE = Duration.ofSeconds(10);

    static {
        try (ServerSocket socket = new ServerSocket(0)) { // For the first the JDK opens a pair it keeps.
            new TestClient(socket.getLocalPort()).close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    final Log log = new Log();
    final Server server;
    private final TestClock clock; // Null with the real one.
    private final List<TestClient> clients = new ArrayList<>();
    private final long descriptorsBefore = descriptors();
    private final List<String> failedCloses = new CopyOnWriteArrayList<>();
    private boolean errorsExpected;

    TestServer(ServerOptions options, Handler handler) {
        clock = options.posix() instanceof TestClock shared ? shared : null;
        Supplier<Posix> posix = options.posix();
        options.posix(() -> Intercepted.call(posix.get(), "close", this::close));
        server = new Server(options, handler);
        try {
            server.start();
        } catch (Throwable t) {
            log.close();
            throw t;
        }
    }

    static TestServer echo(Backend backend) {
        return new TestServer(options(backend), ECHO);
    }

    /** A descriptor that is closed twice is somebody else's the second time, at times. */
    private Object close(Object[] arguments, Callable<Object> kernel) throws Exception {
        Object result = kernel.call();
        if (arguments != null && (int) result != 0) { // Else it is the instance that is closed.
            failedCloses.add("close of descriptor " + arguments[0] + ": " + Errno.describe((int) result));
        }
        return result;
    }

    /** A free port, as many clients as every back end can watch, time to linger, and the rest by default. */
    static ServerOptions options(Backend backend) {
        return new ServerOptions().address(SocketAddress.of("127.0.0.1", 0)).backend(backend).maxClients(400)
                .lingerTimeout(Duration.ofMinutes(1));
    }

    int port() {
        return server.address().port();
    }

    TestClient connect() {
        return connect(0);
    }

    TestClient connect(int receiveBufferBytes) {
        TestClient client = new TestClient(port(), receiveBufferBytes);
        clients.add(client);
        return client;
    }

    long count(Counter counter) {
        return server.snapshot().get(counter);
    }

    /** Waits until a counter has at least that value. */
    void await(Counter counter, long value) {
        await(() -> count(counter) >= value, counter + " " + value);
    }

    void awaitExactly(Counter counter, long value) {
        await(() -> count(counter) == value, counter + " exactly " + value);
    }

    /** Waits for what only counters or the kernel can tell. */
    void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("in vain for " + what + ": " + server.snapshot());
            }
            Thread.yield();
        }
    }

    /** Runs something on the loop's thread and waits for what comes of it. */
    <T> T onLoop(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        server.execute(future);
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("on the loop: " + server.snapshot(), e);
        }
    }

    /** Returns when the loop has gone through a whole iteration that began after this was called. */
    void settle() {
        for (int i = 0; i < 3; i++) { // Woken, a whole one, and its end.
            onLoop(() -> null);
        }
    }

    /**
     * Puts the clock forward while the loop waits, and lets it see that. In the midst of an iteration it
     * would be a slow callback.
     */
    void advance(Duration time) {
        settle();
        clock.advance(time);
        settle();
    }

    /** What was logged at WARNING until now: a line may come a little later than its counter. */
    List<String> warnings() {
        settle();
        return log.warnings();
    }

    /** For tests in which the server is to log an error, or to fail. */
    TestServer expectErrors() {
        errorsExpected = true;
        return this;
    }

    /** Sockets and eventfds of this process: what a server opens. Jars and the like come and go. */
    static long descriptors() {
        String[] names = new File("/proc/self/fd").list();
        long count = 0;
        for (String name : names) {
            try {
                String target = Files.readSymbolicLink(Path.of("/proc/self/fd", name)).toString();
                if (target.startsWith("socket:") || target.startsWith("anon_inode:")) {
                    count++;
                }
            } catch (IOException e) {
                // Closed since, as the descriptor of the listing itself always is.
            }
        }
        return count;
    }

    /** A server that does not end must fail its own test and not stop all: its close waits without limit. */
    private void closeServer() {
        Thread closing = Thread.ofPlatform().daemon().start(server::close);
        try {
            if (!closing.join(PATIENCE)) {
                throw new AssertionError("the server does not end: " + server.snapshot());
            }
        } catch (InterruptedException e) {
            throw new AssertionError("the server does not end: " + server.snapshot(), e);
        }
    }

    @Override
    public void close() {
        closeServer();
        clients.forEach(TestClient::close);
        log.close();
        assertThat(failedCloses).isEmpty();
        assertThat(count(Counter.OFF_HEAP_BYTES)).as("off-heap bytes left").isZero();
        assertThat(count(Counter.CLIENTS_OPEN)).as("clients left").isZero();
        assertThat(descriptors()).as("descriptors left").isEqualTo(descriptorsBefore);
        assertThat(closes()).as("each client is closed once, with one reason")
                .isEqualTo(count(Counter.CLIENTS_ACCEPTED));
        if (!errorsExpected) {
            assertThat(log.errors()).isEmpty();
            try {
                server.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Closes, whatever the reason. */
    long closes() {
        long closes = 0;
        for (CloseReason reason : CloseReason.values()) {
            closes += count(reason.counter);
        }
        return closes;
    }
}
