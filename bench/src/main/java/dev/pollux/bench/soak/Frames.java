package dev.pollux.bench.soak;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * An endless stream of frames that is the same for the same seed: one end sends it, and the other knows each
 * byte that must come back.
 */
final class Frames {
    /** The largest frame that the server takes, prefix included. */
    static final int LARGEST = 4096;

    static final int PREFIX = 4;
    /** At these a prefix straddles the end of a buffer of 4,096 bytes when they come in a row. */
    private static final int[] TRAPS = {0, 19, 42, 85, 174, LARGEST - PREFIX};

    private final SplittableRandom random;
    private byte[] current = {}; // Of those that are compared.
    private int compared; // Bytes of it.
    private long checked;

    Frames(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Something else came back than what was sent. */
    static final class WrongBytes extends RuntimeException {
        private static final long serialVersionUID = 1;

        WrongBytes(String message) {
            super(message);
        }
    }

    /** The end came before all that was owed; what had come was right. */
    static final class CutOff extends RuntimeException {
        private static final long serialVersionUID = 1;

        CutOff(String message) {
            super(message);
        }
    }

    /** The next one. */
    byte[] next() {
        int payload = switch (random.nextInt(10)) {
            case 0 -> TRAPS[random.nextInt(TRAPS.length)];
            case 1, 2 -> random.nextInt(LARGEST - PREFIX + 1);
            default -> random.nextInt(128);
        };
        byte[] frame = new byte[PREFIX + payload];
        random.nextBytes(frame);
        ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(0, payload);
        return frame;
    }

    /** These came back next. */
    void check(byte[] bytes, int length) {
        int at = 0;
        while (at < length) {
            if (compared == current.length) {
                current = next();
                compared = 0;
            }
            int both = Math.min(length - at, current.length - compared);
            int wrong = Arrays.mismatch(bytes, at, at + both, current, compared, compared + both);
            if (wrong >= 0) {
                throw new WrongBytes("byte " + (checked + wrong) + " of a stream is " + bytes[at + wrong]
                        + " and was sent as " + current[compared + wrong]);
            }
            at += both;
            compared += both;
            checked += both;
        }
    }

    /** Bytes that came back as they were sent. */
    long checked() {
        return checked;
    }
}
