package dev.pollux.bench;

import static dev.pollux.bindings.linux.Libc.EPOLL_CLOEXEC;
import static dev.pollux.bindings.linux.Libc.EPOLL_CTL_ADD;
import static dev.pollux.bindings.linux.Libc.POLLIN;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.poller.Backend;
import dev.pollux.poller.Interest;
import dev.pollux.poller.Poller;
import dev.pollux.posix.EpollEvent;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Real descriptors, none or one of them ready, watched in each of our ways. One thread. */
final class Watched implements AutoCloseable {
    private static final int MOST_EVENTS = 1024; // As in the server's epoll back end.

    private final Posix posix = NativePosix.confined();
    private final Arena arena = Arena.ofConfined();
    private final int count;
    private final int[] fds;
    private final MemorySegment pollfds;
    private final int epoll;
    private final MemorySegment events = arena.allocate(MOST_EVENTS * EpollEvent.BYTES, Long.BYTES);
    private final Poller poll;
    private final Poller generations;

    /** Watches {@code count} sockets, of which number {@code ready} can be read from, or none if negative. */
    Watched(int count, int ready) {
        this.count = count;
        this.fds = Descriptors.socketPairs(posix, (count + 1) / 2); // Both ends are watched.
        this.pollfds = pollfd.allocateArray(count, arena);
        this.epoll = PosixException.check(posix.epollCreate1(EPOLL_CLOEXEC()), "epoll_create1");
        this.poll = Backend.POLL.open(posix, count);
        this.generations = Backend.POLL_GENERATIONS.open(posix, count);
        MemorySegment event = arena.allocate(EpollEvent.BYTES, Long.BYTES);
        for (int i = 0; i < count; i++) {
            MemorySegment entry = pollfd.asSlice(pollfds, i);
            pollfd.fd(entry, fds[i]);
            pollfd.events(entry, (short) POLLIN());
            EpollEvent.set(event, 0, POLLIN(), i);
            PosixException.check(posix.epollCtl(epoll, EPOLL_CTL_ADD(), fds[i], event), "epoll_ctl");
            long token = Poller.token(Poller.FIXED_SLOTS + i, 0);
            poll.add(fds[i], token, Interest.READ);
            generations.add(fds[i], token, Interest.READ);
        }
        if (ready >= 0) {
            Descriptors.sendByte(posix, fds[ready ^ 1]);
        }
    }

    /** poll(2) itself: what the kernel takes, and the way there. */
    int poll(int timeoutMillis) {
        return posix.poll(pollfds, 0, count, timeoutMillis);
    }

    /** epoll_wait(2) itself. */
    int epollWait(int timeoutMillis) {
        return posix.epollWait(epoll, events, MOST_EVENTS, timeoutMillis);
    }

    /** The server's back end on poll(2): the call, the scan, and the copy of the result. */
    int pollBackend(long timeoutNanos) {
        return poll.await(timeoutNanos);
    }

    /** One pass of the back end that asks for silent clients in turn. */
    int generations(long timeoutNanos) {
        return generations.await(timeoutNanos);
    }

    @Override
    public void close() {
        poll.close();
        generations.close();
        posix.close(epoll);
        Descriptors.close(posix, fds);
        arena.close();
        posix.close();
    }
}
