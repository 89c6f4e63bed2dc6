package dev.pollux.tutorial;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reader of the tutorial's Appendix A, statement for statement, mistakes included. Its u32 arithmetic wraps
 * round, as Java's does and as an optimised Zig build does; a safe build panics at the addition already.
 */
public final class TutorialReader implements AutoCloseable {
    private final Posix posix;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buf;
    private int pos;
    private int start;

    public TutorialReader(Posix posix, int size) {
        this.posix = posix;
        this.buf = arena.allocate(size);
    }

    /** The next message; throws {@code WouldBlock}, {@code Closed}, {@code BufferTooSmall}, … */
    public MemorySegment readMessage(int socket) throws ZigError {
        while (true) {
            MemorySegment msg = bufferedMessage();
            if (msg != null) {
                return msg;
            }
            int n = read(socket, buf.asSlice(pos));
            if (n == 0) {
                throw new ZigError("Closed");
            }
            this.pos = pos + n;
        }
    }

    private MemorySegment bufferedMessage() throws ZigError {
        assert pos >= start;
        MemorySegment unprocessed = buf.asSlice(start, pos - start);
        int length = (int) unprocessed.byteSize();
        if (length < 4) {
            ensureSpace(4 - length);
            return null;
        }
        int messageLen = unprocessed.get(JAVA_INT_UNALIGNED, 0);
        // The length of our message + the length of our prefix.
        int totalLen = messageLen + 4;
        if (Integer.compareUnsigned(length, totalLen) < 0) {
            ensureSpace(Integer.toUnsignedLong(totalLen));
            return null;
        }
        this.start += totalLen;
        return unprocessed.asSlice(4, totalLen - 4);
    }

    private void ensureSpace(long space) throws ZigError {
        if (buf.byteSize() < space) {
            throw new ZigError("BufferTooSmall");
        }
        long spare = buf.byteSize() - start;
        if (spare >= space) {
            return;
        }
        int unprocessed = pos - start;
        MemorySegment.copy(buf, start, buf, 0, unprocessed);
        this.start = 0;
        this.pos = unprocessed;
    }

    /** Zig's std.posix.read: for 0 bytes it does not ask the kernel, but answers as that would, with 0. */
    private int read(int socket, MemorySegment into) throws ZigError {
        if (into.byteSize() == 0) {
            return 0;
        }
        long n = posix.read(socket, into, 0, into.byteSize());
        if (n < 0) {
            throw new ZigError(n == -Errno.EAGAIN.number ? "WouldBlock" : Errno.name(n));
        }
        return (int) n;
    }

    @Override
    public void close() {
        arena.close();
    }
}
