package dev.pollux.frame;

import java.lang.foreign.MemorySegment;

/** A framing that says how many bytes its reader gave it to look at. */
class CountingFraming implements Framing {
    private final Framing framing;
    long offered; // Bytes that were not yet known to tell nothing.
    long calls;

    CountingFraming(Framing framing) {
        this.framing = framing;
    }

    @Override
    public int prefixBytes() {
        return framing.prefixBytes();
    }

    @Override
    public int suffixBytes() {
        return framing.suffixBytes();
    }

    @Override
    public long frameBytes(MemorySegment buffer, long offset, long length, long searched) {
        offered += length - searched;
        calls++;
        return framing.frameBytes(buffer, offset, length, searched);
    }

    @Override
    public long maxPayloadBytes() {
        return framing.maxPayloadBytes();
    }

    @Override
    public void wrap(MemorySegment buffer, long offset, long payloadBytes) {
        framing.wrap(buffer, offset, payloadBytes);
    }
}
