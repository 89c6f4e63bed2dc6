package dev.pollux.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The frames of a stream, found in the simplest way there is, by someone who has all of it before him: what a
 * {@link FrameReader} that sees it piece by piece is measured by.
 */
final class WholeStream {
    private final List<byte[]> payloads = new ArrayList<>();
    private final List<Integer> ends = new ArrayList<>(List.of(0)); // After 0, 1, 2, … frames.
    private long refusedAt = Long.MAX_VALUE;

    private WholeStream() {
    }

    static WholeStream of(Format format, long limit, byte[] stream) {
        WholeStream whole = new WholeStream();
        switch (format) {
            case U32LE -> whole.lengths(ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN), limit);
            case U32BE -> whole.lengths(ByteBuffer.wrap(stream).order(ByteOrder.BIG_ENDIAN), limit);
            case LINE -> whole.lines(stream, limit);
        }
        return whole;
    }

    private void lengths(ByteBuffer stream, long limit) {
        while (stream.remaining() >= 4) {
            long length = stream.getInt() & 0xFFFF_FFFFL;
            if (4 + length > limit) {
                refusedAt = stream.position();
                return;
            }
            if (length > stream.remaining()) {
                return;
            }
            byte[] payload = new byte[(int) length];
            stream.get(payload);
            payloads.add(payload);
            ends.add(stream.position());
        }
    }

    private void lines(byte[] stream, long limit) {
        int start = 0;
        for (int i = 0; i < stream.length; i++) {
            if (stream[i] == '\n') {
                payloads.add(Arrays.copyOfRange(stream, start, i));
                start = i + 1;
                ends.add(start);
            } else if (i + 1 - start == limit) {
                refusedAt = i + 1;
                return;
            }
        }
    }

    /** How many complete frames there are, before one that is refused. */
    int count() {
        return payloads.size();
    }

    byte[] payload(int index) {
        return payloads.get(index);
    }

    /** Where the first {@code frames} of them end. */
    int end(int frames) {
        return ends.get(frames);
    }

    /** How much of the stream tells that a frame is too long; Long.MAX_VALUE if none is. */
    long refusedAt() {
        return refusedAt;
    }
}
