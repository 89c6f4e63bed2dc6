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
 * Stage 9, on 7: answers. A send takes what the kernel has room for, and the rest waits for POLLOUT.
 *
 * <p>New: {@code unsent}. A send of n bytes leaves the slice from n on. While there is one, poll(2) is asked
 * for POLLOUT alone: who does not take answers is not read from, so what it holds is bounded. POLLOUT is
 * asked for only then, since a socket can nearly always be written to, and poll(2) would never sleep.
 *
 * <p>Try: {@code make stage N=9}, then
 * {@code java --enable-native-access=ALL-UNNAMED -jar target/pollux.jar send 127.0.0.1:5882 hello world}
 *
 * <p>Still wrong: who never sends, or never reads, stays for ever, and the 4096th client is turned away.
 *
 * <p>In the engine: {@code server.Client.flush} and {@code server.Outbound}.
 */
public final class Stage09Writes extends Stage {
    private static final long POLLFD = pollfd.sizeof(); // int fd; short events; short revents;
    private static final long FD = pollfd.fd$offset();
    private static final long EVENTS = pollfd.events$offset();
    private static final long REVENTS = pollfd.revents$offset();

    private final MemorySegment polls = pollfd.allocateArray(1 + MAX_CLIENTS, arena);
    private final MemorySegment clientPolls = polls.asSlice(POLLFD); // Without the listener's entry.
    private final Client[] clients = new Client[MAX_CLIENTS];
    private int connected; // Entries in use of clients and of clientPolls.

    private static final class Client {
        final int fd;
        final Arena arena = Arena.ofConfined(); // What a client holds is freed when it goes.
        final Reader reader = new Reader(arena);
        MemorySegment unsent = NULL; // Answers that the kernel has not taken, in the reader's buffer.

        Client(int fd) {
            this.fd = fd;
        }
    }

    @Override
    void run() {
        listen(SOCK_STREAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC());
        put(polls, 0, listener);
        while (!isOver()) {
            int pending = waited(posix.poll(polls, 0, 1 + connected, -1), "poll");
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

    private void accept() {
        while (true) {
            int fd = posix.accept4(listener, NULL, NULL, SOCK_NONBLOCK() | SOCK_CLOEXEC());
            if (fd == -EAGAIN()) {
                return;
            }
            check(fd, "accept4");
            if (connected == MAX_CLIENTS) {
                posix.close(fd); // There is no room.
                continue;
            }
            clients[connected] = new Client(fd);
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
