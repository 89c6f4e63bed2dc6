package dev.pollux.cli;

import dev.pollux.frame.FrameReader;
import dev.pollux.frame.Framing;
import dev.pollux.posix.Posix;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Cuts what a server sends into frames and writes their payloads as lines. */
final class ReplyReader implements AutoCloseable {
    private static final long FIRST_BYTES = 64 << 10;

    private final Posix posix;
    private final FrameReader reader;
    private Arena arena = Arena.ofConfined();
    private MemorySegment buffer = arena.allocate(FIRST_BYTES, Long.BYTES);
    private long unfinished; // Bytes at the front that belong to the next frame.
    private long frames;

    ReplyReader(Posix posix, Framing framing) {
        this.posix = posix;
        this.reader = new FrameReader(framing, Exchange.MOST_FRAME_BYTES);
    }

    /** Complete frames so far. */
    long frames() {
        return frames;
    }

    /**
     * Reads once from {@code fd}, and writes the payloads of all frames that are complete now.
     *
     * @return what read(2) said
     * @throws dev.pollux.frame.FrameTooLongException if a frame is not a reasonable one
     */
    long read(int fd, OutputStream lines) throws IOException {
        long n = posix.read(fd, buffer, unfinished, buffer.byteSize() - unfinished);
        if (n <= 0) {
            return n;
        }
        reader.over(buffer, 0, unfinished + n, reader.searched());
        while (reader.next()) {
            MemorySegment payload = buffer.asSlice(reader.payloadOffset(), reader.payloadBytes());
            lines.write(payload.toArray(ValueLayout.JAVA_BYTE));
            lines.write('\n');
            frames++;
        }
        lines.flush();
        keepUnfinished();
        return n;
    }

    private void keepUnfinished() {
        unfinished = reader.unfinishedBytes();
        if (unfinished < buffer.byteSize()) {
            MemorySegment.copy(buffer, reader.unfinishedOffset(), buffer, 0, unfinished);
            return;
        }
        Arena larger = Arena.ofConfined();
        MemorySegment copy = larger.allocate(2 * unfinished, Long.BYTES);
        MemorySegment.copy(buffer, 0, copy, 0, unfinished);
        arena.close();
        arena = larger;
        buffer = copy;
    }

    @Override
    public void close() {
        arena.close();
    }
}
