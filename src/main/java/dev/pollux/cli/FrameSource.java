package dev.pollux.cli;

import java.util.Iterator;
import java.util.List;

/** Where the payloads come from that {@code send} sends. One thread. */
interface FrameSource {
    /** The next payload; null if there is none now. */
    byte[] next();

    /** Whether {@link #next} said null because no more will come. */
    boolean isFinished();

    /** A few payloads that are all there. */
    static FrameSource of(List<byte[]> payloads) {
        Iterator<byte[]> rest = payloads.iterator();
        return new FrameSource() {
            @Override
            public byte[] next() {
                return rest.hasNext() ? rest.next() : null;
            }

            @Override
            public boolean isFinished() {
                return !rest.hasNext();
            }
        };
    }

    /** Each payload {@code times} times. */
    default FrameSource repeated(int times) {
        FrameSource source = this;
        return new FrameSource() {
            private byte[] payload;
            private int left;

            @Override
            public byte[] next() {
                if (left == 0) {
                    payload = source.next();
                    left = payload == null ? 0 : times;
                }
                if (left == 0) {
                    return null;
                }
                left--;
                return payload;
            }

            @Override
            public boolean isFinished() {
                return left == 0 && source.isFinished();
            }
        };
    }
}
