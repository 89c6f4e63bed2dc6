package dev.pollux.frame;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A stream that arrives in pieces of any sizes gives, after each piece, the frames that {@link WholeStream}
 * finds with all of it at hand. With the inputs under {@code src/test/resources} this is an ordinary test;
 * {@code make fuzz} looks for more of them.
 *
 * <p>An input is a byte for the limit, a byte for the number of pieces, so many bytes that are their sizes
 * (over and over), and the stream.
 */
class FrameFuzzTest {
    private static final int OFFSET = 3; // Where the unfinished frame is put: nothing may rest on alignment.
    private static final int MOST_PIECES = 15;
    private static final byte POISON = '\n'; // Around what has arrived: a line's end, and a short length.

    private MemorySegment buffer = MemorySegment.NULL;

    @FuzzTest
    void u32le(byte[] input) {
        check(Format.U32LE, input);
    }

    @FuzzTest
    void u32be(byte[] input) {
        check(Format.U32BE, input);
    }

    @FuzzTest
    void line(byte[] input) {
        check(Format.LINE, input);
    }

    private void check(Format format, byte[] input) {
        if (input.length < 2) {
            return;
        }
        long limit = format.overhead() + 1 + (input[0] & 0xFF);
        int pieces = Math.min(input[1] & MOST_PIECES, input.length - 2);
        byte[] stream = Arrays.copyOfRange(input, 2 + pieces, input.length);
        WholeStream whole = WholeStream.of(format, limit, stream);
        FrameReader reader = new FrameReader(format.framing, limit);
        if (buffer.byteSize() < OFFSET + stream.length) {
            buffer = Arena.ofAuto().allocate(OFFSET + 2 * stream.length, 8);
        }
        int arrived = 0;
        int frames = 0;
        long searched = 0;
        for (int i = 0; arrived < stream.length && arrived < whole.refusedAt(); i++) {
            int size = pieces == 0 ? stream.length : Math.max(1, input[2 + i % pieces] & 0xFF);
            int start = whole.end(frames);
            arrived = Math.min(arrived + size, stream.length);
            // A segment that ends where the bytes do: whoever looks further is found out.
            MemorySegment lent = buffer.asSlice(0, OFFSET + arrived - start).fill(POISON);
            MemorySegment.copy(stream, start, lent, JAVA_BYTE, OFFSET, arrived - start);
            reader.over(lent, OFFSET, arrived - start, searched);
            frames = read(reader, lent, whole, frames, arrived);
            searched = reader.searched();
        }
        require(frames == whole.count(), "a frame was not found");
        wrap(format, whole, stream);
    }

    /** Walks through the frames of one piece. Returns how many there were so far. */
    private static int read(FrameReader reader, MemorySegment lent, WholeStream whole, int framesBefore,
            int arrived) {
        int start = whole.end(framesBefore); // In the stream, of what lies at OFFSET.
        int frames = framesBefore;
        boolean refused = false;
        try {
            while (reader.next()) {
                require(frames < whole.count(), "a frame too many");
                MemorySegment payload = lent.asSlice(reader.payloadOffset(), reader.payloadBytes());
                require(Arrays.equals(payload.toArray(JAVA_BYTE), whole.payload(frames)), "another payload");
                frames++;
            }
        } catch (FrameTooLongException e) {
            refused = true;
        }
        require(refused == (arrived >= whole.refusedAt()), "refused too early, too late, or not at all");
        int end = whole.end(frames);
        require(frames == whole.count() || whole.end(frames + 1) > arrived, "a frame is late");
        require(reader.unfinishedOffset() == OFFSET + end - start, "the unfinished frame begins elsewhere");
        require(reader.unfinishedBytes() == arrived - end, "another number of unfinished bytes");
        require(refused || reader.searched() == arrived - end, "other bytes count as searched");
        return frames;
    }

    /** What was cut out of the stream is, with its prefix and suffix again, what was there. */
    private void wrap(Format format, WholeStream whole, byte[] stream) {
        for (int i = 0; i < whole.count(); i++) {
            int start = whole.end(i);
            int length = whole.end(i + 1) - start;
            byte[] payload = whole.payload(i);
            MemorySegment frame = buffer.asSlice(OFFSET, length);
            MemorySegment.copy(payload, 0, frame, JAVA_BYTE, format.framing.prefixBytes(), payload.length);
            format.framing.wrap(frame, 0, payload.length);
            require(Arrays.equals(frame.toArray(JAVA_BYTE), 0, length, stream, start, start + length),
                    "another frame around the same payload");
        }
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }
}
