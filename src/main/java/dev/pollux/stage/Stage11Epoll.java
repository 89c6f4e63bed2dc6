package dev.pollux.stage;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.PosixException.check;
import static java.lang.foreign.MemorySegment.NULL;

import dev.pollux.posix.EpollEvent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Stage 11: epoll(7). The kernel keeps the set, and tells only who is ready: no array of all, no scan, no
 * O(N).
 *
 * <p>New: {@code epoll_ctl} tells the kernel once, with 64 bits that come back in each event: the descriptor.
 * Entries do not move, so a map finds the client. A change of what is asked is a system call now, made only
 * if there is one. An {@code epoll_event} has 12 bytes on x86-64 and 16 elsewhere.
 *
 * <p>Try: {@code make stage N=11}, then
 * {@code java --enable-native-access=ALL-UNNAMED -jar target/pollux.jar send 127.0.0.1:5882 hello world}
 *
 * <p>Still wrong: deadlines, as in stage 10. And it is Linux alone.
 *
 * <p>In the engine: {@code poller.Epoll}, {@code posix.EpollEvent}.
 */
public final class Stage11Epoll extends Stage {
    private static final int MAX_EVENTS = 64; // In one wait; the others come in the next.

    private final MemorySegment events = arena.allocate(MAX_EVENTS * EpollEvent.BYTES, Long.BYTES);
    private final MemorySegment change = arena.allocate(EpollEvent.BYTES, Long.BYTES);
    private final Map<Integer, Client> clients = new HashMap<>(); // By descriptor.
    private int epoll;
    private boolean listening; // Whether the kernel is asked about the listener.
    private long nowNanos = posix.nanoTime(); // Read once in each pass, after the wait.

    private static final class Client {
        final int fd;
        final Arena arena = Arena.ofConfined(); // What a client holds is freed when it goes.
        final Reader reader = new Reader(arena);
        MemorySegment unsent = NULL; // Answers that the kernel has not taken, in the reader's buffer.
        long activeNanos; // When a byte last moved.
        int asked = EPOLLIN();

        Client(int fd) {
            this.fd = fd;
        }
    }

    @Override
    void run() {
        listen(SOCK_STREAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC());
        epoll = check(posix.epollCreate1(EPOLL_CLOEXEC()), "epoll_create1");
        tell(EPOLL_CTL_ADD(), listener, 0);
        while (!isOver()) {
            int timeoutMillis = expire();
            if (listening != clients.size() < options.maxClients()) {
                listening = !listening;
                tell(EPOLL_CTL_MOD(), listener, listening ? EPOLLIN() : 0);
            }
            int ready = waited(posix.epollWait(epoll, events, MAX_EVENTS, timeoutMillis), "epoll_wait");
            nowNanos = posix.nanoTime();
            for (int i = 0; i < ready; i++) {
                int fd = (int) EpollEvent.data(events, i);
                if (fd == listener) {
                    accept();
                } else if (!serve(clients.get(fd))) {
                    remove(clients.get(fd));
                }
            }
        }
        List.copyOf(clients.values()).forEach(this::remove);
        posix.close(epoll);
    }

    /** Closes who is idle for too long. Returns how long nobody else will be, in ms. */
    private int expire() {
        long idleNanos = options.idleMillis() * 1_000_000L;
        long nextNanos = idleNanos; // Of who comes in this very moment.
        for (Client client : List.copyOf(clients.values())) {
            long leftNanos = client.activeNanos + idleNanos - nowNanos;
            if (leftNanos > 0) {
                nextNanos = Math.min(nextNanos, leftNanos);
            } else {
                print("[" + client.fd + "] was idle for too long");
                remove(client);
            }
        }
        return (int) Math.ceilDiv(nextNanos, 1_000_000);
    }

    private void accept() {
        while (clients.size() < options.maxClients()) {
            int fd = posix.accept4(listener, NULL, NULL, SOCK_NONBLOCK() | SOCK_CLOEXEC());
            if (fd == -EAGAIN()) {
                return;
            }
            check(fd, "accept4");
            clients.put(fd, new Client(fd));
            clients.get(fd).activeNanos = nowNanos;
            tell(EPOLL_CTL_ADD(), fd, EPOLLIN());
        }
    }

    /** Reads once, and answers the messages that are complete. Returns false if the client is to go. */
    private boolean serve(Client client) {
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
        if (client.asked != (waits ? EPOLLOUT() : EPOLLIN())) {
            client.asked = waits ? EPOLLOUT() : EPOLLIN();
            tell(EPOLL_CTL_MOD(), client.fd, client.asked);
        }
        return (n > 0 || n == -EAGAIN()) && (waits || client.reader.fits());
    }

    /** Closes a client, which takes it out of the kernel's set, and frees what it held. */
    private void remove(Client client) {
        posix.close(client.fd);
        client.arena.close();
        clients.remove(client.fd);
    }

    /** Tells the kernel what to ask about a descriptor; its number comes back with each event. */
    private void tell(int operation, int fd, int asked) {
        EpollEvent.set(change, 0, asked, fd);
        check(posix.epollCtl(epoll, operation, fd, change), "epoll_ctl");
    }
}
