package dev.pollux.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.bench.soak.Frames.WrongBytes;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FramesTest {
    private static byte[] stream(long seed, int frames) {
        Frames sent = new Frames(seed);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < frames; i++) {
            all.writeBytes(sent.next());
        }
        return all.toByteArray();
    }

    private static Frames check(byte[] bytes, int piece) {
        Frames expected = new Frames(7);
        for (int at = 0; at < bytes.length; at += piece) {
            byte[] part = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece));
            expected.check(part, part.length);
        }
        return expected;
    }

    @Test
    void whatWasSentIsRightInPiecesOfAnySize() {
        byte[] bytes = stream(7, 50);
        for (int piece : new int[] {1, 3, 1000, bytes.length}) {
            assertThat(check(bytes, piece).checked()).isEqualTo(bytes.length);
        }
    }

    @Test
    void eachWrongByteIsFoundWhereItIs() {
        byte[] bytes = stream(7, 3);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= 1;
            assertThatThrownBy(() -> check(bytes, 100)).isInstanceOf(WrongBytes.class)
                    .hasMessageStartingWith("byte " + i + " of a stream");
            bytes[i] ^= 1;
        }
    }

    @Test
    void lengthsAreWithinTheLimitAndReachIt() {
        Frames frames = new Frames(1);
        int longest = 0;
        for (int i = 0; i < 1000; i++) {
            longest = Math.max(longest, frames.next().length);
        }
        assertThat(longest).isEqualTo(Frames.LARGEST);
    }
}
