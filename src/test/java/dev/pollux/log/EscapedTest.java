package dev.pollux.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EscapedTest {
    private static String escaped(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return Escaped.bytes(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    @Test
    void printableAsciiStaysAsItIs() {
        assertThat(escaped("GET /index.html~ {}")).isEqualTo("\"GET /index.html~ {}\"");
    }

    @Test
    void everythingElseIsEscaped() {
        assertThat(escaped("\r\n\t\0\u001B[31m\u007F\u00E9\u00FF")).isEqualTo(
                "\"\\x0d\\x0a\\x09\\x00\\x1b[31m\\x7f\\xe9\\xff\"");
    }

    @Test
    void quotesAndBackslashesCannotEndOrForgeAnEscape() {
        assertThat(escaped("\"\\x41")).isEqualTo("\"\\x22\\x5cx41\"");
    }

    @Test
    void longTextIsCutAfter32Bytes() {
        assertThat(escaped("x".repeat(32))).isEqualTo("\"" + "x".repeat(32) + "\"");
        assertThat(escaped("x".repeat(33))).isEqualTo("\"" + "x".repeat(32) + "\"…");
    }

    @Test
    void onlyTheStretchIsShown() {
        byte[] bytes = "abcdef".getBytes(StandardCharsets.US_ASCII);
        assertThat(Escaped.bytes(MemorySegment.ofArray(bytes), 2, 3)).isEqualTo("\"cde\"");
        assertThat(Escaped.bytes(MemorySegment.ofArray(bytes), 2, 0)).isEqualTo("\"\"");
    }
}
