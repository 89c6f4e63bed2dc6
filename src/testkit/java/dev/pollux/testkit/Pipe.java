package dev.pollux.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One direction of a connection: the receiver's buffer, and behind it the sender's, whose bytes move up by
 * themselves as the receiver reads. An end of the stream arrives behind all bytes.
 */
final class Pipe {
    private final int sendCapacity;
    private int receiveCapacity;
    private byte[] ring = new byte[64]; // Its length is a power of two.
    private int head;
    private int size;
    private long taken; // By the receiver, so far.
    private boolean finished;

    Pipe(int sendCapacity, int receiveCapacity) {
        this.sendCapacity = sendCapacity;
        this.receiveCapacity = receiveCapacity;
    }

    /** Bytes that the receiver can read. */
    int arrived() {
        return Math.min(size, receiveCapacity);
    }

    /** Whether the end of the stream has arrived, though there may be bytes before it. */
    boolean isAtEnd() {
        return finished && size <= receiveCapacity;
    }

    /** Bytes that the receiver has read. */
    long taken() {
        return taken;
    }

    /** Bytes that the sender has written. */
    long written() {
        return taken + size;
    }

    int room() {
        return sendCapacity - (size - arrived());
    }

    /** When poll(2) says so: a third of the sender's buffer is free (sk_stream_is_writeable in Linux). */
    boolean isWritable() {
        return 2 * room() >= size - arrived();
    }

    /** Takes the first bytes, at most {@link #room} of them; returns how many. */
    int write(MemorySegment bytes) {
        int count = (int) Math.min(bytes.byteSize(), room());
        while (size + count > ring.length) {
            grow();
        }
        int tail = head + size & ring.length - 1;
        int first = Math.min(count, ring.length - tail);
        MemorySegment.copy(bytes, JAVA_BYTE, 0, ring, tail, first);
        MemorySegment.copy(bytes, JAVA_BYTE, first, ring, 0, count - first);
        size += count;
        return count;
    }

    /** Hands out what has arrived, as much as fits; returns how many bytes that is. */
    int read(MemorySegment buffer) {
        int count = (int) Math.min(buffer.byteSize(), arrived());
        int first = Math.min(count, ring.length - head);
        MemorySegment.copy(ring, head, buffer, JAVA_BYTE, 0, first);
        MemorySegment.copy(ring, 0, buffer, JAVA_BYTE, first, count - first);
        head = head + count & ring.length - 1;
        size -= count;
        taken += count;
        return count;
    }

    /** No byte will be written any more. */
    void finish() {
        finished = true;
    }

    /** Loses what has not arrived: the sender has no connection to send it on. */
    void cut() {
        size = arrived();
    }

    /** The receiver takes nothing any more, without a word. */
    void stopArriving() {
        receiveCapacity = arrived();
    }

    private void grow() {
        byte[] larger = Arrays.copyOf(ring, 2 * ring.length);
        if (head + size > ring.length) { // The part that went round.
            System.arraycopy(ring, 0, larger, ring.length, head + size - ring.length);
        }
        ring = larger;
    }
}
