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
        socket.options.put(option, first != 0 ? 1 : 0);
        return 0;
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
        int first = option == ERROR ? -socket.takeError() : socket.options.getOrDefault(option, 0);
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
                 Abi.IPPROTO_TCP * LEVEL + Abi.TCP_NODELAY, ERROR, LINGER -> true;
            default -> false;
        };
    }
}
