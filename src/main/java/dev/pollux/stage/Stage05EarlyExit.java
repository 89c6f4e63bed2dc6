package dev.pollux.stage;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.PosixException.check;
import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.pollux.bindings.linux.pollfd;
import java.lang.foreign.MemorySegment;

/**
 * Stage 5: poll(2) says how many entries are ready, so the scan stops when it has found them.
 *
 * <p>New: {@code pending}. Each pass prints how many entries were looked at, and how many there are.
 *
 * <p>Try: {@code make stage N=5}, {@code nc 127.0.0.1 5882}, then a crowd (in bash), and type into nc:
 * {@code (for i in $(seq 99); do exec {fd}<>/dev/tcp/127.0.0.1/5882; done; read)}
 *
 * <p>Still wrong: with the crowd first and nc last, all are looked at. And the kernel walks through the whole
 * array in any case, which costs a hundred times as much. One connection is accepted in a pass.
 *
 * <p>In the engine: {@code poller.Poll.collect}; {@code PollSet.nextReady} looks at four entries at once.
 */
public final class Stage05EarlyExit extends Stage {
    private static final long POLLFD = pollfd.sizeof(); // int fd; short events; short revents;
    private static final long FD = pollfd.fd$offset();
    private static final long EVENTS = pollfd.events$offset();
    private static final long REVENTS = pollfd.revents$offset();

    private final MemorySegment buffer = arena.allocate(4096);
    private final MemorySegment polls = pollfd.allocateArray(1 + MAX_CLIENTS, arena);
    private int count; // Entries in use, the listener's among them.

    @Override
    void run() {
        listen(SOCK_STREAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC());
        put(polls, 0, listener);
        count = 1;
        while (!isOver()) {
            int asked = count;
            int pending = waited(posix.poll(polls, 0, asked, -1), "poll");
            if (revents(polls, 0) != 0) {
                pending--;
                accept();
            }
            int i = 1;
            int looked = 1;
            while (pending > 0) {
                looked++;
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
            print("looked at " + looked + " of " + asked + " entries");
        }
        while (count > 1) {
            remove(count - 1);
        }
    }

    private void accept() {
        int fd = posix.accept4(listener, NULL, NULL, SOCK_NONBLOCK() | SOCK_CLOEXEC());
        if (fd == -EAGAIN()) {
            return;
        }
        check(fd, "accept4");
        if (count == 1 + MAX_CLIENTS) {
            posix.close(fd); // There is no room.
            return;
        }
        put(polls, count, fd);
        count++;
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
