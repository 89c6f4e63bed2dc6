package dev.pollux.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.pollux.bindings.linux.Libc;
import dev.pollux.bindings.linux.sockaddr_in;
import dev.pollux.bindings.linux.sockaddr_in6;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * An IPv4 or IPv6 address with a port. Literals and {@code localhost} only: no name is ever looked up.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/ip.7.html">ip(7)</a>
 * @see <a href="https://man7.org/linux/man-pages/man7/ipv6.7.html">ipv6(7)</a>
 */
public final class SocketAddress {
    /** Room that is enough for either kind of address, in bytes. */
    // sockaddr_in6's, as a literal: options are made before native access.
    public static final long MAX_BYTES = 28;

    // The interfaces of this process's network namespace; /sys/class/net can be another namespace's.
    private static final Path INTERFACES = Path.of("/proc/net/if_inet6");

    private final byte[] host; // 4 or 16 bytes, in network order.
    private final int scope; // sin6_scope_id, the index of a link-local address's interface; 0 for none.
    private final int port;

    private SocketAddress(byte[] host, int scope, int port) {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not within 0..65535");
        }
        this.host = host;
        this.scope = scope;
        this.port = port;
    }

    /**
     * An address from a literal and a port.
     *
     * @param host {@code 127.0.0.1}, {@code ::1}, {@code [::1]} or {@code localhost} (which is 127.0.0.1); a
     *     link-local address with its interface, as in {@code fe80::1%eth0} or {@code fe80::1%2}
     * @param port 0..65535; 0 lets the kernel choose
     * @throws IllegalArgumentException if {@code host} is none of these, there is no such interface, or the
     *     port is out of range
     */
    public static SocketAddress of(String host, int port) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        int percent = bare.indexOf('%');
        byte[] bytes = parseHost(percent < 0 ? bare : bare.substring(0, percent));
        boolean ipv6 = bytes != null && bytes.length == 16;
        if (bytes == null || !ipv6 && (bracketed || percent >= 0)) {
            throw new IllegalArgumentException("'" + host + "' is not an IPv4 or IPv6 address, nor localhost"
                    + " (names are not looked up)");
        }
        int scope = percent < 0 ? 0 : parseScope(host, bytes, bare.substring(percent + 1));
        return new SocketAddress(bytes, scope, port);
    }

    /**
     * Reads {@code HOST:PORT}, an IPv6 host in brackets.
     *
     * @throws IllegalArgumentException if it is not of that form
     */
    public static SocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        if (colon < 0 || !port.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT");
        }
        String host = text.substring(0, colon);
        if (host.indexOf(':') >= 0 && !host.startsWith("[")) {
            throw new IllegalArgumentException("'" + text
                    + "': an IPv6 host needs brackets, as in [::1]:5882");
        }
        return of(host, Integer.parseInt(port));
    }

    /**
     * Reads a {@code sockaddr_in} or {@code sockaddr_in6} that the kernel wrote. An IPv4 peer of an IPv6
     * listener, {@code ::ffff:1.2.3.4}, becomes its IPv4 address.
     */
    public static SocketAddress from(MemorySegment address) {
        // sa_family is at the same place in both.
        boolean v6 = Short.toUnsignedInt(sockaddr_in.sin_family(address)) == Libc.AF_INET6();
        byte[] host = new byte[v6 ? 16 : 4];
        long at = v6 ? sockaddr_in6.sin6_addr$offset() : sockaddr_in.sin_addr$offset();
        MemorySegment.copy(address, JAVA_BYTE, at, host, 0, host.length);
        byte[] port = new byte[2]; // In network order, which is no layout of the machine's.
        MemorySegment.copy(address, JAVA_BYTE, sockaddr_in.sin_port$offset(), port, 0, port.length);
        byte[] unmapped = isMapped(host) ? Arrays.copyOfRange(host, 12, 16) : host;
        int scope = v6 && isLinkLocal(host) ? sockaddr_in6.sin6_scope_id(address) : 0;
        return new SocketAddress(unmapped, scope, (port[0] & 0xFF) << 8 | port[1] & 0xFF);
    }

    /** Asks for the address that a socket is bound to. */
    public static SocketAddress ofSocket(Posix posix, int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(MAX_BYTES, 8);
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) MAX_BYTES);
            PosixException.check(posix.getsockname(fd, address, length), "getsockname");
            return from(address);
        }
    }

    /** Writes this as the {@code sockaddr_in} or {@code sockaddr_in6} that bind(2) and connect(2) take. */
    public MemorySegment toSegment(SegmentAllocator allocator) {
        MemorySegment address = isIpv6() ? sockaddr_in6.allocate(allocator) : sockaddr_in.allocate(allocator);
        assert address.byteSize() <= MAX_BYTES;
        sockaddr_in.sin_family(address, (short) family());
        byte[] networkPort = {(byte) (port >> 8), (byte) port};
        MemorySegment.copy(networkPort, 0, address, JAVA_BYTE, sockaddr_in.sin_port$offset(), 2);
        long at = isIpv6() ? sockaddr_in6.sin6_addr$offset() : sockaddr_in.sin_addr$offset();
        MemorySegment.copy(host, 0, address, JAVA_BYTE, at, host.length);
        if (scope != 0) {
            sockaddr_in6.sin6_scope_id(address, scope);
        }
        return address;
    }

    /** AF_INET or AF_INET6. */
    public int family() {
        return isIpv6() ? Libc.AF_INET6() : Libc.AF_INET();
    }

    /** 0..65535. */
    public int port() {
        return port;
    }

    private boolean isIpv6() {
        return host.length == 16;
    }

    /** Returns the bytes of an address without brackets and scope, or null. */
    private static byte[] parseHost(String host) {
        if (host.equals("localhost")) {
            return new byte[] {127, 0, 0, 1};
        }
        return host.indexOf(':') >= 0 ? parseIpv6(host) : parseIpv4(host);
    }

    /** Returns the index of the interface that {@code zone} names or is. */
    private static int parseScope(String host, byte[] bytes, String zone) {
        if (!isLinkLocal(bytes)) {
            throw new IllegalArgumentException("'" + host
                    + "': only a link-local address (fe80::/10) has an interface after %");
        }
        int index = zone.matches("[0-9]{1,9}") ? Integer.parseInt(zone) : interfaceIndex(zone);
        if (index <= 0) {
            throw new IllegalArgumentException("'" + host + "': there is no interface '" + zone
                    + "' with an IPv6 address");
        }
        return index;
    }

    /** Returns 0 if no interface of that name has an IPv6 address. */
    private static int interfaceIndex(String name) {
        // Address, index (hexadecimal), prefix length, scope, flags, name.
        try (Stream<String> lines = Files.lines(INTERFACES)) {
            return lines.map(line -> line.strip().split(" +"))
                    .filter(fields -> fields.length == 6 && fields[5].equals(name))
                    .mapToInt(fields -> Integer.parseInt(fields[1], 16)).findFirst().orElse(0);
        } catch (IOException e) {
            return 0; // A kernel without IPv6 has no such file.
        }
    }

    private static boolean isLinkLocal(byte[] host) {
        return host.length == 16 && host[0] == (byte) 0xFE && (host[1] & 0xC0) == 0x80;
    }

    /** Returns whether an address is {@code ::ffff:0:0/96}, as an IPv6 socket sees IPv4. */
    private static boolean isMapped(byte[] host) {
        return host.length == 16 && Arrays.equals(host, 0, 10, new byte[10], 0, 10)
                && host[10] == (byte) 0xFF && host[11] == (byte) 0xFF;
    }

    /** Four decimal numbers. By hand, because loading InetAddress costs 12 ms of start-up. */
    private static byte[] parseIpv4(String host) {
        String[] parts = host.split("\\.", -1);
        byte[] bytes = new byte[4];
        for (int i = 0; i < 4; i++) {
            int number = parts.length == 4 ? parseByte(parts[i]) : -1;
            if (number < 0) {
                return null;
            }
            bytes[i] = (byte) number;
        }
        return bytes;
    }

    /** 0..255 without a leading zero, which inet_aton(3) would take for octal; or -1. */
    private static int parseByte(String text) {
        if (text.isEmpty() || text.length() > 3 || text.length() > 1 && text.charAt(0) == '0') {
            return -1;
        }
        int number = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number <= 255 ? number : -1;
    }

    private static byte[] parseIpv6(String host) {
        if (!host.matches("[0-9A-Fa-f:.]*")) {
            return null; // InetAddress would take brackets.
        }
        try {
            byte[] bytes = InetAddress.ofLiteral(host).getAddress(); // A literal: this never asks DNS.
            // ::ffff:1.2.3.4 comes back as IPv4; say that one as 1.2.3.4.
            return bytes.length == 16 ? bytes : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SocketAddress that && port == that.port && scope == that.scope
                && Arrays.equals(host, that.host);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(host) + scope) + port;
    }

    /**
     * Returns {@code 127.0.0.1:5882}, or {@code [::1]:5882} with the longest run of zeros left out (RFC
     * 5952), or {@code [fe80::1%2]:5882} with the interface's index. {@link #parse} reads each of them.
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(48);
        if (isIpv6()) {
            appendIpv6(text.append('['));
            text.append(scope == 0 ? "" : "%" + Integer.toUnsignedString(scope)).append(']');
        } else {
            for (int i = 0; i < 4; i++) {
                text.append(i == 0 ? "" : ".").append(host[i] & 0xFF);
            }
        }
        return text.append(':').append(port).toString();
    }

    private void appendIpv6(StringBuilder text) {
        int gap = -1;
        int longest = 1; // A single zero group is written out.
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && group(i + run) == 0) {
                run++;
            }
            if (run > longest) {
                longest = run;
                gap = i;
            }
        }
        for (int i = 0; i < 8; i++) {
            if (i == gap) {
                text.append("::");
                i += longest - 1;
            } else {
                boolean first = i == 0 || gap >= 0 && i == gap + longest;
                text.append(first ? "" : ":").append(Integer.toHexString(group(i)));
            }
        }
    }

    private int group(int index) {
        return (host[2 * index] & 0xFF) << 8 | host[2 * index + 1] & 0xFF;
    }
}
