package dev.pollux.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LengthPrefixTest {
    private final MemorySegment buffer = Arena.ofAuto().allocate(16);

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 0x01020304, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFBL, 0xFFFF_FFFCL,
        0xFFFF_FFFFL})
    void lengthsAreUnsignedAndTheirSumWithThePrefixDoesNotWrap(long length) {
        for (Framing framing : new Framing[] {Framing.u32le(), Framing.u32be()}) {
            framing.wrap(buffer, 3, length);
            assertThat(framing.frameBytes(buffer, 3, 4, 0)).isEqualTo(length + 4);
        }
    }

    @Test
    void bytesAreInTheOrderOfTheirNames() {
        Framing.u32le().wrap(buffer, 0, 0x01020304);
        Framing.u32be().wrap(buffer, 4, 0x01020304);
        assertThat(buffer.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE))
                .containsExactly(4, 3, 2, 1, 1, 2, 3, 4);
    }

    @Test
    void theLargestLengthIsThatOf32Bits() {
        assertThat(Framing.u32le().maxPayloadBytes()).isEqualTo(0xFFFF_FFFFL);
        assertThat(Framing.u32be().maxPayloadBytes()).isEqualTo(0xFFFF_FFFFL);
    }

    @Test
    void lessThanAPrefixTellsNothing() {
        buffer.fill((byte) -1);
        for (int length = 0; length < 4; length++) {
            assertThat(Framing.u32le().frameBytes(buffer, 0, length, 0)).isEqualTo(Framing.UNKNOWN);
            assertThat(Framing.u32be().frameBytes(buffer, 0, length, 0)).isEqualTo(Framing.UNKNOWN);
        }
    }
}
