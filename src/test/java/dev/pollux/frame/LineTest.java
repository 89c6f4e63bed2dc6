package dev.pollux.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineTest {
    private static final int LIMIT = 4096;

    private final MemorySegment buffer = Arena.ofAuto().allocate(2 * LIMIT, 8);
    private final Framing line = Framing.line();

    private void fill(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    @Test
    void theFirstLineFeedIsFoundAtEveryPlaceForEveryBeginning() {
        for (int feed = 0; feed < 64; feed++) {
            buffer.fill((byte) '\n'); // Behind the stretch and before it: neither counts.
            for (int offset = 0; offset < 9; offset++) {
                for (int at = 0; at < feed; at++) {
                    int decoy = at % 3 == 0 ? 0x0B : at % 3 == 1 ? 0x8A : 0;
                    buffer.set(ValueLayout.JAVA_BYTE, offset + at, (byte) decoy);
                }
                for (int searched = 0; searched <= feed; searched++) {
                    assertThat(line.frameBytes(buffer, offset, feed, searched)).isEqualTo(Framing.UNKNOWN);
                    assertThat(line.frameBytes(buffer, offset, feed + 1, searched)).isEqualTo(feed + 1);
                    assertThat(line.frameBytes(buffer, offset, feed + 40, searched)).isEqualTo(feed + 1);
                }
            }
        }
    }

    @Test
    void noLineFeedAmongRandomBytesIsMissedOrMadeUp() {
        Random random = new Random(5);
        for (int round = 0; round < 20_000; round++) {
            int length = 1 + random.nextInt(100);
            byte[] bytes = new byte[length];
            int alphabet = 1 + random.nextInt(16); // Many near-misses, at times many line feeds.
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) ('\n' + random.nextInt(alphabet) * (random.nextBoolean() ? 1 : 0x80));
            }
            int first = new String(bytes, StandardCharsets.ISO_8859_1).indexOf('\n');
            MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 3, length);
            int searched = random.nextInt(1 + (first < 0 ? length : first));
            assertThat(line.frameBytes(buffer, 3, length, searched)).isEqualTo(first < 0 ? -1 : first + 1);
        }
    }

    @Test
    void aLongLineInManyPiecesIsSearchedOnce() {
        CountingFraming counting = new CountingFraming(line);
        FrameReader reader = new FrameReader(counting, LIMIT);
        buffer.fill((byte) 'x');
        buffer.set(ValueLayout.JAVA_BYTE, LIMIT - 1, (byte) '\n');
        long searched = 0;
        for (int arrived = 1; arrived < LIMIT; arrived++) {
            reader.over(buffer, 0, arrived, searched);
            assertThat(reader.next()).isFalse();
            searched = reader.searched();
        }
        reader.over(buffer, 0, LIMIT, searched);
        assertThat(reader.next()).isTrue();
        assertThat(reader.payloadBytes()).isEqualTo(LIMIT - 1);
        assertThat(counting.offered).isEqualTo(LIMIT);
    }

    @Test
    void manyShortLinesAreSearchedOnceEach() {
        CountingFraming counting = new CountingFraming(line);
        FrameReader reader = new FrameReader(counting, LIMIT);
        fill("ab\n".repeat(1000) + "cd");
        reader.over(buffer, 0, 3002, 0);
        int lines = 0;
        while (reader.next()) {
            lines++;
        }
        assertThat(lines).isEqualTo(1000);
        assertThat(counting.calls).isEqualTo(1001);
        assertThat(reader.unfinishedBytes()).isEqualTo(2);
        assertThat(reader.searched()).isEqualTo(2);
    }

    @Test
    void theHintIsForgottenWithTheFrameItWasFor() {
        FrameReader reader = new FrameReader(line, LIMIT);
        fill("abcdef");
        reader.over(buffer, 0, 6, 0);
        assertThat(reader.next()).isFalse();
        fill("abcdef\n\nx\n");
        reader.over(buffer, 0, 10, reader.searched());
        assertThat(reader.next()).isTrue();
        assertThat(reader.next()).as("the empty line right behind").isTrue();
        assertThat(reader.payloadBytes()).isZero();
        assertThat(reader.next()).isTrue();
        assertThat(reader.next()).isFalse();
    }

    @Test
    void aLineOfTheLimitWithoutItsLineFeedIsRefused() {
        FrameReader reader = new FrameReader(line, LIMIT);
        buffer.fill((byte) 'x');
        reader.over(buffer, 0, LIMIT - 1, 0);
        assertThat(reader.next()).as("the line feed could still come").isFalse();
        reader.over(buffer, 0, LIMIT, reader.searched());
        assertThatExceptionOfType(FrameTooLongException.class).isThrownBy(reader::next)
                .withMessageContaining("4096 bytes or more");
    }

    @Test
    void nothingIsReadBehindTheEndOfTheBuffer() {
        for (int length = 1; length < 40; length++) {
            MemorySegment tight = Arena.ofAuto().allocate(length, 1);
            tight.fill((byte) 'x');
            assertThat(line.frameBytes(tight, 0, length, 0)).isEqualTo(Framing.UNKNOWN);
        }
    }

    @Test
    void anyLengthCanBeSaid() {
        assertThat(line.maxPayloadBytes()).isEqualTo(Long.MAX_VALUE - line.suffixBytes());
    }

    @Test
    void aCarriageReturnBelongsToThePayload() {
        FrameReader reader = new FrameReader(line, LIMIT);
        fill("hello\r\n");
        reader.over(buffer, 0, 7, 0);
        assertThat(reader.next()).isTrue();
        MemorySegment payload = buffer.asSlice(reader.payloadOffset(), reader.payloadBytes());
        assertThat(payload.toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo("hello\r".getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void wrappingPutsALineFeedBehindThePayloadAndNothingElse() {
        fill("abcde");
        line.wrap(buffer, 1, 3);
        assertThat(buffer.asSlice(0, 5).toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo("abcd\n".getBytes(StandardCharsets.ISO_8859_1));
    }
}
