package dev.pollux.posix;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.Sockets.assertRefused;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.posix.Sockets.Pair;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The calls that make, name and connect sockets: what each returns when it works, and how it fails. */
@Timeout(30)
class NativePosixSocketTest {
    private static final SocketAddress ANY = SocketAddress.of("127.0.0.1", 0);
    private static final int CLOSED = -1;
    private static final int UNKNOWN = 9999; // Nobody's option.

    private final Sockets sockets = new Sockets();
    private final Posix posix = sockets.posix();

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void socketReturnsADescriptor() {
        assertThat(sockets.own(posix.socket(AF_INET(), SOCK_STREAM() | SOCK_CLOEXEC(), 0))).isGreaterThan(2);
    }

    @Test
    void socketOfAnUnknownFamilyIsEafnosupport() {
        assertRefused(posix.socket(-1, SOCK_STREAM(), 0), Errno.EAFNOSUPPORT);
    }

    @Test
    void socketpairIsConnected() {
        Pair pair = sockets.unixPair();
        sockets.write(pair.near(), 3);
        assertThat(sockets.read(pair.far(), 10)).isEqualTo(3);
    }

    @Test
    void socketpairOfInternetSocketsIsEopnotsupp() {
        assertRefused(posix.socketpair(AF_INET(), SOCK_STREAM(), 0, sockets.ints(0, 0)), Errno.EOPNOTSUPP);
    }

    @Test
    void bindToPortZeroTakesAFreeOne() {
        SocketAddress address = SocketAddress.ofSocket(posix, sockets.bound("127.0.0.1"));
        assertThat(address.port()).isPositive();
        assertThat(address).isEqualTo(SocketAddress.of("127.0.0.1", address.port()));
    }

    @Test
    void bindToAListenersAddressIsEaddrinuse() {
        SocketAddress taken = SocketAddress.ofSocket(posix, sockets.listener("127.0.0.1"));
        assertRefused(posix.bind(sockets.socket(taken), taken.toSegment(sockets.arena())), Errno.EADDRINUSE);
    }

    @Test
    void bindToAnAddressThatIsNotOursIsEaddrnotavail() {
        SocketAddress documentation = SocketAddress.of("192.0.2.1", 0); // RFC 5737: nobody has it.
        int fd = sockets.socket(documentation);
        assertRefused(posix.bind(fd, documentation.toSegment(sockets.arena())), Errno.EADDRNOTAVAIL);
    }

    @Test
    void bindToAnAddressCutShortIsEinval() {
        MemorySegment address = ANY.toSegment(sockets.arena());
        assertRefused(posix.bind(sockets.socket(ANY), address.asSlice(0, 8)), Errno.EINVAL);
    }

    @Test
    void listenReturnsZero() {
        assertThat(posix.listen(sockets.bound("127.0.0.1"), 1)).isZero();
    }

    @Test
    void listenOnWhatIsNoSocketIsEnotsock() {
        assertRefused(posix.listen(sockets.eventfd(), 1), Errno.ENOTSOCK);
        assertRefused(posix.listen(CLOSED, 1), Errno.EBADF);
    }

    @Test
    void accept4WritesThePeersAddress() {
        assertAcceptsWithAddress("127.0.0.1", 16);
    }

    @Test
    void accept4WritesAnIpv6PeersAddress() {
        assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "this machine has no IPv6");
        assertAcceptsWithAddress("::1", 28);
    }

    private void assertAcceptsWithAddress(String host, int bytes) {
        int listener = sockets.listener(host);
        int near = sockets.connect(listener);
        sockets.waitFor(listener);
        MemorySegment address = sockets.arena().allocate(SocketAddress.MAX_BYTES, 8);
        MemorySegment length = sockets.ints((int) SocketAddress.MAX_BYTES);

        int far = sockets.own(posix.accept4(listener, address, length, SOCK_NONBLOCK() | SOCK_CLOEXEC()));

        assertThat(length.get(JAVA_INT, 0)).isEqualTo(bytes);
        assertThat(SocketAddress.from(address)).isEqualTo(SocketAddress.ofSocket(posix, near));
        assertThat(peerOf(far)).isEqualTo(SocketAddress.ofSocket(posix, near));
        assertThat(peerOf(near)).isEqualTo(SocketAddress.ofSocket(posix, listener));
    }

    @Test
    void accept4SetsTheFlagsThatItIsGiven() throws IOException {
        int fd = sockets.tcpPair().far();
        String flags = Files.readString(Path.of("/proc/self/fdinfo/" + fd)).lines()
                .filter(line -> line.startsWith("flags:")).findFirst().orElseThrow();
        int both = SOCK_NONBLOCK() | SOCK_CLOEXEC();
        assertThat(Integer.parseInt(flags.split("\\s+")[1], 8) & both).isEqualTo(both);
    }

    @Test
    void accept4WithNobodyWaitingIsEagain() {
        int listener = sockets.listener("127.0.0.1");
        assertRefused(posix.accept4(listener, MemorySegment.NULL, MemorySegment.NULL, 0), Errno.EAGAIN);
    }

    @Test
    void acceptedSocketsInheritTheListenersNoDelay() {
        int listener = sockets.listener("127.0.0.1");
        assertThat(posix.setsockopt(listener, IPPROTO_TCP(), TCP_NODELAY(), sockets.ints(1))).isZero();
        sockets.connect(listener);
        sockets.waitFor(listener);
        assertThat(option(sockets.accept(listener), IPPROTO_TCP(), TCP_NODELAY())).isEqualTo(1);
    }

    @Test
    void connectThatMustWaitIsEinprogressAndThenEstablished() {
        int listener = sockets.listener("127.0.0.1");
        int fd = sockets.connect(listener);
        sockets.waitFor(listener);
        assertThat(option(fd, SOL_SOCKET(), SO_ERROR())).isZero();
        assertThat(peerOf(fd)).isEqualTo(SocketAddress.ofSocket(posix, listener));
    }

    @Test
    void connectReturnsZeroOnABlockingSocket() {
        SocketAddress address = SocketAddress.ofSocket(posix, sockets.listener("127.0.0.1"));
        int fd = sockets.own(posix.socket(AF_INET(), SOCK_STREAM() | SOCK_CLOEXEC(), 0));
        assertThat(posix.connect(fd, address.toSegment(sockets.arena()))).isZero();
    }

    @Test
    void connectWhereNobodyListensIsEconnrefused() {
        int fd = sockets.own(posix.socket(AF_INET(), SOCK_STREAM() | SOCK_CLOEXEC(), 0));
        assertRefused(posix.connect(fd, sockets.deserted().toSegment(sockets.arena())), Errno.ECONNREFUSED);
    }

    @Test
    void getsocknameCutsTheAddressAndTellsItsTrueLength() {
        MemorySegment address = sockets.arena().allocate(16);
        MemorySegment length = sockets.ints(4);
        assertThat(posix.getsockname(sockets.bound("127.0.0.1"), address, length)).isZero();
        assertThat(length.get(JAVA_INT, 0)).isEqualTo(16);
        assertThat(address.get(JAVA_INT, 4)).as("what lies behind the room").isZero();
    }

    @Test
    void getsocknameOfNoDescriptorIsEbadf() {
        assertRefused(posix.getsockname(CLOSED, sockets.arena().allocate(16), sockets.ints(16)), Errno.EBADF);
    }

    @Test
    void getpeernameOfAnUnconnectedSocketIsEnotconn() {
        int fd = sockets.socket(ANY);
        assertRefused(posix.getpeername(fd, sockets.arena().allocate(16), sockets.ints(16)), Errno.ENOTCONN);
    }

    @Test
    void setsockoptTakesEffect() {
        int fd = sockets.socket(ANY);
        assertThat(option(fd, SOL_SOCKET(), SO_REUSEADDR())).isZero();
        assertThat(posix.setsockopt(fd, SOL_SOCKET(), SO_REUSEADDR(), sockets.ints(1))).isZero();
        assertThat(option(fd, SOL_SOCKET(), SO_REUSEADDR())).isEqualTo(1);
    }

    @Test
    void setsockoptOfAnUnknownOptionIsEnoprotoopt() {
        int fd = sockets.socket(ANY);
        assertRefused(posix.setsockopt(fd, SOL_SOCKET(), UNKNOWN, sockets.ints(1)), Errno.ENOPROTOOPT);
    }

    @Test
    void setsockoptOfLessThanTheOptionIsEinval() {
        MemorySegment half = sockets.ints(1).asSlice(0, 2);
        int fd = sockets.socket(ANY);
        assertRefused(posix.setsockopt(fd, SOL_SOCKET(), SO_REUSEADDR(), half), Errno.EINVAL);
    }

    @Test
    void getsockoptOfAnUnknownOptionIsEnoprotoopt() {
        int fd = sockets.socket(ANY);
        MemorySegment value = sockets.ints(0);
        assertRefused(posix.getsockopt(fd, SOL_SOCKET(), UNKNOWN, value, sockets.ints(4)), Errno.ENOPROTOOPT);
    }

    private int option(int fd, int level, int name) {
        MemorySegment value = sockets.ints(-1);
        assertThat(posix.getsockopt(fd, level, name, value, sockets.ints(4))).isZero();
        return value.get(JAVA_INT, 0);
    }

    private SocketAddress peerOf(int fd) {
        MemorySegment address = sockets.arena().allocate(SocketAddress.MAX_BYTES, 8);
        assertThat(posix.getpeername(fd, address, sockets.ints((int) SocketAddress.MAX_BYTES))).isZero();
        return SocketAddress.from(address);
    }
}
