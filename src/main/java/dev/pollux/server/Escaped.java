package dev.pollux.server;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A peer's bytes as a log may show them: printable ASCII as it is, all else as {@code \xNN}, cut after a few.
 */
final class Escaped {
    private static final long MOST_BYTES = 32;

    private Escaped() {
    }

    static String bytes(MemorySegment buffer, long offset, long length) {
        StringBuilder text = new StringBuilder("\"");
        for (long i = offset; i < offset + Math.min(length, MOST_BYTES); i++) {
            int b = buffer.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
            if (b >= ' ' && b < 0x7F && b != '"' && b != '\\') {
                text.append((char) b);
            } else {
                text.append(String.format("\\x%02x", b));
            }
        }
        return text.append(length > MOST_BYTES ? "\"…" : "\"").toString();
    }
}
