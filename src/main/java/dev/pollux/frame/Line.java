package dev.pollux.frame;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Bytes up to a line feed. */
final class Line implements Framing {
    private static final byte LINE_FEED = '\n';
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long LINE_FEEDS = ONES * LINE_FEED;

    @Override
    public int prefixBytes() {
        return 0;
    }

    @Override
    public int suffixBytes() {
        return 1;
    }

    @Override
    public long frameBytes(MemorySegment buffer, long offset, long length, long searched) {
        long end = offset + length;
        // Else a long line that comes in pieces is searched again with each of them.
        long at = offset + searched;
        for (long last = end - Long.BYTES; at <= last; at += Long.BYTES) {
            // A zero byte is where a line feed was; subtracting 1 from it, and from no smaller one, borrows.
            long word = buffer.get(JAVA_LONG_UNALIGNED, at) ^ LINE_FEEDS;
            if ((word - ONES & ~word & HIGH_BITS) != 0) {
                break;
            }
        }
        for (; at < end; at++) {
            if (buffer.get(JAVA_BYTE, at) == LINE_FEED) {
                return at + 1 - offset;
            }
        }
        return UNKNOWN;
    }

    @Override
    public long maxPayloadBytes() {
        return Long.MAX_VALUE - 1;
    }

    @Override
    public void wrap(MemorySegment buffer, long offset, long payloadBytes) {
        buffer.set(JAVA_BYTE, offset + payloadBytes, LINE_FEED);
    }
}
