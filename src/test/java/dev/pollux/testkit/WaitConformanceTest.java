package dev.pollux.testkit;

import static dev.pollux.posix.Sockets.assertRefused;
import static dev.pollux.testkit.Abi.POLLERR;
import static dev.pollux.testkit.Abi.POLLHUP;
import static dev.pollux.testkit.Abi.POLLIN;
import static dev.pollux.testkit.Abi.POLLNVAL;
import static dev.pollux.testkit.Abi.POLLOUT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.posix.EpollEvent;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.Sockets;
import dev.pollux.posix.Sockets.Pair;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Descriptors, and the calls that wait for them, on both kernels. */
@Timeout(60)
class WaitConformanceTest extends ConformanceTest {
    private static final MemorySegment NULL = MemorySegment.NULL;
    private static final long SET_BYTES = Abi.FD_SETSIZE / 8;

    @ParameterizedTest
    @EnumSource
    void theLowestFreeDescriptorIsTheNext(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            boolean seen = false;
            for (int i = 0; i < 5 && !seen; i++) { // The JVM opens a file of its own now and then.
                seen = lowestFirst(sockets);
            }
            assertThat(seen).isTrue();
        }
    }

    private static boolean lowestFirst(Sockets sockets) {
        int first = sockets.eventfd();
        int second = sockets.eventfd();
        int third = sockets.eventfd();
        sockets.close(first);
        sockets.close(third);
        return first < second && second < third && sockets.eventfd() == first && sockets.eventfd() == third;
    }

    @ParameterizedTest
    @EnumSource
    void noCallIsMadeOnWhatIsNotOpen(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Posix posix = sockets.posix();
            int fd = sockets.eventfd();
            sockets.close(fd);
            MemorySegment some = sockets.arena().allocate(64, 8);
            assertRefused(posix.close(fd), Errno.EBADF);
            assertRefused(posix.read(fd, some, 0, 8), Errno.EBADF);
            assertRefused(posix.send(fd, some, 0, 8, Abi.MSG_NOSIGNAL), Errno.EBADF);
            assertRefused(posix.accept4(fd, NULL, NULL, 0), Errno.EBADF);
            assertRefused(posix.shutdown(fd, Abi.SHUT_WR), Errno.EBADF);
            assertRefused(posix.eventfdWrite(fd, 1), Errno.EBADF);
            assertRefused(posix.listen(fd, 1), Errno.EBADF);
            assertRefused(posix.epollWait(fd, some, 1, 0), Errno.EBADF);
            int eventfd = sockets.eventfd();
            assertRefused(posix.send(eventfd, some, 0, 8, Abi.MSG_NOSIGNAL), Errno.ENOTSOCK);
            assertRefused(posix.shutdown(eventfd, Abi.SHUT_WR), Errno.ENOTSOCK);
            assertRefused(posix.epollWait(eventfd, some, 1, 0), Errno.EINVAL);
        }
    }

    @ParameterizedTest
    @EnumSource
    void memoryThatIsTooSmallIsRefusedBeforeTheCall(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Posix posix = sockets.posix();
            int fd = sockets.eventfd();
            MemorySegment four = sockets.arena().allocate(4, 8);
            Class<?> refusal = IndexOutOfBoundsException.class;
            assertThatThrownBy(() -> posix.read(fd, four, 0, 8)).isInstanceOf(refusal);
            assertThatThrownBy(() -> posix.read(fd, four, -1, 2)).isInstanceOf(refusal);
            assertThatThrownBy(() -> posix.poll(four, 0, 1, 0)).isInstanceOf(refusal);
            assertThatThrownBy(() -> posix.select(1, four, NULL, NULL, NULL)).isInstanceOf(refusal);
            assertThatThrownBy(() -> posix.epollWait(fd, four, 1, 0)).isInstanceOf(refusal);
            assertThatThrownBy(() -> posix.getrlimit(7, four)).isInstanceOf(refusal);
            assertThatThrownBy(() -> posix.getsockname(fd, four, sockets.ints(5))).isInstanceOf(refusal);
            assertThatThrownBy(() -> posix.read(fd, MemorySegment.ofArray(new byte[8]), 0, 8))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCounterCounts(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Posix posix = sockets.posix();
            int fd = sockets.eventfd();
            MemorySegment number = sockets.arena().allocate(JAVA_LONG);
            assertBits(sockets, fd, POLLOUT);
            assertRefused(posix.read(fd, number, 0, 8), Errno.EAGAIN);
            assertThat(posix.eventfdWrite(fd, 3)).isZero();
            assertThat(posix.eventfdWrite(fd, 4)).isZero();
            assertBits(sockets, fd, POLLIN | POLLOUT);
            assertRefused(posix.read(fd, number, 0, 7), Errno.EINVAL);
            assertThat(posix.read(fd, number, 0, 8)).isEqualTo(8);
            assertThat(number.get(JAVA_LONG, 0)).isEqualTo(7);
            assertRefused(posix.eventfdWrite(fd, -1), Errno.EINVAL);
            assertThat(posix.eventfdWrite(fd, -2)).isZero();
            assertBits(sockets, fd, POLLIN);
            assertRefused(posix.eventfdWrite(fd, 1), Errno.EAGAIN);
        }
    }

    @ParameterizedTest
    @EnumSource
    void pollLooksOnlyWhereItIsAsked(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            int ready = sockets.eventfd();
            int closed = sockets.eventfd();
            assertThat(sockets.posix().eventfdWrite(ready, 1)).isZero();
            sockets.close(closed);
            MemorySegment entries = sockets.entries(ready, -1, closed, ~ready, ready);
            entries.set(JAVA_SHORT, Abi.POLLFD_REVENTS, (short) 99);
            assertThat(sockets.posix().poll(entries, 1, 4, 0)).isEqualTo(2);
            int[] revents = new int[5];
            for (int i = 0; i < 5; i++) {
                revents[i] = entries.get(JAVA_SHORT, i * Abi.POLLFD_BYTES + Abi.POLLFD_REVENTS);
            }
            assertThat(revents).containsExactly(99, 0, POLLNVAL, 0, POLLIN);
        }
    }

    @ParameterizedTest
    @EnumSource
    void moreEntriesThanDescriptorsAreInvalid(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            MemorySegment limits = sockets.arena().allocate(16, 8);
            assertThat(sockets.posix().getrlimit(Abi.RLIMIT_NOFILE, limits)).isZero();
            long soft = limits.get(JAVA_LONG, 0);
            if (soft > 1 << 22) {
                return; // More than a test should allocate.
            }
            MemorySegment entries = sockets.arena().allocate((soft + 1) * 8, 8);
            entries.fill((byte) -1);
            assertThat(sockets.posix().poll(entries, 0, (int) soft, 0)).isZero();
            assertRefused(sockets.posix().poll(entries, 0, (int) soft + 1, 0), Errno.EINVAL);
        }
    }

    @ParameterizedTest
    @EnumSource
    void timesAreWaitedOutAndMustBeTimes(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Posix posix = sockets.posix();
            MemorySegment time = sockets.arena().allocate(16, 8);
            time.setAtIndex(JAVA_LONG, 1, 2_345_678);
            long start = posix.nanoTime();
            assertThat(posix.ppoll(sockets.entries(-1), 0, 1, time)).isZero();
            assertThat(posix.nanoTime() - start).isGreaterThanOrEqualTo(2_345_678);
            assertThat(time.getAtIndex(JAVA_LONG, 1)).isEqualTo(2_345_678);
            time.setAtIndex(JAVA_LONG, 1, 1_000_000_000);
            assertRefused(posix.ppoll(sockets.entries(-1), 0, 1, time), Errno.EINVAL);
            time.setAtIndex(JAVA_LONG, 0, -1);
            time.setAtIndex(JAVA_LONG, 1, 0);
            assertRefused(posix.ppoll(sockets.entries(-1), 0, 1, time), Errno.EINVAL);
            assertRefused(posix.select(0, NULL, NULL, NULL, time), Errno.EINVAL);
        }
    }

    @ParameterizedTest
    @EnumSource
    void selectLeavesWhatIsReadyAndWhatRemainsOfTheTime(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Posix posix = sockets.posix();
            Pair pair = sockets.tcpPair();
            int idle = sockets.eventfd();
            sockets.write(pair.far(), 1);
            sockets.waitFor(pair.near());
            MemorySegment reads = set(sockets, pair.near(), idle);
            MemorySegment writes = set(sockets, pair.near());
            MemorySegment time = sockets.arena().allocate(16, 8);
            time.setAtIndex(JAVA_LONG, 0, 7);
            int count = Math.max(pair.near(), idle) + 1;
            assertThat(posix.select(count, reads, writes, NULL, time)).isEqualTo(2);
            assertThat(isIn(reads, pair.near())).isTrue();
            assertThat(isIn(reads, idle)).isFalse();
            assertThat(isIn(writes, pair.near())).isTrue();
            assertThat(time.getAtIndex(JAVA_LONG, 0)).isBetween(6L, 7L);
            time.setAtIndex(JAVA_LONG, 0, 0);
            time.setAtIndex(JAVA_LONG, 1, 1000);
            assertThat(posix.select(count, set(sockets, idle), NULL, NULL, time)).isZero();
            assertThat(time.getAtIndex(JAVA_LONG, 1)).isZero();
            assertRefused(posix.select(-1, NULL, NULL, NULL, NULL), Errno.EINVAL);
            sockets.close(idle);
            assertRefused(posix.select(idle + 1, set(sockets, idle), NULL, NULL, NULL), Errno.EBADF);
            assertThat(posix.select(idle, set(sockets, idle), NULL, NULL, time)).as("not asked").isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void selectShowsAHangUpToReadersAndAResetToAll(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Pair pair = sockets.tcpPair();
            sockets.reset(pair.far());
            sockets.waitFor(pair.near());
            MemorySegment writes = set(sockets, pair.near());
            MemorySegment reads = set(sockets, pair.near());
            assertThat(sockets.posix().select(pair.near() + 1, reads, writes, NULL, NULL)).isEqualTo(2);
            MemorySegment excepts = set(sockets, pair.near());
            MemorySegment noTime = sockets.arena().allocate(16, 8);
            assertThat(sockets.posix().select(pair.near() + 1, NULL, NULL, excepts, noTime)).isZero();
            assertThat(isIn(excepts, pair.near())).isFalse();
        }
    }

    private static MemorySegment set(Sockets sockets, int... fds) {
        MemorySegment set = sockets.arena().allocate(SET_BYTES, 8);
        for (int fd : fds) {
            long word = set.getAtIndex(JAVA_LONG, fd / 64);
            set.setAtIndex(JAVA_LONG, fd / 64, word | 1L << fd);
        }
        return set;
    }

    private static boolean isIn(MemorySegment set, int fd) {
        return (set.getAtIndex(JAVA_LONG, fd / 64) >>> fd & 1) != 0;
    }

    @ParameterizedTest
    @EnumSource
    void epollKeepsASet(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Posix posix = sockets.posix();
            int epoll = sockets.own(posix.epollCreate1(Abi.CLOEXEC));
            int fd = sockets.eventfd();
            MemorySegment event = sockets.arena().allocate(EpollEvent.BYTES, 8);
            EpollEvent.set(event, 0, POLLIN, 77);
            assertRefused(posix.epollCtl(epoll, Abi.EPOLL_CTL_MOD, fd, event), Errno.ENOENT);
            assertRefused(posix.epollCtl(epoll, Abi.EPOLL_CTL_DEL, fd, NULL), Errno.ENOENT);
            assertThat(posix.epollCtl(epoll, Abi.EPOLL_CTL_ADD, fd, event)).isZero();
            assertRefused(posix.epollCtl(epoll, Abi.EPOLL_CTL_ADD, fd, event), Errno.EEXIST);
            assertRefused(posix.epollCtl(epoll, 9, fd, event), Errno.EINVAL);
            assertRefused(posix.epollCtl(epoll, Abi.EPOLL_CTL_ADD, epoll, event), Errno.EINVAL);
            assertRefused(posix.epollCtl(epoll, Abi.EPOLL_CTL_ADD, fd, NULL), Errno.EFAULT);
            assertRefused(posix.epollCtl(fd, Abi.EPOLL_CTL_ADD, epoll, event), Errno.EINVAL);
            MemorySegment events = sockets.arena().allocate(4 * EpollEvent.BYTES, 8);
            assertThat(posix.epollWait(epoll, events, 4, 0)).isZero();
            assertRefused(posix.epollWait(epoll, events, 0, 0), Errno.EINVAL);
            assertThat(posix.eventfdWrite(fd, 1)).isZero();
            for (int i = 0; i < 2; i++) { // Level-triggered.
                assertThat(posix.epollWait(epoll, events, 4, 0)).isEqualTo(1);
                assertThat(EpollEvent.data(events, 0)).isEqualTo(77);
                assertThat(EpollEvent.events(events, 0)).isEqualTo(POLLIN);
            }
            assertBits(sockets, epoll, POLLIN);
            sockets.close(fd);
            assertThat(posix.epollWait(epoll, events, 4, 0)).isZero();
            assertRefused(posix.epollCtl(epoll, Abi.EPOLL_CTL_DEL, fd, NULL), Errno.EBADF);
        }
    }

    @ParameterizedTest
    @EnumSource
    void epollReportsHangUpsUnaskedAndEverybodyInTurn(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Posix posix = sockets.posix();
            int epoll = sockets.own(posix.epollCreate1(Abi.CLOEXEC));
            MemorySegment event = sockets.arena().allocate(EpollEvent.BYTES, 8);
            Pair pair = sockets.tcpPair();
            EpollEvent.set(event, 0, 0, 1);
            assertThat(posix.epollCtl(epoll, Abi.EPOLL_CTL_ADD, pair.near(), event)).isZero();
            sockets.reset(pair.far());
            assertThat(posix.epollWait(epoll, event, 1, Sockets.PATIENCE_MILLIS)).isEqualTo(1);
            assertThat(EpollEvent.events(event, 0)).isEqualTo(POLLERR | POLLHUP);
            for (int i = 2; i <= 4; i++) {
                EpollEvent.set(event, 0, POLLOUT, i);
                assertThat(posix.epollCtl(epoll, Abi.EPOLL_CTL_ADD, sockets.eventfd(), event)).isZero();
            }
            int seen = 0;
            for (int i = 0; i < 4; i++) {
                assertThat(posix.epollWait(epoll, event, 1, 0)).isEqualTo(1);
                seen |= 1 << EpollEvent.data(event, 0);
            }
            assertThat(seen).isEqualTo(0b11110);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFullProcessAcceptsNobodyAndKeepsThemWaiting(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Posix posix = sockets.posix();
            int listener = sockets.listener("127.0.0.1");
            int next = sockets.eventfd();
            sockets.close(next);
            MemorySegment limits = sockets.arena().allocate(16, 8);
            assertThat(posix.getrlimit(Abi.RLIMIT_NOFILE, limits)).isZero();
            long soft = limits.get(JAVA_LONG, 0);
            limits.set(JAVA_LONG, 0, next);
            assertThat(posix.setrlimit(Abi.RLIMIT_NOFILE, limits)).isZero();
            int nobody = posix.accept4(listener, NULL, NULL, Abi.NONBLOCK | Abi.CLOEXEC);
            int another = posix.eventfd(0, Abi.NONBLOCK | Abi.CLOEXEC);
            limits.set(JAVA_LONG, 0, soft);
            assertThat(posix.setrlimit(Abi.RLIMIT_NOFILE, limits)).isZero();
            assertRefused(nobody, Errno.EMFILE);
            assertRefused(another, Errno.EMFILE);
            limits.set(JAVA_LONG, 0, limits.get(JAVA_LONG, 8) + 1);
            assertRefused(posix.setrlimit(Abi.RLIMIT_NOFILE, limits), Errno.EINVAL);
        }
    }
}
