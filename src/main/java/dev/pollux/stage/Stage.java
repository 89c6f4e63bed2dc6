package dev.pollux.stage;

import static dev.pollux.bindings.linux.Libc.*;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * What the stages share and none of them is about: options, a listening socket, printing, and how to end.
 *
 * <p>A stage is made and started on the same thread, to which its arena and its errno belong.
 */
public abstract class Stage {
    /** With the listener, as many entries for poll(2) as the tutorial has. */
    public static final int MAX_CLIENTS = 4095;
    private static final int MAX_TEXT = 60; // Bytes of a message that are printed.

    /** What a user can say; a stage looks at what concerns it. {@code seconds} 0 is without end. */
    public record Options(int port, int seconds, boolean acceptsOnce, int maxClients, int idleMillis) {
    }

    final Posix posix = Posix.confined();
    final Arena arena = Arena.ofConfined();
    Options options;
    int listener = -1;
    private Consumer<String> out;
    private long startNanos;
    private volatile boolean stopped;
    private volatile SocketAddress address; // Null until it listens.

    /** Runs the stage until its time is over or {@link #stop} is called; {@code out} is given each line. */
    public final void start(Options options, Consumer<String> out) {
        this.options = options;
        this.out = out;
        startNanos = posix.nanoTime();
        try {
            run();
        } finally {
            if (listener >= 0) {
                posix.close(listener);
            }
            posix.close();
            arena.close();
        }
    }

    /** The stage itself: listens, serves until {@link #isOver}, and closes its clients. */
    abstract void run();

    /** Ends the stage from another thread: by a flag, and by connecting, since the stage may be waiting. */
    public final void stop() {
        stopped = true;
        if (address == null) {
            return; // It will see the flag before it waits.
        }
        try (Posix own = Posix.confined(); Arena segments = Arena.ofConfined()) {
            int fd = own.socket(address.family(), SOCK_STREAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC(), 0);
            own.connect(fd, address.toSegment(segments));
            MemorySegment entry = pollfd.allocate(segments);
            pollfd.fd(entry, fd);
            pollfd.events(entry, (short) POLLOUT());
            own.poll(entry, 0, 1, 1000); // Until it is connected: before, close(2) would take it back.
            own.close(fd);
        }
    }

    final boolean isOver() {
        long nanos = options.seconds * 1_000_000_000L;
        return stopped || nanos > 0 && posix.nanoTime() - startNanos >= nanos;
    }

    /** Makes the listening socket: socket(2), setsockopt(2), bind(2), listen(2). */
    final void listen(int type) {
        SocketAddress wanted = SocketAddress.of("127.0.0.1", options.port);
        listener = PosixException.check(posix.socket(wanted.family(), type, 0), "socket");
        MemorySegment on = arena.allocateFrom(JAVA_INT, 1);
        PosixException.check(posix.setsockopt(listener, SOL_SOCKET(), SO_REUSEADDR(), on), "SO_REUSEADDR");
        PosixException.check(posix.bind(listener, wanted.toSegment(arena)), "bind " + wanted);
        PosixException.check(posix.listen(listener, 128), "listen");
        SocketAddress bound = SocketAddress.ofSocket(posix, listener);
        print("listening on " + bound);
        address = bound;
    }

    /** The result of a call that waits; where a signal came first, 0: nothing is ready. */
    static int waited(int result, String call) {
        return result == -EINTR() ? 0 : PosixException.check(result, call);
    }

    final void print(String line) {
        out.accept(line);
    }

    /** Prints what came from a client; what is not ASCII shows as a dot. */
    final void got(int fd, MemorySegment bytes) {
        StringBuilder line = new StringBuilder("[" + fd + "] got " + bytes.byteSize() + " bytes: ");
        for (long i = 0; i < Math.min(bytes.byteSize(), MAX_TEXT); i++) {
            byte b = bytes.get(JAVA_BYTE, i);
            line.append(b >= ' ' && b < 127 ? (char) b : '.');
        }
        print(line.toString());
    }
}
