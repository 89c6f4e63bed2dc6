package dev.pollux.bench;

import static dev.pollux.bindings.linux.Libc.POLLIN;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.poller.PollSet;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * Filled poll sets to be scanned in turn, so that the branch predictor has no single array to learn by heart.
 * All forms of the scan get the same memory.
 */
final class ScanArrays implements AutoCloseable {
    /** A power of two. */
    static final int COUNT = 16;
    private static final int FIRST_FD = 5;

    /** Entries that are ready, in each array. */
    final int ready;
    /** Room for the indexes of all entries. Read by nobody, but not known to the compiler as such. */
    final int[] hits;
    private final PollSet[] sets = new PollSet[COUNT];
    private final MemorySegment[] segments = new MemorySegment[COUNT];
    private final ByteBuffer[] buffers = new ByteBuffer[COUNT];
    private int turn;

    ScanArrays(int clients, String ready, Placement placement) {
        this.ready = count(ready, clients);
        this.hits = new int[clients];
        Random random = new Random(clients); // The same arrays in each fork.
        for (int i = 0; i < COUNT; i++) {
            sets[i] = filled(clients, random);
            segments[i] = sets[i].entries();
            buffers[i] = segments[i].asByteBuffer().order(ByteOrder.nativeOrder());
            int[] places = placement == Placement.SPREAD ? shuffled(clients, random) : null;
            for (int k = 0; k < this.ready; k++) {
                int index = switch (placement) {
                    case FRONT -> k;
                    case SPREAD -> places[k];
                    case BACK -> clients - 1 - k;
                };
                long at = index * pollfd.sizeof() + pollfd.revents$offset();
                segments[i].set(JAVA_SHORT, at, (short) POLLIN());
            }
        }
    }

    /** Reads {@code all}, a count, or a percentage; a percentage is one entry at least. */
    static int count(String ready, int clients) {
        if (ready.equals("all")) {
            return clients;
        }
        if (ready.endsWith("%")) {
            int percent = Integer.parseInt(ready.substring(0, ready.length() - 1));
            return Math.max(1, (int) ((long) clients * percent / 100));
        }
        return Math.min(clients, Integer.parseInt(ready));
    }

    private static PollSet filled(int clients, Random random) {
        PollSet set = new PollSet(0, clients);
        int[] order = shuffled(clients, random);
        for (int slot = 0; slot < clients; slot++) {
            set.add(FIRST_FD + order[slot], slot, POLLIN());
        }
        return set;
    }

    /** The numbers below {@code count} in some order. */
    static int[] shuffled(int count, Random random) {
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i + 1);
            numbers[i] = numbers[other];
            numbers[other] = i;
        }
        return numbers;
    }

    PollSet nextSet() {
        return sets[turn++ & COUNT - 1];
    }

    MemorySegment next() {
        return segments[turn++ & COUNT - 1];
    }

    ByteBuffer nextBuffer() {
        return buffers[turn++ & COUNT - 1];
    }

    @Override
    public void close() {
        for (PollSet set : sets) {
            set.close();
        }
    }
}
