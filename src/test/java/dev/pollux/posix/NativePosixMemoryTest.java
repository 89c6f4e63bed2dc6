package dev.pollux.posix;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.Sockets.assertRefused;
import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the calls do with memory and threads: sizes, lifetimes, errno. */
@Timeout(60)
class NativePosixMemoryTest {
    private final Sockets sockets = new Sockets();
    private final Posix posix = sockets.posix();
    private final MemorySegment buffer = sockets.arena().allocate(64);

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void segmentsSmallerThanWhatTheKernelTouchesAreRefused() {
        MemorySegment four = buffer.asSlice(0, 4);
        MemorySegment eight = buffer.asSlice(0, 8);
        MemorySegment none = buffer.asSlice(0, 0);
        MemorySegment says16 = sockets.ints(16);
        int fd = sockets.listener("127.0.0.1");

        assertOutOfBounds(() -> posix.socketpair(AF_UNIX(), SOCK_STREAM(), 0, four));
        assertOutOfBounds(() -> posix.accept4(fd, eight, says16, 0));
        assertOutOfBounds(() -> posix.accept4(fd, buffer, none, 0));
        assertOutOfBounds(() -> posix.accept4(fd, buffer, sockets.ints(-1), 0));
        assertOutOfBounds(() -> posix.getsockname(fd, eight, says16));
        assertOutOfBounds(() -> posix.getpeername(fd, eight, says16));
        assertOutOfBounds(() -> posix.getsockopt(fd, SOL_SOCKET(), SO_ERROR(), four, says16));
        assertOutOfBounds(() -> posix.poll(eight, 0, 2, 0));
        assertOutOfBounds(() -> posix.poll(eight, 1, 1, 0));
        assertOutOfBounds(() -> posix.poll(buffer, -1, 1, 0));
        assertOutOfBounds(() -> posix.poll(buffer, 0, -1, 0));
        assertOutOfBounds(() -> posix.poll(buffer, Integer.MAX_VALUE, Integer.MAX_VALUE, 0));
        assertOutOfBounds(() -> posix.ppoll(eight, 0, 2, NULL));
        assertOutOfBounds(() -> posix.ppoll(buffer, 0, 1, eight));
        assertOutOfBounds(() -> posix.select(1, buffer, NULL, NULL, NULL));
        assertOutOfBounds(() -> posix.select(1, NULL, buffer, NULL, NULL));
        assertOutOfBounds(() -> posix.select(1, NULL, NULL, buffer, NULL));
        assertOutOfBounds(() -> posix.select(1, NULL, NULL, NULL, eight));
        assertOutOfBounds(() -> posix.select(FD_SETSIZE() + 1, NULL, NULL, NULL, NULL));
        assertOutOfBounds(() -> posix.epollCtl(fd, EPOLL_CTL_ADD(), fd, eight));
        assertOutOfBounds(() -> posix.epollWait(fd, buffer, 6, 0));
        assertOutOfBounds(() -> posix.epollWait(fd, buffer, -1, 0));
        assertOutOfBounds(() -> posix.read(fd, buffer, 60, 5));
        assertOutOfBounds(() -> posix.read(fd, buffer, -1, 5));
        assertOutOfBounds(() -> posix.send(fd, buffer, 60, 5, MSG_NOSIGNAL()));
        assertOutOfBounds(() -> posix.send(fd, buffer, 0, -1, MSG_NOSIGNAL()));
        assertOutOfBounds(() -> posix.getrlimit(RLIMIT_NOFILE(), eight));
        assertOutOfBounds(() -> posix.setrlimit(RLIMIT_NOFILE(), eight));
    }

    private static void assertOutOfBounds(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void heapSegmentsAreRefused() {
        // Not read: the compiler would remember, and slices would no longer be free where that is tested.
        assertThatThrownBy(() -> posix.bind(-1, MemorySegment.ofArray(new byte[16])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readingNothingIsOurMistake() {
        assertThatThrownBy(() -> posix.read(0, buffer, 0, 0)).isInstanceOf(AssertionError.class);
    }

    @Test
    void closedArenasSurfaceAsThemselves() {
        Arena closed = Arena.ofConfined();
        MemorySegment freed = closed.allocate(64);
        closed.close();
        assertThatThrownBy(() -> posix.read(0, freed, 0, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> posix.poll(freed, 0, 1, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closedInstancesRefuseCalls() {
        Posix closed = NativePosix.confined();
        closed.close();
        assertThatThrownBy(() -> closed.eventfd(0, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void otherThreadsAreRefused() {
        assertThatThrownBy(() -> KernelThread.start(() -> posix.eventfd(0, 0)).join())
                .isInstanceOf(WrongThreadException.class);
        assertThatThrownBy(() -> KernelThread.start(() -> closeFromHere(posix)).join())
                .isInstanceOf(WrongThreadException.class);
    }

    private static Void closeFromHere(Posix posix) {
        posix.close();
        return null;
    }

    @Test
    void threadsDoNotSeeEachOthersErrno() throws Exception {
        int eventfd = sockets.eventfd();
        List<KernelThread<Void>> threads = List.of(
                KernelThread.start(() -> failManyTimes(Errno.EBADF, kernel -> kernel.close(-1))),
                KernelThread.start(() -> failManyTimes(Errno.EINVAL, kernel -> kernel.eventfd(0, -1))),
                KernelThread.start(() -> failManyTimes(Errno.ENOTSOCK, kernel -> kernel.listen(eventfd, 1))));
        for (KernelThread<Void> thread : threads) {
            thread.join();
        }
    }

    private interface Call {
        int on(Posix kernel);
    }

    private static Void failManyTimes(Errno errno, Call call) {
        try (Posix own = NativePosix.confined()) {
            for (int i = 0; i < 50_000; i++) {
                int result = call.on(own);
                if (result != -errno.number) {
                    assertRefused(result, errno);
                }
            }
        }
        return null;
    }

    @Test
    void errnoOfAnEarlierFailureDoesNotSpoilASuccess() {
        assertRefused(posix.close(-1), Errno.EBADF);
        assertThat(posix.listen(sockets.bound("127.0.0.1"), 1)).isZero();
    }

    @Test
    void shareableInstancesServeThreadsThatTakeTurns() throws Exception {
        int fd = sockets.eventfd();
        Object lock = new Object();
        Posix shared = posix.shareable();
        Callable<Void> writer = () -> {
            for (int i = 0; i < 1000; i++) {
                synchronized (lock) {
                    assertThat(shared.eventfdWrite(fd, 1)).isZero();
                    assertRefused(shared.close(-1), Errno.EBADF);
                }
            }
            return null;
        };
        List<KernelThread<Void>> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writers.add(KernelThread.start(writer));
        }
        for (KernelThread<Void> each : writers) {
            each.join();
        }
        assertThat(posix.read(fd, buffer, 0, 8)).isEqualTo(8);
        assertThat(buffer.get(JAVA_LONG, 0)).isEqualTo(4000);
        KernelThread.start(() -> closeFromHere(shared)).join();
        assertThatThrownBy(() -> shared.close(-1)).isInstanceOf(IllegalStateException.class);
    }
}
