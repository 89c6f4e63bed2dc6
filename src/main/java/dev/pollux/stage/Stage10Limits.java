package dev.pollux.stage;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.PosixException.check;
import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.pollux.bindings.linux.pollfd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Stage 10: limits. A client that is idle for too long is closed, and no more come in than there is room for.
 *
 * <p>New: each wait ends at the next deadline, rounded up. At the limit, the listener's entry gets a negative
 * descriptor, which poll(2) passes over: who comes then waits in the kernel's backlog for a free place.
 *
 * <p>Try: {@code make stage N=10 ARGS="--max-clients 1 --idle-timeout 5s"}, and {@code nc 127.0.0.1 5882}
 * twice: the first ends after five seconds, and then the second is let in.
 *
 * <p>Still wrong: the next deadline is looked for among all clients, in each pass: O(N) again.
 *
 * <p>In the engine: {@code server.DeadlineList} keeps the first deadline first; {@code server.Admission}
 * pauses the listener, also when descriptors run out.
 */
public final class Stage10Limits extends Stage {
    private static final long POLLFD = pollfd.sizeof(); // int fd; short events; short revents;
    private static final long FD = pollfd.fd$offset();
    private static final long EVENTS = pollfd.events$offset();
    private static final long REVENTS = pollfd.revents$offset();

    private final MemorySegment polls = pollfd.allocateArray(1 + MAX_CLIENTS, arena);
    private final MemorySegment clientPolls = polls.asSlice(POLLFD); // Without the listener's entry.
    private final Client[] clients = new Client[MAX_CLIENTS];
    private int connected; // Entries in use of clients and of clientPolls.
    private long nowNanos = posix.nanoTime(); // Read once in each pass, after the wait.

    private static final class Client {
        final int fd;
        final Arena arena = Arena.ofConfined(); // What a client holds is freed when it goes.
        final Reader reader = new Reader(arena);
        MemorySegment unsent = NULL; // Answers that the kernel has not taken, in the reader's buffer.
        long activeNanos; // When a byte last moved.

        Client(int fd) {
            this.fd = fd;
        }
    }

    @Override
    void run() {
        listen(SOCK_STREAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC());
        while (!isOver()) {
            int timeoutMillis = expire();
            put(polls, 0, connected < options.maxClients() ? listener : ~listener);
            int pending = waited(posix.poll(polls, 0, 1 + connected, timeoutMillis), "poll");
            nowNanos = posix.nanoTime();
            if (revents(polls, 0) != 0) {
                pending--;
                accept();
            }
            int i = 0;
            while (pending > 0) {
                if (revents(clientPolls, i) == 0) {
                    i++;
                    continue;
                }
                pending--;
                if (serve(clients[i], i)) {
                    i++;
                } else {
                    remove(i); // The last one is here now: look again.
                }
            }
        }
        while (connected > 0) {
            remove(connected - 1);
        }
    }

    /** Closes who is idle for too long. Returns how long nobody else will be, in ms. */
    private int expire() {
        long idleNanos = options.idleMillis() * 1_000_000L;
        long nextNanos = idleNanos; // Of who comes in this very moment.
        int i = 0;
        while (i < connected) {
            long leftNanos = clients[i].activeNanos + idleNanos - nowNanos;
            if (leftNanos > 0) {
                nextNanos = Math.min(nextNanos, leftNanos);
                i++;
            } else {
                print("[" + clients[i].fd + "] was idle for too long");
                remove(i);
            }
        }
        return (int) Math.ceilDiv(nextNanos, 1_000_000);
    }

    private void accept() {
        while (connected < options.maxClients()) {
            int fd = posix.accept4(listener, NULL, NULL, SOCK_NONBLOCK() | SOCK_CLOEXEC());
            if (fd == -EAGAIN()) {
                return;
            }
            check(fd, "accept4");
            clients[connected] = new Client(fd);
            clients[connected].activeNanos = nowNanos;
            put(clientPolls, connected, fd);
            connected++;
        }
    }

    /** Reads once, and answers the messages that are complete. Returns false if the client is to go. */
    private boolean serve(Client client, int i) {
        long n = -EAGAIN();
        if (client.unsent.byteSize() == 0) {
            n = client.reader.fill(posix, client.fd);
            for (MemorySegment m = client.reader.next(); m != null; m = client.reader.next()) {
                got(client.fd, m);
            }
            client.unsent = client.reader.handedOut(); // An echo's answers are what it read.
        }
        if (client.unsent.byteSize() > 0) {
            n = posix.send(client.fd, client.unsent, 0, client.unsent.byteSize(), MSG_NOSIGNAL());
            client.unsent = client.unsent.asSlice(Math.max(0, n)); // What is left, perhaps all of it.
        }
        client.activeNanos = n > 0 ? nowNanos : client.activeNanos;
        boolean waits = client.unsent.byteSize() > 0;
        ask(clientPolls, i, waits ? POLLOUT() : POLLIN());
        return (n > 0 || n == -EAGAIN()) && (waits || client.reader.fits());
    }

    /** Closes a client, frees what it held, and moves the last one into its place. */
    private void remove(int i) {
        posix.close(clients[i].fd);
        clients[i].arena.close();
        connected--;
        clients[i] = clients[connected];
        clients[connected] = null;
        MemorySegment.copy(clientPolls, connected * POLLFD, clientPolls, i * POLLFD, POLLFD);
    }

    /** Asks whether a descriptor can be read from; 0, or what was said of another one would count. */
    private static void put(MemorySegment entries, int i, int fd) {
        entries.set(JAVA_INT, i * POLLFD + FD, fd);
        entries.set(JAVA_SHORT, i * POLLFD + EVENTS, (short) POLLIN());
        entries.set(JAVA_SHORT, i * POLLFD + REVENTS, (short) 0);
    }

    private static void ask(MemorySegment entries, int i, int events) {
        entries.set(JAVA_SHORT, i * POLLFD + EVENTS, (short) events);
    }

    private static int revents(MemorySegment entries, int i) {
        return entries.get(JAVA_SHORT, i * POLLFD + REVENTS);
    }
}
