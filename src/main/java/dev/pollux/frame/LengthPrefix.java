package dev.pollux.frame;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** A {@code u32} that says how many bytes of payload follow. */
final class LengthPrefix implements Framing {
    private static final long MAX_PAYLOAD = 0xFFFF_FFFFL;

    // A constant layout and a swap are faster than a layout that is read from a field.
    private final boolean swap;

    LengthPrefix(ByteOrder order) {
        this.swap = order != ByteOrder.nativeOrder();
    }

    @Override
    public int prefixBytes() {
        return Integer.BYTES;
    }

    @Override
    public int suffixBytes() {
        return 0;
    }

    /**
     * In 64 bits: in 32, a length of 0xFFFFFFFC and its prefix are 0 bytes together, and the tutorial
     * crashes.
     */
    @Override
    public long frameBytes(MemorySegment buffer, long offset, long length, long searched) {
        if (length < Integer.BYTES) {
            return UNKNOWN;
        }
        int prefix = buffer.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
        return Integer.BYTES + Integer.toUnsignedLong(swap ? Integer.reverseBytes(prefix) : prefix);
    }

    @Override
    public long maxPayloadBytes() {
        return MAX_PAYLOAD;
    }

    @Override
    public void wrap(MemorySegment buffer, long offset, long payloadBytes) {
        int prefix = (int) payloadBytes;
        buffer.set(ValueLayout.JAVA_INT_UNALIGNED, offset, swap ? Integer.reverseBytes(prefix) : prefix);
    }
}
