package dev.pollux.testkit;

import static dev.pollux.posix.Sockets.assertRefused;
import static dev.pollux.testkit.Abi.POLLERR;
import static dev.pollux.testkit.Abi.POLLHUP;
import static dev.pollux.testkit.Abi.POLLIN;
import static dev.pollux.testkit.Abi.POLLOUT;
import static dev.pollux.testkit.Abi.POLLRDHUP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.posix.Errno;
import dev.pollux.posix.SocketAddress;
import dev.pollux.posix.Sockets;
import dev.pollux.posix.Sockets.Pair;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How streams run and end, asked of the real kernel and of the simulated one, with the same answers. */
@Timeout(60)
class StreamConformanceTest extends ConformanceTest {
    private static final int OVER = POLLIN | POLLOUT | POLLHUP | POLLRDHUP;

    private static long send(Sockets sockets, int fd, int bytes) {
        MemorySegment some = sockets.arena().allocate(Math.max(1, bytes));
        return sockets.posix().send(fd, some, 0, bytes, Abi.MSG_NOSIGNAL);
    }

    private static int shutdown(Sockets sockets, int fd, int how) {
        return sockets.posix().shutdown(fd, how);
    }

    /** For what a real network needs a moment. */
    private static void awaitBits(Sockets sockets, int fd, int bits) {
        assertBits(sockets, fd, bits);
    }

    @ParameterizedTest
    @EnumSource
    void aSocketThatIsNotConnected(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            int fd = sockets.socket(SocketAddress.of("127.0.0.1", 0));
            assertBits(sockets, fd, POLLOUT | POLLHUP);
            assertRefused(sockets.read(fd, 1), Errno.ENOTCONN);
            assertRefused(send(sockets, fd, 1), Errno.EPIPE);
            assertRefused(shutdown(sockets, fd, Abi.SHUT_WR), Errno.ENOTCONN);
        }
    }

    @ParameterizedTest
    @EnumSource
    void bytesArriveInOrderAndInPieces(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Pair pair = sockets.tcpPair();
            assertBits(sockets, pair.near(), POLLOUT);
            assertRefused(sockets.read(pair.near(), 1), Errno.EAGAIN);
            sockets.write(pair.far(), 3);
            awaitBits(sockets, pair.near(), POLLIN | POLLOUT);
            assertThat(sockets.read(pair.near(), 2)).isEqualTo(2);
            assertThat(sockets.read(pair.near(), 2)).isEqualTo(1);
            assertRefused(sockets.read(pair.near(), 1), Errno.EAGAIN);
            assertThat(send(sockets, pair.near(), 0)).isZero();
            assertBits(sockets, pair.near(), POLLOUT);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFullStreamHasRoomAgainWhenItIsRead(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            for (Pair pair : new Pair[] {sockets.tcpPair(), sockets.unixPair()}) {
                long left = sockets.fill(pair.far());
                assertBits(sockets, pair.far(), 0);
                while (left > 0) {
                    sockets.waitFor(pair.near());
                    left -= sockets.read(pair.near(), 1 << 16);
                }
                awaitBits(sockets, pair.far(), POLLOUT);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHalfClose(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            for (Pair pair : new Pair[] {sockets.tcpPair(), sockets.unixPair()}) {
                sockets.write(pair.far(), 1);
                assertThat(shutdown(sockets, pair.far(), Abi.SHUT_WR)).isZero();
                awaitBits(sockets, pair.near(), POLLIN | POLLOUT | POLLRDHUP);
                assertBits(sockets, pair.near(), POLLOUT, POLLOUT);
                assertBits(sockets, pair.far(), POLLOUT);
                assertRefused(send(sockets, pair.far(), 1), Errno.EPIPE);
                assertThat(sockets.read(pair.near(), 9)).isEqualTo(1);
                assertThat(sockets.read(pair.near(), 9)).isZero();
                assertThat(sockets.read(pair.near(), 9)).isZero();
                sockets.write(pair.near(), 2);
                awaitBits(sockets, pair.far(), POLLIN | POLLOUT);
                assertThat(sockets.read(pair.far(), 9)).isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void bothDirectionsShut(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Pair pair = sockets.tcpPair();
            assertThat(shutdown(sockets, pair.near(), Abi.SHUT_WR)).isZero();
            assertThat(shutdown(sockets, pair.near(), Abi.SHUT_WR)).isZero();
            awaitBits(sockets, pair.far(), POLLIN | POLLOUT | POLLRDHUP);
            assertThat(shutdown(sockets, pair.far(), Abi.SHUT_WR)).isZero();
            awaitBits(sockets, pair.near(), OVER);
            awaitBits(sockets, pair.far(), OVER);
            assertThat(sockets.read(pair.near(), 1)).isZero();
            assertRefused(send(sockets, pair.near(), 1), Errno.EPIPE);
            assertRefused(shutdown(sockets, pair.near(), Abi.SHUT_WR), Errno.ENOTCONN);
            assertRefused(shutdown(sockets, pair.near(), 3), Errno.EINVAL);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSideThatReadsNoMore(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Pair pair = sockets.tcpPair();
            assertThat(shutdown(sockets, pair.near(), Abi.SHUT_RD)).isZero();
            assertBits(sockets, pair.near(), POLLIN | POLLOUT | POLLRDHUP);
            assertThat(sockets.read(pair.near(), 1)).isZero();
            assertBits(sockets, pair.far(), POLLOUT);
            assertThat(shutdown(sockets, pair.near(), Abi.SHUT_RDWR)).isZero();
            assertBits(sockets, pair.near(), OVER);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatCloses(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Pair pair = sockets.tcpPair();
            sockets.write(pair.far(), 5);
            sockets.close(pair.far());
            awaitBits(sockets, pair.near(), POLLIN | POLLOUT | POLLRDHUP);
            sockets.write(pair.near(), 1); // Accepted, though nobody will read it.
            awaitBits(sockets, pair.near(), OVER | POLLERR);
            assertThat(sockets.read(pair.near(), 9)).isEqualTo(5);
            assertThat(sockets.read(pair.near(), 9)).as("the end came before the reset").isZero();
            assertBits(sockets, pair.near(), OVER | POLLERR);
            assertRefused(send(sockets, pair.near(), 1), Errno.EPIPE);
            assertBits(sockets, pair.near(), OVER);
            assertRefused(send(sockets, pair.near(), 1), Errno.EPIPE);
            assertRefused(shutdown(sockets, pair.near(), Abi.SHUT_WR), Errno.ENOTCONN);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetIsReadOnce(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Pair pair = sockets.tcpPair();
            sockets.reset(pair.far());
            awaitBits(sockets, pair.near(), OVER | POLLERR);
            assertBits(sockets, pair.near(), 0, POLLERR | POLLHUP);
            assertRefused(sockets.read(pair.near(), 1), Errno.ECONNRESET);
            assertBits(sockets, pair.near(), OVER);
            assertThat(sockets.read(pair.near(), 1)).isZero();
            assertRefused(send(sockets, pair.near(), 1), Errno.EPIPE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetIsToldToASenderToo(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Pair pair = sockets.tcpPair();
            sockets.reset(pair.far());
            awaitBits(sockets, pair.near(), OVER | POLLERR);
            assertRefused(send(sockets, pair.near(), 1), Errno.ECONNRESET);
            assertRefused(send(sockets, pair.near(), 1), Errno.EPIPE);
            assertThat(sockets.read(pair.near(), 1)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetLeavesWhatHasArrived(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Pair pair = sockets.tcpPair();
            sockets.write(pair.far(), 3);
            awaitBits(sockets, pair.near(), POLLIN | POLLOUT);
            sockets.reset(pair.far());
            awaitBits(sockets, pair.near(), OVER | POLLERR);
            assertThat(sockets.read(pair.near(), 9)).isEqualTo(3);
            assertRefused(sockets.read(pair.near(), 9), Errno.ECONNRESET);
            assertThat(sockets.read(pair.near(), 9)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetOfWhoeverStillOwes(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Pair pair = sockets.tcpPair();
            sockets.fill(pair.near());
            sockets.reset(pair.far());
            awaitBits(sockets, pair.near(), OVER | POLLERR);
            assertRefused(sockets.read(pair.near(), 1), Errno.ECONNRESET);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseWithUnreadBytesIsAReset(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Pair pair = sockets.tcpPair();
            sockets.write(pair.near(), 1);
            awaitBits(sockets, pair.far(), POLLIN | POLLOUT);
            sockets.close(pair.far());
            awaitBits(sockets, pair.near(), OVER | POLLERR);
            assertRefused(sockets.read(pair.near(), 1), Errno.ECONNRESET);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPendingErrorCanBeTakenAsAnOption(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Pair pair = sockets.tcpPair();
            sockets.reset(pair.far());
            awaitBits(sockets, pair.near(), OVER | POLLERR);
            MemorySegment error = sockets.ints(-1);
            MemorySegment length = sockets.ints(4);
            for (int expected : new int[] {Errno.ECONNRESET.number, 0}) {
                assertThat(sockets.posix().getsockopt(pair.near(), Abi.SOL_SOCKET, Abi.SO_ERROR, error,
                        length)).isZero();
                assertThat(error.getAtIndex(java.lang.foreign.ValueLayout.JAVA_INT, 0)).isEqualTo(expected);
            }
            assertBits(sockets, pair.near(), OVER);
            assertThat(sockets.read(pair.near(), 1)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerOnTheSameMachineThatCloses(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Pair pair = sockets.unixPair();
            sockets.write(pair.far(), 2);
            sockets.close(pair.far());
            assertBits(sockets, pair.near(), OVER);
            assertThat(sockets.read(pair.near(), 9)).isEqualTo(2);
            assertThat(sockets.read(pair.near(), 9)).isZero();
            assertRefused(send(sockets, pair.near(), 1), Errno.EPIPE);
            Pair unread = sockets.unixPair();
            sockets.write(unread.near(), 1);
            sockets.close(unread.far());
            assertBits(sockets, unread.near(), OVER | POLLERR);
            assertRefused(send(sockets, unread.near(), 1), Errno.EPIPE);
            assertRefused(sockets.read(unread.near(), 1), Errno.ECONNRESET);
            assertThat(sockets.read(unread.near(), 1)).isZero();
        }
    }
}
