package dev.pollux.stage;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.PosixException.check;
import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.pollux.bindings.linux.pollfd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Stage 12, on 10: two generations: poll(2) without the O(N). Who was active lately is asked each time,
 * others rarely.
 *
 * <p>New: {@code clients[0, young)} are young, the rest is old. poll(2) takes any stretch of an array: it
 * gets the young, and ten times a second, in a sweep, all. An old client that is ready becomes young; a young
 * one that was silent since the sweep before becomes old.
 *
 * <p>Try: {@code make stage N=12}, a crowd as in stage 5, {@code send} as in stage 9 with
 * {@code --count 9999}, then Ctrl-C: it prints how many entries it asked.
 *
 * <p>Still wrong: a sweep holds up everybody while it lasts, and goes on when nobody moves.
 *
 * <p>In the engine: {@code poller.GenerationalPoll} sweeps in slices, for a bounded share of the time.
 */
public final class Stage12Generations extends Stage {
    private static final int SWEEP_MILLIS = 100;
    private static final long POLLFD = pollfd.sizeof(); // int fd; short events; short revents;
    private static final long FD = pollfd.fd$offset();
    private static final long EVENTS = pollfd.events$offset();
    private static final long REVENTS = pollfd.revents$offset();

    private final MemorySegment polls = pollfd.allocateArray(1 + MAX_CLIENTS, arena);
    private final MemorySegment clientPolls = polls.asSlice(POLLFD); // Without the listener's entry.
    private final Client[] clients = new Client[MAX_CLIENTS];
    private int connected; // Entries in use of clients and of clientPolls.
    private int young; // The first so many of them; the others are old.
    private long sweepNanos = posix.nanoTime(); // When all were asked last.
    private long asked; // Entries, in all polls; and with
    private long oneGeneration; // it would have been so many.
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
            boolean sweep = nowNanos - sweepNanos >= SWEEP_MILLIS * 1_000_000;
            if (sweep) {
                demote();
                sweepNanos = nowNanos;
            }
            int some = sweep ? connected : young;
            asked += 1 + some;
            oneGeneration += 1 + connected;
            timeoutMillis = sweep ? 0 : Math.min(timeoutMillis, SWEEP_MILLIS);
            int pending = waited(posix.poll(polls, 0, 1 + some, timeoutMillis), "poll");
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
                    promote(i);
                    i++;
                } else {
                    remove(i); // The last one is here now: look again.
                }
            }
        }
        while (connected > 0) {
            remove(connected - 1);
        }
        print("asked " + asked + " entries; with one generation " + oneGeneration);
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
            promote(connected);
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

    /** Makes old who was silent since the last sweep. */
    private void demote() {
        for (int i = young - 1; i >= 0; i--) {
            if (clients[i].activeNanos < sweepNanos) {
                young--;
                swap(i, young);
            }
        }
    }

    private void promote(int i) {
        if (i >= young) {
            swap(i, young);
            young++;
        }
    }

    private void swap(int a, int b) {
        Client client = clients[a];
        clients[a] = clients[b];
        clients[b] = client;
        long entry = clientPolls.get(JAVA_LONG, a * POLLFD); // All of it, eight bytes.
        clientPolls.set(JAVA_LONG, a * POLLFD, clientPolls.get(JAVA_LONG, b * POLLFD));
        clientPolls.set(JAVA_LONG, b * POLLFD, entry);
    }

    /** Closes a client, frees what it held, and moves the last one into its place. */
    private void remove(int i) {
        if (i < young) { // The last young one comes here, and the last of all to its place.
            young--;
            swap(i, young);
            i = young;
        }
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
