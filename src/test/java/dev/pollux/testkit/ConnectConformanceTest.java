package dev.pollux.testkit;

import static dev.pollux.posix.Sockets.assertRefused;
import static dev.pollux.testkit.Abi.POLLERR;
import static dev.pollux.testkit.Abi.POLLHUP;
import static dev.pollux.testkit.Abi.POLLIN;
import static dev.pollux.testkit.Abi.POLLOUT;
import static dev.pollux.testkit.Abi.POLLRDHUP;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.SocketAddress;
import dev.pollux.posix.Sockets;
import dev.pollux.posix.Sockets.Pair;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How connections are made, and what is known of them, on both kernels. */
@Timeout(60)
class ConnectConformanceTest extends ConformanceTest {
    private static final int FLAGS = Abi.NONBLOCK | Abi.CLOEXEC;

    @ParameterizedTest
    @EnumSource
    void whoWaitsInTheBacklogIsAcceptedInOrder(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            int listener = sockets.listener("127.0.0.1");
            assertBits(sockets, listener, 0);
            MemorySegment none = MemorySegment.NULL;
            assertRefused(sockets.posix().accept4(listener, none, none, FLAGS), Errno.EAGAIN);
            int first = sockets.connect(listener);
            sockets.waitFor(listener);
            int second = sockets.connect(listener);
            assertBits(sockets, listener, POLLIN);
            sockets.write(first, 1);
            sockets.write(second, 2);
            int one = sockets.accept(listener);
            int two = sockets.accept(listener);
            assertBits(sockets, listener, 0);
            sockets.waitFor(one);
            assertThat(sockets.read(one, 9)).isEqualTo(1);
            sockets.waitFor(two);
            assertThat(sockets.read(two, 9)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoHasGoneBeforeBeingAcceptedIsAcceptedAllTheSame(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            int listener = sockets.listener("127.0.0.1");
            int gone = sockets.connect(listener);
            sockets.waitFor(listener);
            sockets.reset(gone);
            MemorySegment address = sockets.arena().allocate(SocketAddress.MAX_BYTES, 8);
            int reset = sockets.own(sockets.posix().accept4(listener, address, sockets.ints(28), FLAGS));
            assertBits(sockets, reset, POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
            assertRefused(sockets.read(reset, 1), Errno.ECONNRESET);
            int left = sockets.connect(listener);
            sockets.waitFor(listener);
            sockets.write(left, 4);
            sockets.close(left);
            int ended = sockets.accept(listener);
            assertBits(sockets, ended, POLLIN | POLLOUT | POLLRDHUP);
            assertThat(sockets.read(ended, 9)).isEqualTo(4);
            assertThat(sockets.read(ended, 9)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoWaitsIsResetWhenTheListenerCloses(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            int listener = sockets.listener("127.0.0.1");
            int waiting = sockets.connect(listener);
            sockets.waitFor(listener);
            sockets.close(listener);
            assertBits(sockets, waiting, POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
            assertRefused(sockets.read(waiting, 1), Errno.ECONNRESET);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobodyListens(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            SocketAddress deserted = sockets.deserted();
            int fd = sockets.socket(deserted);
            MemorySegment address = deserted.toSegment(sockets.arena());
            assertRefused(sockets.posix().connect(fd, address), Errno.EINPROGRESS);
            assertBits(sockets, fd, POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
            assertRefused(sockets.read(fd, 1), Errno.ECONNREFUSED);
            assertThat(sockets.read(fd, 1)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void portsAreTakenOnceAndAddressesOfOneFamily(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Posix posix = sockets.posix();
            int listener = sockets.listener("127.0.0.1");
            SocketAddress address = SocketAddress.ofSocket(posix, listener);
            assertThat(address.port()).isPositive();
            MemorySegment taken = address.toSegment(sockets.arena());
            int fd = sockets.socket(address);
            assertRefused(posix.bind(fd, taken), Errno.EADDRINUSE);
            assertRefused(posix.bind(listener, taken), Errno.EINVAL);
            int other = sockets.socket(SocketAddress.of("::1", 0));
            assertRefused(posix.bind(other, sockets.arena().allocate(28)), Errno.EAFNOSUPPORT);
            assertRefused(posix.connect(listener, taken), Errno.EISCONN);
        }
    }

    @ParameterizedTest
    @EnumSource
    void addressesAreCutToTheRoomAndTellTheirLength(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Posix posix = sockets.posix();
            for (String host : new String[] {"127.0.0.1", "::1"}) {
                int listener = sockets.listener(host);
                int near = sockets.connect(listener);
                sockets.waitFor(listener);
                MemorySegment peer = sockets.arena().allocate(28, 8);
                MemorySegment length = sockets.ints(28);
                int far = sockets.own(posix.accept4(listener, peer, length, FLAGS));
                int bytes = host.equals("::1") ? 28 : 16;
                assertThat(length.get(JAVA_INT, 0)).isEqualTo(bytes);
                assertThat(SocketAddress.from(peer)).isEqualTo(SocketAddress.ofSocket(posix, near));
                MemorySegment cut = sockets.arena().allocate(28, 8).fill((byte) 9);
                length.set(JAVA_INT, 0, 3);
                assertThat(posix.getpeername(far, cut, length)).isZero();
                assertThat(length.get(JAVA_INT, 0)).isEqualTo(bytes);
                assertThat(cut.asSlice(0, 3).mismatch(peer.asSlice(0, 3))).isEqualTo(-1);
                assertThat(cut.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 3)).isEqualTo((byte) 9);
                length.set(JAVA_INT, 0, -1);
                assertRefused(invalidLength(posix, far, length), Errno.EINVAL);
            }
        }
    }

    /** Past our own check of the room, which the kernel would have to make. */
    private static int invalidLength(Posix posix, int fd, MemorySegment length) {
        MemorySegment huge = MemorySegment.ofAddress(8).reinterpret(Long.MAX_VALUE);
        return posix.getsockname(fd, huge, length);
    }

    @ParameterizedTest
    @EnumSource
    void whoIsNotConnectedHasNoPeer(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            MemorySegment room = sockets.arena().allocate(28, 8);
            int listener = sockets.listener("127.0.0.1");
            assertRefused(sockets.posix().getpeername(listener, room, sockets.ints(28)), Errno.ENOTCONN);
            Pair pair = sockets.tcpPair();
            sockets.reset(pair.far());
            assertBits(sockets, pair.near(), POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
            assertRefused(sockets.posix().getpeername(pair.near(), room, sockets.ints(28)), Errno.ENOTCONN);
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyListenersAccept(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            MemorySegment none = MemorySegment.NULL;
            Posix posix = sockets.posix();
            assertRefused(posix.accept4(sockets.bound("127.0.0.1"), none, none, FLAGS), Errno.EINVAL);
            assertRefused(posix.accept4(sockets.tcpPair().near(), none, none, FLAGS), Errno.EINVAL);
            assertRefused(posix.accept4(sockets.eventfd(), none, none, FLAGS), Errno.ENOTSOCK);
        }
    }

    @ParameterizedTest
    @EnumSource
    void optionsOfTheListenerAreInherited(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Posix posix = sockets.posix();
            int listener = sockets.listener("127.0.0.1");
            assertThat(option(sockets, listener, Abi.IPPROTO_TCP, Abi.TCP_NODELAY)).isZero();
            MemorySegment on = sockets.ints(7);
            assertThat(posix.setsockopt(listener, Abi.IPPROTO_TCP, Abi.TCP_NODELAY, on)).isZero();
            sockets.connect(listener);
            sockets.waitFor(listener);
            int accepted = sockets.accept(listener);
            assertThat(option(sockets, accepted, Abi.IPPROTO_TCP, Abi.TCP_NODELAY)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void numbersOfTheListenerAreInheritedAndCheckedWhenTheyAreSet(Kernel kernel) {
        int tcp = Abi.IPPROTO_TCP;
        try (Sockets sockets = kernel.open()) {
            Posix posix = sockets.posix();
            int listener = sockets.bound("127.0.0.1");
            assertThat(option(sockets, listener, tcp, Abi.TCP_USER_TIMEOUT)).isZero();
            int[][] valid = {{Abi.SOL_SOCKET, Abi.SO_SNDBUF, 16 << 10},
                {Abi.SOL_SOCKET, Abi.SO_RCVBUF, 16 << 10}, {Abi.SOL_SOCKET, Abi.SO_KEEPALIVE, 1},
                {tcp, Abi.TCP_KEEPIDLE, 32767},
                {tcp, Abi.TCP_KEEPINTVL, 7}, {tcp, Abi.TCP_KEEPCNT, 127},
                {tcp, Abi.TCP_USER_TIMEOUT, Integer.MAX_VALUE}};
            for (int[] each : valid) {
                assertThat(posix.setsockopt(listener, each[0], each[1], sockets.ints(each[2]))).isZero();
            }
            int[][] invalid = {{Abi.TCP_KEEPIDLE, 0}, {Abi.TCP_KEEPIDLE, 32768}, {Abi.TCP_KEEPINTVL, 0},
                {Abi.TCP_KEEPINTVL, 32768}, {Abi.TCP_KEEPCNT, 0}, {Abi.TCP_KEEPCNT, 128},
                {Abi.TCP_USER_TIMEOUT, -1}};
            for (int[] each : invalid) {
                assertRefused(posix.setsockopt(listener, tcp, each[0], sockets.ints(each[1])), Errno.EINVAL);
            }
            assertThat(posix.listen(listener, 5)).isZero();
            sockets.connect(listener);
            sockets.waitFor(listener);
            int accepted = sockets.accept(listener);
            for (int[] each : valid) {
                boolean doubled = each[1] == Abi.SO_SNDBUF || each[1] == Abi.SO_RCVBUF;
                assertThat(option(sockets, accepted, each[0], each[1])).as("option %s", each[1])
                        .isEqualTo(doubled && each[0] == Abi.SOL_SOCKET ? 2 * each[2] : each[2]);
            }
        }
    }

    private static int option(Sockets sockets, int fd, int level, int name) {
        MemorySegment value = sockets.ints(-1);
        MemorySegment length = sockets.ints(4);
        assertThat(sockets.posix().getsockopt(fd, level, name, value, length)).isZero();
        assertThat(length.get(JAVA_INT, 0)).isEqualTo(4);
        return value.get(JAVA_INT, 0);
    }

    @ParameterizedTest
    @EnumSource
    void unknownAndTooShortOptions(Kernel kernel) {
        try (Sockets sockets = kernel.open()) {
            Posix posix = sockets.posix();
            int fd = sockets.bound("127.0.0.1");
            MemorySegment one = sockets.ints(1);
            assertRefused(posix.setsockopt(fd, Abi.SOL_SOCKET, 9999, one), Errno.ENOPROTOOPT);
            assertRefused(posix.setsockopt(fd, Abi.SOL_SOCKET, Abi.SO_ERROR, one), Errno.ENOPROTOOPT);
            assertRefused(posix.setsockopt(fd, Abi.SOL_SOCKET, Abi.SO_REUSEADDR, one.asSlice(0, 3)),
                    Errno.EINVAL);
            assertRefused(posix.setsockopt(fd, Abi.SOL_SOCKET, Abi.SO_LINGER, one), Errno.EINVAL);
            assertThat(posix.setsockopt(fd, Abi.SOL_SOCKET, Abi.SO_LINGER, sockets.ints(1, 5))).isZero();
            MemorySegment linger = sockets.ints(-1, -1);
            MemorySegment length = sockets.ints(8);
            assertThat(posix.getsockopt(fd, Abi.SOL_SOCKET, Abi.SO_LINGER, linger, length)).isZero();
            assertThat(linger.toArray(JAVA_INT)).containsExactly(1, 5);
            assertRefused(posix.getsockopt(fd, Abi.IPPROTO_TCP, 9999, linger, length), Errno.ENOPROTOOPT);
        }
    }
}
