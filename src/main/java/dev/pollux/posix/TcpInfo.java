package dev.pollux.posix;

import static dev.pollux.bindings.linux.Libc.IPPROTO_TCP;
import static dev.pollux.bindings.linux.Libc.TCP_INFO;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.pollux.bindings.linux.tcp_info;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What the kernel knows about a TCP connection: the part of {@code struct tcp_info} that tells a slow network
 * from a slow peer. Each is a u32 in C, hence the longs.
 *
 * @param roundTripMicros the time from a segment to its acknowledgement, smoothed; 0 before the first
 * @param roundTripVarianceMicros how much that time varies
 * @param unackedSegments sent and not yet acknowledged, the connection's SYN included
 * @param lostSegments of those, the ones that are taken for lost
 * @param resentSegments sent once more, since the connection began
 * @param congestionWindowSegments how many may be unacknowledged at the same time
 * @see <a href="https://man7.org/linux/man-pages/man7/tcp.7.html">tcp(7), TCP_INFO</a>
 */
public record TcpInfo(long roundTripMicros, long roundTripVarianceMicros, long unackedSegments,
        long lostSegments, long resentSegments, long congestionWindowSegments) {

    /**
     * Asks for a connection's state as it is now.
     *
     * @throws PosixException if {@code fd} is not a TCP socket
     */
    public static TcpInfo of(Posix posix, int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = tcp_info.allocate(arena);
            // The kernel's own struct grows at its end, and it writes no more than we have room for.
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) info.byteSize());
            int result = posix.getsockopt(fd, IPPROTO_TCP(), TCP_INFO(), info, length);
            PosixException.check(result, "getsockopt TCP_INFO of descriptor " + fd);
            return new TcpInfo(
                    Integer.toUnsignedLong(tcp_info.tcpi_rtt(info)),
                    Integer.toUnsignedLong(tcp_info.tcpi_rttvar(info)),
                    Integer.toUnsignedLong(tcp_info.tcpi_unacked(info)),
                    Integer.toUnsignedLong(tcp_info.tcpi_lost(info)),
                    Integer.toUnsignedLong(tcp_info.tcpi_total_retrans(info)),
                    Integer.toUnsignedLong(tcp_info.tcpi_snd_cwnd(info)));
        }
    }
}
