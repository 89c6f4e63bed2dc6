package dev.pollux.posix;

import static dev.pollux.bindings.linux.Libc.AF_INET;
import static dev.pollux.bindings.linux.Libc.AF_INET6;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.bindings.linux.sockaddr_in6;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SocketAddressTest {
    @ParameterizedTest
    @CsvSource({
        "localhost, 127.0.0.1:7",
        "0.0.0.0, 0.0.0.0:7",
        "255.255.255.255, 255.255.255.255:7",
        "10.20.30.40, 10.20.30.40:7",
        "::1, [::1]:7",
        "[::1], [::1]:7",
        "::, [::]:7",
        "fe80::1, [fe80::1]:7",
        "2001:db8::, [2001:db8::]:7",
    })
    void literalsAreTaken(String host, String text) {
        assertThat(SocketAddress.of(host, 7)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "01.2.3.4", "1.2.3.4 ",
        "0x7f.0.0.1", "-1.2.3.4", "+1.2.3.4", "1000.1.1.1", "\u0661.2.3.4", "2130706433", "[127.0.0.1]",
        "example.com", "LOCALHOST", "*", "[]", "[::1", "::1]", "[[::1]]", ":", ":::", "1::2::3", "::g",
        "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::ffff:1.2.3.4", "1.2.3.4%1",
        "localhost%1", "%1", "[%1]", "[localhost]"
    })
    void anythingElseIsRefusedByName(String host) {
        assertThatThrownBy(() -> SocketAddress.of(host, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + host + "' is not an IPv4 or IPv6 address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fe80::1%7", "[fe80::1%7]"})
    void interfaceOfLinkLocalAddressIsKept(String host) {
        SocketAddress address = SocketAddress.of(host, 5882);
        assertThat(address).hasToString("[fe80::1%7]:5882").isEqualTo(SocketAddress.of("fe80:0::1%7", 5882));
        assertThat(SocketAddress.parse("[fe80::1%7]:5882")).isEqualTo(address).hasSameHashCodeAs(address);
        assertThat(address).isNotEqualTo(SocketAddress.of("fe80::1%8", 5882));
        assertThat(address).isNotEqualTo(SocketAddress.of("fe80::1", 5882));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = address.toSegment(arena);
            assertThat(sockaddr_in6.sin6_scope_id(segment)).isEqualTo(7);
            assertThat(SocketAddress.from(segment)).isEqualTo(address);
        }
    }

    @Test
    void interfaceNameBecomesItsIndex() {
        assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "this machine has no IPv6");
        assertThat(SocketAddress.of("fe80::1%lo", 7)).hasToString("[fe80::1%1]:7");
        assertThat(SocketAddress.parse("[fe80::1%lo]:7")).isEqualTo(SocketAddress.of("fe80::1%1", 7));
    }

    @ParameterizedTest
    @CsvSource({
        "fe80::1%nosuch0, there is no interface 'nosuch0'",
        "fe80::1%../lo, there is no interface '../lo'",
        "fe80::1%, there is no interface ''",
        "fe80::1%0, there is no interface '0'",
        "fe80::1%-1, there is no interface '-1'",
        "fe80::1%4294967296, there is no interface '4294967296'",
        "fe80::1%1%1, there is no interface '1%1'",
        "::1%1, only a link-local address",
        "2001:db8::1%lo, only a link-local address",
        "fec0::1%1, only a link-local address",
    })
    void interfaceThatIsNotThereIsRefusedByName(String host, String message) {
        assertThatThrownBy(() -> SocketAddress.of(host, 7)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + host + "': " + message);
    }

    @ParameterizedTest
    @CsvSource({
        "0 0 0 0 0 0 0 0 0 0 -1 -1 1 2 3 4, 1.2.3.4:80",
        "0 0 0 0 0 0 0 0 0 0 0 0 1 2 3 4, [::102:304]:80",
        "0 0 0 0 0 0 0 0 0 1 -1 -1 1 2 3 4, [::1:ffff:102:304]:80",
        "0 0 0 0 0 0 0 0 0 0 -1 0 1 2 3 4, [::ff00:102:304]:80",
    })
    void ipv4PeerOfAnIpv6ListenerIsItsIpv4Address(String bytes, String text) {
        byte[] host = new byte[16];
        String[] numbers = bytes.split(" ");
        for (int i = 0; i < host.length; i++) {
            host[i] = Byte.parseByte(numbers[i]);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = SocketAddress.of("::", 80).toSegment(arena);
            MemorySegment.copy(host, 0, segment, JAVA_BYTE, sockaddr_in6.sin6_addr$offset(), host.length);
            SocketAddress peer = SocketAddress.from(segment);
            assertThat(peer).hasToString(text);
            assertThat(SocketAddress.parse(text)).isEqualTo(peer).hasSameHashCodeAs(peer);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65536, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void portsOutOfRangeAreRefused(int port) {
        assertThatThrownBy(() -> SocketAddress.of("127.0.0.1", port))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port " + port + " is not within 0..65535");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 256, 5882, 32767, 32768, 65535})
    void portsInRangeAreKept(int port) {
        assertThat(SocketAddress.of("::1", port).port()).isEqualTo(port);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = SocketAddress.of("127.0.0.1", port).toSegment(arena);
            assertThat(SocketAddress.from(segment).port()).isEqualTo(port);
        }
    }

    @Test
    void segmentsAreInNetworkOrder() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment v4 = SocketAddress.of("1.2.3.4", 0x1234).toSegment(arena);
            assertThat(v4.asSlice(2, 6).toArray(JAVA_BYTE)).containsExactly(0x12, 0x34, 1, 2, 3, 4);
            MemorySegment v6 = SocketAddress.of("102::304", 0x1234).toSegment(arena);
            assertThat(v6.asSlice(2, 2).toArray(JAVA_BYTE)).containsExactly(0x12, 0x34);
            assertThat(v6.asSlice(8, 16).toArray(JAVA_BYTE))
                    .containsExactly(1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:5882", "0.0.0.0:0", "[::1]:65535", "[2001:db8::1]:80",
        "[fe80::1%2]:5882"})
    void parseIsTheInverseOfToString(String text) {
        assertThat(SocketAddress.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:-1", "127.0.0.1:+1",
        "127.0.0.1:65536", "127.0.0.1:123456", "127.0.0.1: 80", ":80", "::1:80", "[::1]", "[::1]80", "[]:80",
        "example.com:80"
    })
    void parseRefusesWhatIsNotHostAndPort(String text) {
        assertThatThrownBy(() -> SocketAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void parseAsksForTheBracketsOfAnIpv6Host() {
        assertThatThrownBy(() -> SocketAddress.parse("::1:80")).hasMessageContaining("needs brackets");
    }

    /** The cases of RFC 5952, sections 4 and 5. */
    @ParameterizedTest
    @CsvSource({
        "2001:0db8::0001, 2001:db8::1",
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:DB8::ABCD, 2001:db8::abcd",
        "0:0:0:0:0:0:0:0, ::",
        "1:0:0:0:0:0:0:0, 1::",
        "0:0:0:0:0:0:0:1, ::1",
        "0:0:1:0:0:0:0:0, 0:0:1::",
        "0:1:1:1:1:1:1:1, 0:1:1:1:1:1:1:1",
        "1:1:1:1:1:1:1:0, 1:1:1:1:1:1:1:0",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    })
    void ipv6IsWrittenInItsShortestForm(String host, String text) {
        assertThat(SocketAddress.of(host, 1)).hasToString("[" + text + "]:1");
    }

    @Test
    void ipv4GoesThroughTheKernelAndBack() {
        assertComesBack("127.0.0.1");
        assertComesBack("127.1.2.3");
        assertComesBack("0.0.0.0");
    }

    @Test
    void ipv6GoesThroughTheKernelAndBack() {
        assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "this machine has no IPv6");
        assertComesBack("::1");
        assertComesBack("::");
    }

    private static void assertComesBack(String host) {
        try (Sockets sockets = new Sockets()) {
            SocketAddress bound = SocketAddress.ofSocket(sockets.posix(), sockets.bound(host));
            assertThat(bound.port()).isPositive();
            assertThat(bound).isEqualTo(SocketAddress.of(host, bound.port()));
        }
    }

    @Test
    void ofSocketRefusesWhatIsNoSocket() {
        try (Sockets sockets = new Sockets()) {
            assertThatThrownBy(() -> SocketAddress.ofSocket(sockets.posix(), sockets.eventfd()))
                    .isInstanceOf(PosixException.class).hasMessageStartingWith("getsockname: ENOTSOCK");
        }
    }

    @Test
    void familyFollowsTheHost() {
        assertThat(SocketAddress.of("127.0.0.1", 0).family()).isEqualTo(AF_INET());
        assertThat(SocketAddress.of("::1", 0).family()).isEqualTo(AF_INET6());
    }

    @Test
    void addressesAreEqualByHostAndPort() {
        SocketAddress address = SocketAddress.of("localhost", 1);
        assertThat(address).isEqualTo(SocketAddress.of("127.0.0.1", 1));
        assertThat(address).hasSameHashCodeAs(SocketAddress.parse("127.0.0.1:1"));
        assertThat(address).isNotEqualTo(SocketAddress.of("127.0.0.1", 2));
        assertThat(address).isNotEqualTo(SocketAddress.of("127.0.0.2", 1));
        assertThat(SocketAddress.of("::", 1)).isNotEqualTo(SocketAddress.of("0.0.0.0", 1));
        assertThat(address).isNotEqualTo("127.0.0.1:1");
    }
}
