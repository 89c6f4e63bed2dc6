package dev.pollux.stage;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.PosixException.check;
import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.pollux.bindings.linux.pollfd;
import java.lang.foreign.MemorySegment;

/**
 * Stage 6: readiness is level-triggered: the listener is reported again as long as somebody waits there.
 *
 * <p>New: a pass accepts until EAGAIN, or once ({@code --accept once}): both work, and nobody is forgotten.
 * When nobody has come for 100 ms, it prints how many polls the last burst took.
 *
 * <p>Try: {@code make stage N=6}, and with {@code ARGS="--accept once"}, each time with a crowd (in bash):
 * {@code (for i in $(seq 99); do exec {fd}<>/dev/tcp/127.0.0.1/5882; done; read)}
 *
 * <p>Still wrong: messages are whatever one read returns.
 *
 * <p>In the engine: {@code server.EventLoop} accepts up to {@code ServerOptions.acceptBudget} in an
 * iteration.
 */
public final class Stage06LevelTriggered extends Stage {
    private static final long POLLFD = pollfd.sizeof(); // int fd; short events; short revents;
    private static final long FD = pollfd.fd$offset();
    private static final long EVENTS = pollfd.events$offset();
    private static final long REVENTS = pollfd.revents$offset();

    private final MemorySegment buffer = arena.allocate(4096);
    private final MemorySegment polls = pollfd.allocateArray(1 + MAX_CLIENTS, arena);
    private int count; // Entries in use, the listener's among them.
    private int burst; // Connections since the listener was not ready,
    private int burstPolls; // and the polls that told of them.

    @Override
    void run() {
        listen(SOCK_STREAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC());
        put(polls, 0, listener);
        count = 1;
        while (!isOver()) {
            int pending = waited(posix.poll(polls, 0, count, burst == 0 ? -1 : 100), "poll");
            if (revents(polls, 0) != 0) {
                pending--;
                burstPolls++;
                accept();
            } else if (burst > 0) {
                print("a burst of " + burst + " took " + burstPolls + " polls");
                burst = 0;
                burstPolls = 0;
            }
            int i = 1;
            while (pending > 0) {
                if (revents(polls, i) == 0) {
                    i++;
                    continue;
                }
                pending--;
                if (serve(fd(polls, i))) {
                    i++;
                } else {
                    remove(i); // The last one is here now: look again.
                }
            }
        }
        while (count > 1) {
            remove(count - 1);
        }
    }

    private void accept() {
        do {
            int fd = posix.accept4(listener, NULL, NULL, SOCK_NONBLOCK() | SOCK_CLOEXEC());
            if (fd == -EAGAIN()) {
                return;
            }
            check(fd, "accept4");
            burst++;
            if (count == 1 + MAX_CLIENTS) {
                posix.close(fd); // There is no room.
                continue;
            }
            put(polls, count, fd);
            count++;
        } while (!options.acceptsOnce());
    }

    /** Prints what has come. Returns false if the client has gone: its end, POLLHUP or POLLERR. */
    private boolean serve(int fd) {
        long n = posix.read(fd, buffer, 0, buffer.byteSize());
        if (n == -EAGAIN()) {
            return true;
        }
        if (n > 0) {
            got(fd, buffer.asSlice(0, n));
        }
        return n > 0;
    }

    /** Closes a client, and moves the last entry into its place. */
    private void remove(int i) {
        posix.close(fd(polls, i));
        count--;
        MemorySegment.copy(polls, count * POLLFD, polls, i * POLLFD, POLLFD);
    }

    /** Asks whether a descriptor can be read from; 0, or what was said of another one would count. */
    private static void put(MemorySegment entries, int i, int fd) {
        entries.set(JAVA_INT, i * POLLFD + FD, fd);
        entries.set(JAVA_SHORT, i * POLLFD + EVENTS, (short) POLLIN());
        entries.set(JAVA_SHORT, i * POLLFD + REVENTS, (short) 0);
    }

    private static int fd(MemorySegment entries, int i) {
        return entries.get(JAVA_INT, i * POLLFD + FD);
    }

    private static int revents(MemorySegment entries, int i) {
        return entries.get(JAVA_SHORT, i * POLLFD + REVENTS);
    }
}
