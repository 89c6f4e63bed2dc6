package dev.pollux.testkit;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.pollux.posix.Errno;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Socket options: those that a server sets. The kernel does not know the others, and says so. */
final class Options {
    private static final int LEVEL = 1 << 16;
    private static final int ERROR = Abi.SOL_SOCKET * LEVEL + Abi.SO_ERROR;
    private static final int LINGER = Abi.SOL_SOCKET * LEVEL + Abi.SO_LINGER;
    private static final int SNDBUF = Abi.SOL_SOCKET * LEVEL + Abi.SO_SNDBUF;
    private static final int RCVBUF = Abi.SOL_SOCKET * LEVEL + Abi.SO_RCVBUF;
    private static final int KEEPIDLE = Abi.IPPROTO_TCP * LEVEL + Abi.TCP_KEEPIDLE;
    private static final int KEEPINTVL = Abi.IPPROTO_TCP * LEVEL + Abi.TCP_KEEPINTVL;
    private static final int KEEPCNT = Abi.IPPROTO_TCP * LEVEL + Abi.TCP_KEEPCNT;
    private static final int USER_TIMEOUT = Abi.IPPROTO_TCP * LEVEL + Abi.TCP_USER_TIMEOUT;
    private static final int MOST_SECONDS = 32767;
    private static final int MOST_PROBES = 127;

    private Options() {
    }

    static int set(StreamSocket socket, int level, int name, MemorySegment value) {
        int option = level * LEVEL + name;
        if (option == ERROR || !isKnown(option)) {
            return -Errno.ENOPROTOOPT.number;
        }
        if (value.byteSize() < (option == LINGER ? 2 : 1) * Integer.BYTES) {
            return -Errno.EINVAL.number;
        }
        int first = value.get(JAVA_INT_UNALIGNED, 0);
        if (option == LINGER) {
            int seconds = value.get(JAVA_INT_UNALIGNED, Integer.BYTES);
            socket.resetsOnClose = first != 0 && seconds == 0;
            socket.options.put(~option, seconds);
        }
        Integer kept = kept(option, first);
        if (kept == null) {
            return -Errno.EINVAL.number;
        }
        socket.options.put(option, kept);
        return 0;
    }

    /** Returns what getsockopt(2) answers after {@code value} was set, or null for EINVAL. */
    private static Integer kept(int option, int value) {
        return switch (option) {
            case SNDBUF, RCVBUF -> 2 * value; // Between the kernel's least and most, which are not simulated.
            case KEEPIDLE, KEEPINTVL -> value >= 1 && value <= MOST_SECONDS ? value : null;
            case KEEPCNT -> value >= 1 && value <= MOST_PROBES ? value : null;
            case USER_TIMEOUT -> value >= 0 ? value : null;
            default -> value != 0 ? 1 : 0;
        };
    }

    private static int unset(int option) {
        return switch (option) {
            case KEEPIDLE -> 7200;
            case KEEPINTVL -> 75;
            case KEEPCNT -> 9;
            default -> 0;
        };
    }

    static int get(StreamSocket socket, int level, int name, MemorySegment value, MemorySegment length) {
        int option = level * LEVEL + name;
        if (!isKnown(option)) {
            return -Errno.ENOPROTOOPT.number;
        }
        int room = length.get(JAVA_INT_UNALIGNED, 0);
        if (room < 0) {
            return -Errno.EINVAL.number;
        }
        int first = option == ERROR ? -socket.takeError()
                : socket.options.getOrDefault(option, unset(option));
        ByteBuffer answer = ByteBuffer.allocate(2 * Integer.BYTES).order(ByteOrder.nativeOrder())
                .putInt(first).putInt(socket.options.getOrDefault(~option, 0));
        int bytes = Math.min(room, option == LINGER ? 2 * Integer.BYTES : Integer.BYTES);
        MemorySegment.copy(MemorySegment.ofArray(answer.array()), 0, value, 0, bytes);
        length.set(JAVA_INT_UNALIGNED, 0, bytes);
        return 0;
    }

    private static boolean isKnown(int option) {
        return switch (option) {
            case Abi.SOL_SOCKET * LEVEL + Abi.SO_REUSEADDR, Abi.SOL_SOCKET * LEVEL + Abi.SO_KEEPALIVE,
                 Abi.IPPROTO_TCP * LEVEL + Abi.TCP_NODELAY, ERROR, LINGER, SNDBUF, RCVBUF, KEEPIDLE,
                 KEEPINTVL, KEEPCNT, USER_TIMEOUT -> true;
            default -> false;
        };
    }
}
