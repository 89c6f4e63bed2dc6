package dev.pollux.tutorial;

import static dev.pollux.bindings.linux.Libc.POLLHUP;
import static dev.pollux.bindings.linux.Libc.POLLIN;
import static dev.pollux.bindings.linux.Libc.SOCK_NONBLOCK;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The first listing of the tutorial's section "poll", mistakes included, to be gone through turn by turn. */
public final class TutorialFirstListing implements AutoCloseable {
    private static final byte UNDEFINED = (byte) 0xAA; // What a safe Zig build fills such memory with.

    private final Posix posix;
    private final Arena arena = Arena.ofConfined();
    private final int listener;
    private final MemorySegment polls = pollfd.allocateArray(4096, arena);
    private final MemorySegment buf = arena.allocate(4096);
    private int pollCount = 1;

    /** What was printed. */
    public final List<String> got = new ArrayList<>();

    public TutorialFirstListing(Posix posix, int listener) {
        this.posix = posix;
        this.listener = listener;
        polls.fill(UNDEFINED);
        TutorialServer.set(polls, 0, listener);
    }

    /** Once round its loop. Returns what poll did. */
    public int turn(int timeoutMillis) {
        int active = pollCount + 1; // polls[0..poll_count + 1]; the listening socket is counted already.
        int pending = posix.poll(polls, 0, active, timeoutMillis);
        if (pollfd.revents(entry(0)) != 0) {
            int socket = PosixException.check(posix.accept4(listener, MemorySegment.NULL, MemorySegment.NULL,
                    SOCK_NONBLOCK()), "accept");
            TutorialServer.set(polls, pollCount, socket);
            pollCount += 1;
        }
        int i = 1;
        while (i < active) {
            int fd = pollfd.fd(entry(i));
            int revents = pollfd.revents(entry(i));
            if (revents == 0) {
                i += 1;
                continue;
            }
            boolean closed = false;
            if ((revents & POLLIN()) == POLLIN()) {
                int read = (int) Math.max(0, posix.read(fd, buf, 0, buf.byteSize()));
                if (read == 0) {
                    closed = true;
                } else {
                    got.add(new String(buf.asSlice(0, read).toArray(JAVA_BYTE)));
                }
            }
            if (closed || (revents & POLLHUP()) == POLLHUP()) {
                posix.close(fd);
                int lastIndex = active - 1;
                MemorySegment.copy(polls, lastIndex * pollfd.sizeof(), polls, i * pollfd.sizeof(),
                        pollfd.sizeof());
                active = lastIndex;
                pollCount -= 1;
            } else {
                i += 1;
            }
        }
        return pending;
    }

    private MemorySegment entry(int index) {
        return pollfd.asSlice(polls, index);
    }

    /** Entries that it believes to have, the listening socket's among them. */
    public int pollCount() {
        return pollCount;
    }

    @Override
    public void close() {
        arena.close();
    }
}
