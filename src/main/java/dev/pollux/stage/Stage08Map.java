package dev.pollux.stage;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.PosixException.check;
import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.pollux.bindings.linux.pollfd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/**
 * Stage 8: the same with a map from descriptor to client, as the tutorial's closing remark has it.
 *
 * <p>New: {@code Map<Integer, Client>}. An entry's descriptor finds its client, wherever the entry is.
 *
 * <p>Try: {@code make stage N=8}, and a message in two pieces:
 * {@code (printf '\5\0\0\0he'; sleep 1; printf llo) | nc -N 127.0.0.1 5882}
 *
 * <p>Still wrong: what stage 7 has wrong. And each look-up follows pointers and, above 127, makes an Integer,
 * where an array has an index; in return, {@code remove} is a line shorter.
 *
 * <p>In the engine: nothing does this. {@code server.ClientTable} is an array by slot, and each entry has a
 * slot.
 */
public final class Stage08Map extends Stage {
    private static final long POLLFD = pollfd.sizeof(); // int fd; short events; short revents;
    private static final long FD = pollfd.fd$offset();
    private static final long EVENTS = pollfd.events$offset();
    private static final long REVENTS = pollfd.revents$offset();

    private final MemorySegment polls = pollfd.allocateArray(1 + MAX_CLIENTS, arena);
    private final MemorySegment clientPolls = polls.asSlice(POLLFD); // Without the listener's entry.
    private final Map<Integer, Client> clients = new HashMap<>(); // By descriptor.
    private int connected; // Entries in use of clientPolls.

    private static final class Client {
        final int fd;
        final Arena arena = Arena.ofConfined(); // What a client holds is freed when it goes.
        final Reader reader = new Reader(arena);

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
                if (serve(clients.get(fd(clientPolls, i)))) {
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
            clients.put(fd, new Client(fd));
            put(clientPolls, connected, fd);
            connected++;
        }
    }

    /** Reads once, and prints the messages that are complete. Returns false if the client is to go. */
    private boolean serve(Client client) {
        long n = client.reader.fill(posix, client.fd);
        for (MemorySegment m = client.reader.next(); m != null; m = client.reader.next()) {
            got(client.fd, m);
        }
        return (n > 0 || n == -EAGAIN()) && client.reader.fits();
    }

    /** Closes a client, frees what it held, and moves the last one into its place. */
    private void remove(int i) {
        Client client = clients.remove(fd(clientPolls, i));
        posix.close(client.fd);
        client.arena.close();
        connected--;
        MemorySegment.copy(clientPolls, connected * POLLFD, clientPolls, i * POLLFD, POLLFD);
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
