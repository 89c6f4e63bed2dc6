package dev.pollux.posix;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.Sockets.assertRefused;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.bindings.linux.rlimit;
import dev.pollux.posix.Sockets.Pair;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The calls that move bytes, end connections and tell limits: when they work, and how they fail. */
@Timeout(30)
class NativePosixTransferTest {
    private static final int CLOSED = -1;

    private final Sockets sockets = new Sockets();
    private final Posix posix = sockets.posix();
    private final MemorySegment buffer = sockets.arena().allocate(64);

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void sendAndReadMoveTheirStretchOfTheBuffer() {
        Pair pair = sockets.unixPair();
        buffer.copyFrom(bytes("..pollux.."));
        assertThat(posix.send(pair.near(), buffer, 2, 6, MSG_NOSIGNAL())).isEqualTo(6);

        MemorySegment received = sockets.arena().allocate(10);
        assertThat(posix.read(pair.far(), received, 3, 7)).isEqualTo(6);
        assertThat(received.mismatch(bytes("\0\0\0pollux\0"))).isEqualTo(-1);
    }

    @Test
    void readWithNothingThereIsEagain() {
        assertRefused(posix.read(sockets.unixPair().near(), buffer, 0, 1), Errno.EAGAIN);
    }

    @Test
    void readAtTheEndOfTheStreamIsZero() {
        Pair pair = sockets.tcpPair();
        sockets.close(pair.far());
        sockets.waitFor(pair.near());
        assertThat(posix.read(pair.near(), buffer, 0, 1)).isZero();
    }

    @Test
    void readOfNoDescriptorIsEbadf() {
        assertRefused(posix.read(CLOSED, buffer, 0, 1), Errno.EBADF);
    }

    @Test
    void readAfterAResetIsEconnreset() {
        Pair pair = sockets.tcpPair();
        sockets.reset(pair.far());
        sockets.waitFor(pair.near());
        assertRefused(posix.read(pair.near(), buffer, 0, 1), Errno.ECONNRESET);
    }

    @Test
    void sendToAPeerThatHasGoneIsEpipeAndKillsNobody() {
        Pair pair = sockets.unixPair();
        sockets.close(pair.far());
        assertRefused(posix.send(pair.near(), buffer, 0, 1, MSG_NOSIGNAL()), Errno.EPIPE);
    }

    @Test
    void sendIntoAFullSocketIsPartialAndThenEagain() {
        int fd = sockets.unixPair().near();
        assertThat(sockets.fill(fd)).isPositive();
        assertRefused(posix.send(fd, buffer, 0, 1, MSG_NOSIGNAL()), Errno.EAGAIN);
    }

    @Test
    void shutdownOfTheSendingSideIsTheEndOfThePeersStream() {
        Pair pair = sockets.tcpPair();
        assertThat(posix.shutdown(pair.near(), SHUT_WR())).isZero();
        sockets.waitFor(pair.far());
        assertThat(posix.read(pair.far(), buffer, 0, 1)).isZero();
        sockets.write(pair.far(), 1);
        sockets.waitFor(pair.near());
        assertThat(posix.read(pair.near(), buffer, 0, 9)).isEqualTo(1);
    }

    @Test
    void shutdownOfAnUnconnectedSocketIsEnotconn() {
        assertRefused(posix.shutdown(sockets.bound("127.0.0.1"), SHUT_WR()), Errno.ENOTCONN);
    }

    @Test
    void closeFreesTheDescriptor() {
        int fd = posix.eventfd(0, EFD_CLOEXEC());
        assertThat(posix.close(fd)).isZero();
        assertThat(posix.eventfd(0, EFD_CLOEXEC())).as("the lowest free descriptor").isEqualTo(fd);
    }

    @Test
    void closeOfNoDescriptorIsEbadf() {
        assertRefused(posix.close(CLOSED), Errno.EBADF);
    }

    @Test
    void eventfdCountsWhatIsWritten() {
        int fd = sockets.own(posix.eventfd(3, EFD_NONBLOCK() | EFD_CLOEXEC()));
        assertThat(posix.eventfdWrite(fd, 4)).isZero();
        assertThat(posix.read(fd, buffer, 0, 8)).isEqualTo(8);
        assertThat(buffer.get(JAVA_LONG, 0)).isEqualTo(7);
        assertRefused(posix.read(fd, buffer, 0, 8), Errno.EAGAIN);
    }

    @Test
    void eventfdWithUnknownFlagsIsEinval() {
        assertRefused(posix.eventfd(0, -1), Errno.EINVAL);
    }

    @Test
    void eventfdWriteThatWouldOverflowIsEagain() {
        int fd = sockets.eventfd();
        assertThat(posix.eventfdWrite(fd, 0xFFFF_FFFF_FFFF_FFFEL)).isZero();
        assertRefused(posix.eventfdWrite(fd, 1), Errno.EAGAIN);
        assertRefused(posix.eventfdWrite(CLOSED, 1), Errno.EBADF);
    }

    @Test
    void getrlimitTellsBothLimits() {
        MemorySegment limits = limits();
        assertThat(rlimit.rlim_cur(limits)).isPositive();
        assertThat(Long.compareUnsigned(rlimit.rlim_cur(limits), rlimit.rlim_max(limits))).isNotPositive();
    }

    @Test
    void getrlimitOfAnUnknownResourceIsEinval() {
        assertRefused(posix.getrlimit(-1, rlimit.allocate(sockets.arena())), Errno.EINVAL);
    }

    @Test
    void setrlimitTakesWhatGetrlimitGave() {
        MemorySegment limits = limits();
        assertThat(posix.setrlimit(RLIMIT_NOFILE(), limits)).isZero();
        assertThat(limits().mismatch(limits)).isEqualTo(-1);
    }

    @Test
    void setrlimitOfMoreThanTheHardLimitIsEinval() {
        MemorySegment limits = limits();
        rlimit.rlim_max(limits, rlimit.rlim_cur(limits) - 1);
        assertRefused(posix.setrlimit(RLIMIT_NOFILE(), limits), Errno.EINVAL);
    }

    @Test
    void nanoTimeAdvances() {
        long start = posix.nanoTime();
        while (posix.nanoTime() == start) {
            Thread.onSpinWait();
        }
        assertThat(posix.nanoTime() - start).isPositive();
    }

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
    }

    private MemorySegment limits() {
        MemorySegment limits = rlimit.allocate(sockets.arena());
        assertThat(posix.getrlimit(RLIMIT_NOFILE(), limits)).isZero();
        return limits;
    }
}
