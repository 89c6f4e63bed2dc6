package dev.pollux.bench.soak;

import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.server.Client;
import dev.pollux.server.CloseReason;
import dev.pollux.server.Handler;
import dev.pollux.server.ServerOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Makes {@link Trouble} in the server's process. Each connection that it disturbs is in the hit list. */
final class Mischief implements Handler {
    private static final int THROWS = 20_000; // One frame of this number.
    private static final int OPENINGS = 200; // One call of onOpen or onClose of this number.
    private static final int DAWDLES = 50_000;
    private static final int MOST_DAWDLE_MILLIS = 100;
    private static final int ALLOCATIONS = 100;
    private static final List<Supplier<Throwable>> THROWN = List.of(
            () -> new IllegalStateException("a mishap"), () -> new IOException("a mishap"),
            NullPointerException::new, () -> new LinkageError("a mishap"), StackOverflowError::new,
            () -> new OutOfMemoryError("a mishap"), () -> new AssertionError("a mishap"), Hostile::new,
            () -> new PosixException("read of a mishap", -Errno.EBADF.number));

    private final Set<Trouble> troubles;
    private final OutputStream hits;
    private final SplittableRandom random; // The loop thread's, once the server runs.
    private UnluckyPosix kernel; // The loop thread's: the last that was made.

    Mischief(Set<Trouble> troubles, long seed, OutputStream hits) {
        this.troubles = troubles;
        this.random = new SplittableRandom(seed);
        this.hits = hits;
    }

    /** Fails whenever it is looked at. */
    private static final class Hostile extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new LinkageError("no cause");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("no text");
        }
    }

    /** Puts itself between a server and its kernel, and between a server and its memory. */
    void join(ServerOptions options) {
        if (troubles.contains(Trouble.ERRNOS) || troubles.contains(Trouble.MEMORY)) {
            options.posix(this::kernel);
        }
        if (troubles.contains(Trouble.MEMORY)) {
            options.memory(this::arena);
        }
    }

    private Posix kernel() {
        kernel = new UnluckyPosix(Posix.confined(), random.split(), troubles.contains(Trouble.ERRNOS),
                port -> HitList.add(hits, port));
        return kernel;
    }

    private Arena arena() {
        if (random.nextInt(ALLOCATIONS) == 0) {
            kernel.hitLast();
            throw new OutOfMemoryError("a mishap");
        }
        return Arena.ofConfined();
    }

    @Override
    public void onOpen(Client client) {
        mayThrow(client, OPENINGS);
    }

    @Override
    public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
        if (troubles.contains(Trouble.HANDLER) && random.nextInt(DAWDLES) == 0) {
            dawdle();
        }
        boolean before = random.nextBoolean();
        if (before) {
            mayThrow(client, THROWS);
        }
        client.send(buffer, offset, length);
        if (!before) {
            mayThrow(client, THROWS);
        }
    }

    @Override
    public void onClose(Client client, CloseReason reason) {
        mayThrow(client, OPENINGS);
    }

    private void dawdle() {
        try {
            Thread.sleep(random.nextInt(MOST_DAWDLE_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void mayThrow(Client client, int oneOf) {
        if (troubles.contains(Trouble.HANDLER) && random.nextInt(oneOf) == 0) {
            HitList.add(hits, client.address().port());
            throw Mischief.<RuntimeException>unchecked(THROWN.get(random.nextInt(THROWN.size())).get());
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T unchecked(Throwable throwable) throws T {
        throw (T) throwable;
    }
}
