package dev.pollux.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
    private static final int LIMIT = 4096;

    private final MemorySegment buffer = Arena.ofAuto().allocate(LIMIT + 65_536, 8);

    /** Reads a stream chunk by chunk: what is unfinished is kept elsewhere meanwhile, as a client does it. */
    private static final class Feed {
        final MemorySegment buffer;
        final FrameReader reader;
        final List<byte[]> payloads = new ArrayList<>();
        byte[] unfinished = new byte[0];
        long searched;

        Feed(Framing framing, long limit, MemorySegment buffer) {
            this.reader = new FrameReader(framing, limit);
            this.buffer = buffer;
        }

        void chunk(byte[] stream, int from, int length) {
            int held = unfinished.length;
            buffer.fill((byte) '\n'); // What lies behind the bytes that have arrived must not be looked at.
            put(unfinished, 0, 0, held);
            put(stream, from, held, length);
            reader.over(buffer, 0, held + length, searched);
            while (reader.next()) {
                payloads.add(bytes(reader.payloadOffset(), reader.payloadBytes()));
            }
            unfinished = bytes(reader.unfinishedOffset(), reader.unfinishedBytes());
            searched = reader.searched();
        }

        private void put(byte[] from, int at, int to, int length) {
            MemorySegment.copy(from, at, buffer, ValueLayout.JAVA_BYTE, to, length);
        }

        private byte[] bytes(long offset, long length) {
            return buffer.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private void fill(byte[] bytes) {
        MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void framesOfEverySizeAreFoundOnceWhereverTheyAreSplit(Format format) {
        Random random = new Random(1);
        FrameReader reader = new FrameReader(format.framing, LIMIT);
        int offset = format == Format.LINE ? 0 : 4;
        int most = LIMIT - format.overhead();
        for (int size = 0; size <= most; size++) {
            if (format == Format.LINE && size > 300 && size < 4000 && size % 16 != 1) {
                continue; // Searching for line feeds is too slow for all 8 million.
            }
            byte[] frame = format.encode(format.payload(size, random));
            fill(frame);
            for (int split = 0; split <= frame.length; split++) {
                reader.over(buffer, 0, split, 0);
                if (reader.next() != (split == frame.length)
                        || reader.unfinishedBytes() != split % frame.length) {
                    throw new AssertionError("payload of " + size + " bytes, the first " + split);
                }
                reader.over(buffer, 0, frame.length, split == frame.length ? 0 : reader.searched());
                if (!reader.next() || reader.payloadOffset() != offset || reader.payloadBytes() != size
                        || reader.next() || reader.unfinishedBytes() != 0) {
                    throw new AssertionError("payload of " + size + " bytes, split after " + split);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void severalFramesInPiecesOfEachSmallSizeArriveWholeAndInOrder(Format format) {
        Random random = new Random(2);
        List<byte[]> payloads = new ArrayList<>();
        for (int size : new int[] {0, 1, 0, 0, 2, 3, 19, 4, 42, 5, 0, 85, 7, 174, 8, 0}) {
            payloads.add(format.payload(size, random));
        }
        byte[] stream = format.encodeAll(payloads);
        for (int piece = 1; piece <= stream.length; piece++) {
            Feed feed = new Feed(format.framing, 178, buffer);
            for (int at = 0; at < stream.length; at += piece) {
                feed.chunk(stream, at, Math.min(piece, stream.length - at));
            }
            assertThat(feed.payloads).as("pieces of %d bytes", piece).containsExactlyElementsOf(payloads);
            assertThat(feed.unfinished).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void randomStreamsInRandomPiecesAreReadLikeTheModelSays(Format format) {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int longest = 1 << random.nextInt(13);
            List<byte[]> payloads = format.payloads(1 + random.nextInt(60), longest - 1, random);
            byte[] stream = format.encodeAll(payloads);
            int most = 1 + random.nextInt(2 * longest + 8);
            Feed feed = new Feed(format.framing, longest - 1 + format.overhead(), buffer);
            for (int at = 0, piece; at < stream.length; at += piece) {
                piece = Math.min(random.nextInt(most) + 1, stream.length - at);
                feed.chunk(stream, at, piece);
            }
            assertThat(feed.payloads).as("seed %d", seed).containsExactlyElementsOf(payloads);
            assertThat(feed.unfinished).as("seed %d", seed).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void aStretchMayBeginAnywhere(Format format) {
        byte[] frame = format.encode(format.payload(10, new Random(3)));
        FrameReader reader = new FrameReader(format.framing, LIMIT);
        for (int at = 0; at < 17; at++) {
            MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, at, frame.length);
            reader.over(buffer, at, frame.length, 0);
            assertThat(reader.next()).isTrue();
            assertThat(reader.payloadOffset()).isEqualTo(at + format.framing.prefixBytes());
            assertThat(reader.next()).isFalse();
            assertThat(reader.unfinishedOffset()).isEqualTo(at + frame.length);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0xFFFF_FFFFL, 0xFFFF_FFFCL, 0x8000_0000L, 0x7FFF_FFFFL, LIMIT, LIMIT - 3})
    void aLengthOverTheLimitIsRefusedAsSoonAsThePrefixIsThere(long length) {
        for (Format format : List.of(Format.U32LE, Format.U32BE)) {
            byte[] good = format.encode(new byte[] {1, 2, 3});
            byte[] prefix = Arrays.copyOf(format.encode(new byte[0]), 4);
            for (int i = 0; i < 4; i++) {
                prefix[i] = (byte) (length >>> 8 * (format == Format.U32LE ? i : 3 - i));
            }
            Feed feed = new Feed(format.framing, LIMIT, buffer);
            feed.chunk(good, 0, good.length);
            feed.chunk(prefix, 0, 3);
            assertThatExceptionOfType(FrameTooLongException.class).isThrownBy(() -> feed.chunk(prefix, 3, 1))
                    .withMessageContaining("a frame of " + (length + 4) + " bytes")
                    .withMessageContaining(String.valueOf(LIMIT));
            assertThat(feed.payloads).containsExactly(new byte[] {1, 2, 3});
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void aFrameOfExactlyTheLimitIsTakenAndOneByteMoreIsNot(Format format) {
        int most = LIMIT - format.overhead();
        byte[] longest = format.encode(format.payload(most, new Random(4)));
        Feed feed = new Feed(format.framing, LIMIT, buffer);
        feed.chunk(longest, 0, longest.length - 1);
        feed.chunk(longest, longest.length - 1, 1);
        assertThat(feed.payloads).hasSize(1);
        byte[] longer = format.encode(format.payload(most + 1, new Random(4)));
        assertThatExceptionOfType(FrameTooLongException.class)
                .isThrownBy(() -> feed.chunk(longer, 0, longer.length));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void goodFramesBeforeOneThatIsTooLongAreHandedOutFirst(Format format) {
        FrameReader reader = new FrameReader(format.framing, 20);
        fill(format.encodeAll(List.of(new byte[3], new byte[16], new byte[21])));
        long good = 3 + 16 + 2L * format.overhead();
        reader.over(buffer, 0, good + 21 + format.overhead(), 0);
        assertThat(reader.next()).isTrue();
        assertThat(reader.next()).isTrue();
        assertThatExceptionOfType(FrameTooLongException.class).isThrownBy(reader::next);
        assertThat(reader.unfinishedOffset()).as("where the bad frame begins").isEqualTo(good);
    }

    @Test
    void aFramingThatAnswersWithLessThanItsOwnBytesIsFoundOut() {
        Framing wrong = new CountingFraming(Framing.u32le()) {
            @Override
            public long frameBytes(MemorySegment segment, long offset, long length, long searched) {
                return 3;
            }
        };
        FrameReader reader = new FrameReader(wrong, LIMIT);
        reader.over(buffer, 0, 8, 0);
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(reader::next);
    }
}
