package dev.pollux.stage;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.PosixException.check;
import static java.lang.foreign.MemorySegment.NULL;

import java.lang.foreign.MemorySegment;

/**
 * Stage 1: a blocking echo server for one client at a time, where the tutorial's part 5a starts from.
 *
 * <p>New: {@code accept4}, {@code read}, {@code send} and {@code close} on an int, the descriptor, and a
 * buffer outside the heap that ends with its arena. A call returns a number, or {@code -errno}.
 *
 * <p>Try: {@code make stage N=1}, then {@code nc 127.0.0.1 5882} in two more terminals, and type into both.
 *
 * <p>Still wrong: the second terminal gets no answer until the first one ends, since {@code read} waits for
 * the first client's next bytes, and nothing else happens meanwhile.
 *
 * <p>In the engine: {@code posix.NativePosix} for the calls, {@code server.Listener} for the socket.
 */
public final class Stage01Blocking extends Stage {
    private final MemorySegment buffer = arena.allocate(4096);

    @Override
    void run() {
        listen(SOCK_STREAM() | SOCK_CLOEXEC());
        while (!isOver()) {
            int fd = posix.accept4(listener, NULL, NULL, SOCK_CLOEXEC()); // Waits until somebody connects.
            check(fd, "accept4");
            serve(fd);
            posix.close(fd);
        }
    }

    /** Sends back what comes, until the client has gone. */
    private void serve(int fd) {
        long n = posix.read(fd, buffer, 0, buffer.byteSize()); // Waits until it sends something.
        while (n > 0 && sendAll(fd, n)) {
            n = posix.read(fd, buffer, 0, buffer.byteSize());
        }
    }

    /** Sends the first {@code length} bytes of the buffer. Returns false if the client has gone. */
    private boolean sendAll(int fd, long length) {
        long sent = 0;
        while (sent < length) {
            long n = posix.send(fd, buffer, sent, length - sent, MSG_NOSIGNAL()); // Waits for room.
            if (n < 0) {
                return false;
            }
            sent += n;
        }
        return true;
    }
}
