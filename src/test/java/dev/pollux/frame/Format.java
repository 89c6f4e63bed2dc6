package dev.pollux.frame;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The framings once more, written down independently: what a {@link FrameReader} is measured by. */
enum Format {
    U32LE(Framing.u32le()),
    U32BE(Framing.u32be()),
    LINE(Framing.line());

    final Framing framing;

    Format(Framing framing) {
        this.framing = framing;
    }

    /** Bytes of a frame that are not payload. */
    int overhead() {
        return this == LINE ? 1 : 4;
    }

    byte[] encode(byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + overhead());
        switch (this) {
            case U32LE -> frame.order(ByteOrder.LITTLE_ENDIAN).putInt(payload.length).put(payload);
            case U32BE -> frame.putInt(payload.length).put(payload);
            case LINE -> frame.put(payload).put((byte) '\n');
        }
        return frame.array();
    }

    byte[] encodeAll(List<byte[]> payloads) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        payloads.forEach(payload -> stream.writeBytes(encode(payload)));
        return stream.toByteArray();
    }

    /** A payload that this format can say. */
    byte[] payload(int length, RandomGenerator random) {
        byte[] payload = new byte[length];
        random.nextBytes(payload);
        for (int i = 0; i < length; i++) {
            if (this == LINE && payload[i] == '\n') {
                payload[i] = 0x0B; // What a search with borrows between bytes could take for a line feed.
            }
        }
        return payload;
    }

    List<byte[]> payloads(int count, int longest, RandomGenerator random) {
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            payloads.add(payload(random.nextInt(longest + 1), random));
        }
        return payloads;
    }
}
