package dev.pollux.cli;

import dev.pollux.server.Client;
import dev.pollux.server.Handler;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Writes each frame as a line: the peer's address and the payload, of which printable ASCII is shown as it is
 * and all else escaped, since a peer must not be able to write control sequences to somebody's terminal.
 */
final class PrintHandler implements Handler {
    private static final long MOST_BYTES = 64 << 10; // Of one payload: more would hold up the loop.
    private static final String HEX = "0123456789abcdef";

    private final BackgroundWriter stdout;

    PrintHandler(BackgroundWriter stdout) {
        this.stdout = stdout;
    }

    @Override
    public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
        stdout.write(client.address() + ": " + escaped(buffer, offset, length));
    }

    static String escaped(MemorySegment buffer, long offset, long length) {
        long shown = Math.min(length, MOST_BYTES);
        StringBuilder text = new StringBuilder((int) shown + 16);
        for (long i = offset; i < offset + shown; i++) {
            append(text, buffer.get(ValueLayout.JAVA_BYTE, i) & 0xFF);
        }
        return text.append(shown < length ? "… (" + length + " bytes)" : "").toString();
    }

    private static void append(StringBuilder text, int b) {
        switch (b) {
            case '\n' -> text.append("\\n");
            case '\r' -> text.append("\\r");
            case '\t' -> text.append("\\t");
            case '\\' -> text.append("\\\\");
            default -> {
                if (b >= ' ' && b < 0x7F) {
                    text.append((char) b);
                } else {
                    text.append("\\x").append(HEX.charAt(b >> 4)).append(HEX.charAt(b & 15));
                }
            }
        }
    }
}
