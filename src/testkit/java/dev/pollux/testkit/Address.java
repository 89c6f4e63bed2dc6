package dev.pollux.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.pollux.posix.Errno;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Socket addresses as bytes: a sockaddr_in has 16, a sockaddr_in6 28, a nameless sockaddr_un 2. */
final class Address {
    private static final int PORT = 2; // Both kinds have it here, in network order.

    private Address() {
    }

    /** This machine's own address of a family. */
    static byte[] loopback(int family, int port) {
        ByteBuffer address = ByteBuffer.wrap(nameless(family));
        address.putShort(PORT, (short) port); // A buffer is big-endian, and so is the network.
        if (family == Abi.AF_INET) {
            address.put(4, (byte) 127).put(7, (byte) 1);
        } else {
            address.put(23, (byte) 1);
        }
        return address.array();
    }

    /** Port 0 of no machine; for AF_UNIX all that there is. */
    static byte[] nameless(int family) {
        int bytes = family == Abi.AF_INET ? 16 : family == Abi.AF_INET6 ? 28 : 2;
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder()).putShort(0, (short) family).array();
    }

    static int family(byte[] address) {
        return ByteBuffer.wrap(address).order(ByteOrder.nativeOrder()).getShort(0);
    }

    static int port(byte[] address) {
        return Short.toUnsignedInt(ByteBuffer.wrap(address).getShort(PORT));
    }

    static byte[] withPort(byte[] address, int port) {
        return ByteBuffer.wrap(address.clone()).putShort(PORT, (short) port).array();
    }

    /** Writes an answer as accept(2) does: cut to the room that there is, and with its true length. */
    static int answer(byte[] value, MemorySegment room, MemorySegment length) {
        if (length.address() == 0) {
            return 0;
        }
        int bytes = length.get(JAVA_INT_UNALIGNED, 0);
        if (bytes < 0) {
            return -Errno.EINVAL.number;
        }
        MemorySegment.copy(value, 0, room, JAVA_BYTE, 0, Math.min(bytes, value.length));
        length.set(JAVA_INT_UNALIGNED, 0, value.length);
        return 0;
    }
}
