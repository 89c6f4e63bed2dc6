package dev.pollux.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.pollux.frame.FrameReader;
import dev.pollux.frame.Framing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Where a client's bytes go when they are read, and where they wait for the rest of their frame. */
abstract class Receiving implements AutoCloseable {
    /** The largest frame, prefix included, as the server has it by default. */
    static final int MAX_FRAME = 4096;

    final Arena arena = Arena.ofConfined();
    final FrameReader reader = new FrameReader(Framing.u32le(), MAX_FRAME);
    /** A sum over all frames delivered so far, in which their order counts. */
    long checksum;
    long frames;

    /**
     * Takes {@code stream[from, to)}, the next bytes of a client, by one copy as a read(2) makes, and
     * delivers the frames that are complete; by several where not all fit.
     */
    abstract void read(int client, MemorySegment stream, long from, long to);

    /** Looks at each frame as a handler would, if only at its size and first byte. */
    final void deliver(MemorySegment buffer, long offset, long length) {
        reader.over(buffer, offset, length, 0);
        while (reader.next()) {
            byte first = buffer.get(JAVA_BYTE, reader.payloadOffset());
            frames++;
            checksum = 31 * checksum + reader.payloadBytes() + first;
        }
    }

    @Override
    public void close() {
        arena.close();
    }

    /**
     * The server's way: all are read into one buffer, behind what the client had left over, and what is left
     * over this time goes back to the client.
     */
    static final class Shared extends Receiving {
        private static final int READ_BYTES = 64 << 10;

        private final MemorySegment buffer = arena.allocate(MAX_FRAME + READ_BYTES, Long.BYTES);
        private final MemorySegment[] unfinished; // By client; made when first needed.
        private final long[] held; // Bytes in it.

        Shared(int clients) {
            unfinished = new MemorySegment[clients];
            held = new long[clients];
        }

        @Override
        void read(int client, MemorySegment stream, long from, long to) {
            long next = from;
            while (next < to) {
                long start = MAX_FRAME - held[client];
                if (held[client] > 0) {
                    MemorySegment.copy(unfinished[client], 0, buffer, start, held[client]);
                }
                long n = Math.min(to - next, READ_BYTES);
                MemorySegment.copy(stream, next, buffer, MAX_FRAME, n);
                deliver(buffer, start, held[client] + n);
                keep(client);
                next += n;
            }
        }

        private void keep(int client) {
            held[client] = reader.unfinishedBytes();
            if (held[client] > 0) {
                if (unfinished[client] == null) {
                    unfinished[client] = arena.allocate(MAX_FRAME, Long.BYTES);
                }
                MemorySegment.copy(buffer, reader.unfinishedOffset(), unfinished[client], 0, held[client]);
            }
        }
    }

    /**
     * The tutorial's way: each client has a buffer for one frame, and bytes stay there until they are done.
     */
    static final class OfEach extends Receiving {
        private final MemorySegment[] buffers; // By client.
        private final long[] start; // First byte that is not delivered.
        private final long[] end; // Behind the last byte read.

        OfEach(int clients) {
            buffers = new MemorySegment[clients];
            start = new long[clients];
            end = new long[clients];
            for (int i = 0; i < clients; i++) {
                buffers[i] = arena.allocate(MAX_FRAME, Long.BYTES);
            }
        }

        @Override
        void read(int client, MemorySegment stream, long from, long to) {
            MemorySegment buffer = buffers[client];
            long next = from;
            while (next < to) {
                if (end[client] == MAX_FRAME) {
                    long held = MAX_FRAME - start[client];
                    MemorySegment.copy(buffer, start[client], buffer, 0, held);
                    start[client] = 0;
                    end[client] = held;
                }
                long n = Math.min(to - next, MAX_FRAME - end[client]);
                MemorySegment.copy(stream, next, buffer, end[client], n);
                end[client] += n;
                next += n;
                deliver(buffer, start[client], end[client] - start[client]);
                start[client] = reader.unfinishedOffset();
                if (reader.unfinishedBytes() == 0) {
                    start[client] = 0;
                    end[client] = 0;
                }
            }
        }
    }
}
