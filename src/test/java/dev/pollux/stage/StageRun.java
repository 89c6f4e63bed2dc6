package dev.pollux.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A stage on a thread of its own and what it prints; ended by the test or by itself, within 20 s. */
final class StageRun implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final CompletableFuture<Stage> stage = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private volatile String heldAt; // Printing such a line takes until it is released.
    private final CountDownLatch released = new CountDownLatch(1);
    final int port;

    StageRun(Supplier<Stage> supplier) throws Exception {
        this(supplier, 0, false, Stage.MAX_CLIENTS, 60_000);
    }

    StageRun(Supplier<Stage> supplier, int seconds, boolean acceptsOnce, int maxClients, int idleMillis)
            throws Exception {
        Stage.Options options = new Stage.Options(0, seconds, acceptsOnce, maxClients, idleMillis);
        thread = Thread.ofPlatform().daemon().name("stage").start(() -> {
            try {
                Stage made = supplier.get();
                stage.complete(made);
                made.start(options, this::print);
                ended.complete(null);
            } catch (Throwable t) {
                stage.completeExceptionally(t);
                ended.completeExceptionally(t);
                lines.add("failed: " + t);
            }
        });
        String line = line();
        assertThat(line).startsWith("listening on 127.0.0.1:");
        port = Integer.parseInt(line.substring("listening on 127.0.0.1:".length()));
    }

    private void print(String line) {
        lines.add(line);
        String held = heldAt;
        if (held != null && line.contains(held)) {
            try {
                assertThat(released.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** From now on, the stage stops where it prints {@code text}, until {@link #release}. */
    void holdAt(String text) {
        heldAt = text;
    }

    void release() {
        heldAt = null;
        released.countDown();
    }

    Peer connect() throws Exception {
        return new Peer(port, 0);
    }

    /** The next line. */
    String line() throws InterruptedException {
        String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(line).as("a line in time").isNotNull();
        return line;
    }

    /** The next line that contains {@code text}; what is before it is passed over. */
    String lineWith(String text) throws InterruptedException {
        String line = line();
        while (!line.contains(text)) {
            assertThat(line).doesNotStartWith("failed");
            line = line();
        }
        return line;
    }

    /** CPU time that the stage takes while nothing happens for a while. */
    long idleCpuMillis() throws InterruptedException {
        long before = ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId());
        thread.join(300);
        assertThat(thread.isAlive()).isTrue();
        return (ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId()) - before) / 1_000_000;
    }

    /** Ends the stage from outside, and fails if it had failed or does not end. */
    StageRun stop() {
        stage.join().stop();
        return join();
    }

    /** What a stage holds in a field of its own, after its end. */
    Object held(String field) throws ReflectiveOperationException {
        Field declared = stage.join().getClass().getDeclaredField(field);
        declared.setAccessible(true);
        return declared.get(stage.join());
    }

    /** Waits for the stage to end by itself. */
    StageRun join() {
        ended.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        return this;
    }

    /** All lines that nobody has taken. */
    List<String> rest() {
        List<String> rest = new ArrayList<>();
        lines.drainTo(rest);
        return rest;
    }

    @Override
    public void close() {
        release();
        stop();
    }
}
