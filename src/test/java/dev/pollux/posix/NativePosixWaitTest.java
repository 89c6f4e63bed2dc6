package dev.pollux.posix;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.Sockets.PATIENCE_MILLIS;
import static dev.pollux.posix.Sockets.assertRefused;
import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.bindings.linux.rlimit;
import dev.pollux.bindings.linux.timespec;
import dev.pollux.bindings.linux.timeval;
import dev.pollux.posix.Sockets.Pair;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The calls that wait for descriptors: what each tells, and how it fails. */
@Timeout(30)
class NativePosixWaitTest {
    private static final int CLOSED = -1;

    private final Sockets sockets = new Sockets();
    private final Posix posix = sockets.posix();

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void pollCountsTheReadyEntriesAndMarksThem() {
        Pair pair = sockets.unixPair();
        MemorySegment entries = sockets.entries(pair.near(), pair.far());
        sockets.write(pair.near(), 1);
        assertThat(posix.poll(entries, 0, 2, PATIENCE_MILLIS)).isEqualTo(1);
        assertThat(revents(entries, 0)).isZero();
        assertThat(revents(entries, 1)).isEqualTo(POLLIN());
    }

    @Test
    void pollAsksOnlyForItsStretchOfTheArray() {
        MemorySegment entries = sockets.entries(readable(), readable(), readable());
        assertThat(posix.poll(entries, 1, 1, 0)).isEqualTo(1);
        assertThat(revents(entries, 0)).isZero();
        assertThat(revents(entries, 1)).isEqualTo(POLLIN());
        assertThat(revents(entries, 2)).isZero();
    }

    @Test
    void pollReturnsZeroWhenTheTimeIsOver() {
        long start = posix.nanoTime();
        assertThat(posix.poll(sockets.entries(sockets.eventfd()), 0, 1, 5)).isZero();
        assertThat(posix.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
    }

    @Test
    void pollOfMoreEntriesThanDescriptorsAreAllowedIsEinval() {
        MemorySegment limits = rlimit.allocate(sockets.arena());
        assertThat(posix.getrlimit(RLIMIT_NOFILE(), limits)).isZero();
        long limit = rlimit.rlim_cur(limits);
        assumeTrue(limit > 0 && limit < 1 << 24, "too many descriptors are allowed to ask for more");
        MemorySegment entries = pollfd.allocateArray(limit + 1, sockets.arena());
        assertRefused(posix.poll(entries, 0, (int) limit + 1, 0), Errno.EINVAL);
    }

    @Test
    void pollOfMemoryThatIsNotThereIsEfault() {
        MemorySegment nowhere = MemorySegment.ofAddress(8).reinterpret(pollfd.sizeof());
        assertRefused(posix.poll(nowhere, 0, 1, 0), Errno.EFAULT);
    }

    @Test
    void pollInterruptedByASignalIsEintr() throws Exception {
        int silent = sockets.eventfd();
        KernelThread<Integer> polling = KernelThread.start(() -> {
            try (Sockets own = new Sockets()) {
                return own.posix().poll(own.entries(silent), 0, 1, PATIENCE_MILLIS);
            }
        });
        assertRefused(polling.interruptCall(), Errno.EINTR);
    }

    @Test
    void ppollTakesNanoseconds() {
        MemorySegment entries = sockets.entries(sockets.eventfd());
        long start = posix.nanoTime();
        assertThat(posix.ppoll(entries, 0, 1, time(0, 1_500_000))).isZero();
        assertThat(posix.nanoTime() - start).isGreaterThanOrEqualTo(1_500_000);
    }

    @Test
    void ppollWithoutATimeWaitsForItsStretchOfTheArray() throws Exception {
        int silent = sockets.eventfd();
        int awaited = sockets.eventfd();
        KernelThread<Integer> polling = KernelThread.start(() -> {
            try (Sockets own = new Sockets()) {
                MemorySegment entries = own.entries(silent, awaited);
                assertThat(own.posix().ppoll(entries, 1, 1, NULL)).isEqualTo(1);
                return revents(entries, 1);
            }
        });
        polling.untilBlocked();
        assertThat(posix.eventfdWrite(awaited, 1)).isZero();
        assertThat(polling.join()).isEqualTo(POLLIN());
    }

    @Test
    void ppollWithANegativeTimeIsEinval() {
        MemorySegment entries = sockets.entries(sockets.eventfd());
        assertRefused(posix.ppoll(entries, 0, 1, time(-1, 0)), Errno.EINVAL);
        assertRefused(posix.ppoll(entries, 0, 1, time(0, 1_000_000_000)), Errno.EINVAL);
    }

    @Test
    void selectLeavesOnlyTheReadyOnesInTheSets() {
        int silent = sockets.eventfd();
        int ready = readable();
        MemorySegment reads = set(silent, ready);
        MemorySegment writes = set(silent);
        int count = Math.max(silent, ready) + 1;
        assertThat(posix.select(count, reads, writes, NULL, NULL)).isEqualTo(2);
        assertThat(reads.mismatch(set(ready))).isEqualTo(-1);
        assertThat(writes.mismatch(set(silent))).isEqualTo(-1);
    }

    @Test
    void selectReturnsZeroWhenTheTimeIsOver() {
        int silent = sockets.eventfd();
        MemorySegment reads = set(silent);
        MemorySegment time = timeval.allocate(sockets.arena());
        timeval.tv_usec(time, 1500);
        long start = posix.nanoTime();
        assertThat(posix.select(silent + 1, reads, NULL, NULL, time)).isZero();
        assertThat(posix.nanoTime() - start).isGreaterThanOrEqualTo(1_500_000);
        assertThat(reads.mismatch(set())).isEqualTo(-1);
    }

    @Test
    void selectWithANegativeCountOrTimeIsEinval() {
        MemorySegment time = timeval.allocate(sockets.arena());
        assertRefused(posix.select(-1, NULL, NULL, NULL, time), Errno.EINVAL);
        timeval.tv_sec(time, -1);
        assertRefused(posix.select(0, NULL, NULL, NULL, time), Errno.EINVAL);
    }

    @Test
    void epollTellsWhatWasGivenAlong() {
        Pair pair = sockets.unixPair();
        int epoll = epoll();
        assertThat(posix.epollCtl(epoll, EPOLL_CTL_ADD(), pair.near(), event(POLLIN(), -7))).isZero();
        MemorySegment events = sockets.arena().allocate(3 * EpollEvent.BYTES);
        assertThat(posix.epollWait(epoll, events, 3, 0)).isZero();
        sockets.write(pair.far(), 1);
        assertThat(posix.epollWait(epoll, events, 3, PATIENCE_MILLIS)).isEqualTo(1);
        assertThat(EpollEvent.events(events, 0)).isEqualTo(POLLIN());
        assertThat(EpollEvent.data(events, 0)).isEqualTo(-7);

        assertThat(posix.epollCtl(epoll, EPOLL_CTL_MOD(), pair.near(), event(POLLOUT(), 8))).isZero();
        assertThat(posix.epollWait(epoll, events, 3, PATIENCE_MILLIS)).isEqualTo(1);
        assertThat(EpollEvent.events(events, 0)).isEqualTo(POLLOUT());
        assertThat(EpollEvent.data(events, 0)).isEqualTo(8);

        assertThat(posix.epollCtl(epoll, EPOLL_CTL_DEL(), pair.near(), NULL)).isZero();
        assertThat(posix.epollWait(epoll, events, 3, 0)).isZero();
    }

    @Test
    void epollCreate1WithUnknownFlagsIsEinval() {
        assertRefused(posix.epollCreate1(-1), Errno.EINVAL);
    }

    @Test
    void epollCtlOfWhatIsThereAlreadyOrNotIsEexistOrEnoent() {
        int epoll = epoll();
        int fd = sockets.eventfd();
        assertRefused(posix.epollCtl(epoll, EPOLL_CTL_MOD(), fd, event(POLLIN(), 0)), Errno.ENOENT);
        assertThat(posix.epollCtl(epoll, EPOLL_CTL_ADD(), fd, event(POLLIN(), 0))).isZero();
        assertRefused(posix.epollCtl(epoll, EPOLL_CTL_ADD(), fd, event(POLLIN(), 0)), Errno.EEXIST);
        assertRefused(posix.epollCtl(epoll, EPOLL_CTL_ADD(), CLOSED, event(POLLIN(), 0)), Errno.EBADF);
    }

    @Test
    void epollWaitOnWhatIsNoEpollIsEinval() {
        MemorySegment events = sockets.arena().allocate(EpollEvent.BYTES);
        assertRefused(posix.epollWait(sockets.eventfd(), events, 1, 0), Errno.EINVAL);
        assertRefused(posix.epollWait(CLOSED, events, 1, 0), Errno.EBADF);
    }

    private int epoll() {
        return sockets.own(posix.epollCreate1(EPOLL_CLOEXEC()));
    }

    private MemorySegment event(int events, long data) {
        MemorySegment event = sockets.arena().allocate(EpollEvent.BYTES);
        EpollEvent.set(event, 0, events, data);
        return event;
    }

    private MemorySegment set(int... fds) {
        MemorySegment set = sockets.arena().allocate(FD_SETSIZE() / Byte.SIZE, Long.BYTES);
        for (int fd : fds) {
            int word = fd / Long.SIZE;
            set.setAtIndex(JAVA_LONG, word, set.getAtIndex(JAVA_LONG, word) | 1L << fd);
        }
        return set;
    }

    private int readable() {
        return sockets.own(posix.eventfd(1, EFD_CLOEXEC()));
    }

    private MemorySegment time(long seconds, long nanos) {
        MemorySegment time = timespec.allocate(sockets.arena());
        timespec.tv_sec(time, seconds);
        timespec.tv_nsec(time, nanos);
        return time;
    }

    private static int revents(MemorySegment entries, int index) {
        return pollfd.revents(pollfd.asSlice(entries, index));
    }
}
