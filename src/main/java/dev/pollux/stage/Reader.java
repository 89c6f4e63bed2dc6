package dev.pollux.stage;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.pollux.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The tutorial's Reader, which its part 5a takes from part 3: messages out of bytes that come in any pieces.
 * A message is a u32 little-endian length and so many bytes. The engine's is {@code frame.FrameReader}.
 */
final class Reader {
    private static final ValueLayout.OfInt LENGTH = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long PREFIX = LENGTH.byteSize();

    private final MemorySegment buffer;
    private long start; // Of the first message that was not handed out yet; before it are those that were.
    private long end; // Of what was read.

    Reader(Arena arena) {
        this.buffer = arena.allocate(4096);
    }

    /**
     * Moves what is unfinished to the front, and reads once behind it. There is room while {@link #fits}: a
     * read into none would return 0, which looks like the end of the stream.
     *
     * @return what read(2) returned
     */
    long fill(Posix posix, int fd) {
        MemorySegment.copy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        long n = posix.read(fd, buffer, end, buffer.byteSize() - end);
        end += Math.max(0, n);
        return n;
    }

    /** The next message's payload, or null if the rest of it has not come yet; valid until {@link #fill}. */
    MemorySegment next() {
        if (end - start < PREFIX || end - start - PREFIX < length()) {
            return null;
        }
        MemorySegment payload = buffer.asSlice(start + PREFIX, length());
        start += PREFIX + payload.byteSize();
        return payload;
    }

    /** Whether the next message can ever be complete here. A longer one is known by its prefix. */
    boolean fits() {
        return end - start < PREFIX || length() <= buffer.byteSize() - PREFIX;
    }

    /** As a long: in 32 bits, a length of 0xFFFFFFFC and its prefix would make 0. */
    private long length() {
        return Integer.toUnsignedLong(buffer.get(LENGTH, start));
    }

    /** All that {@link #next} handed out since the last {@link #fill}, with the prefixes: an echo's reply. */
    MemorySegment handedOut() {
        return buffer.asSlice(0, start);
    }
}
