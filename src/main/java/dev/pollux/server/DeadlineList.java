package dev.pollux.server;

import java.util.Arrays;

/**
 * Slots in the order of their deadlines. One list for each kind of time-out: where all wait equally long,
 * whoever is put last is due last, so putting, moving and removing cost the same for any number of clients.
 */
final class DeadlineList {
    private static final int NONE = -1;

    private long[] deadlines = new long[0]; // By slot, on the clock of Posix.nanoTime.
    private int[] previous = new int[0]; // By slot.
    private int[] next = new int[0]; // By slot; a slot's own number marks one that is not in the list.
    private int head = NONE;
    private int tail = NONE;

    boolean contains(int slot) {
        return slot < next.length && next[slot] != slot;
    }

    boolean isEmpty() {
        return head == NONE;
    }

    /** The earliest deadline; the list must not be empty. */
    long earliest() {
        assert head != NONE;
        return deadlines[head];
    }

    /** The deadline of a slot that is in the list. */
    long deadline(int slot) {
        assert contains(slot);
        return deadlines[slot];
    }

    /**
     * Puts a slot where its deadline belongs, moving it if it is in the list. The walk from the tail passes
     * later deadlines: there are none, but for a time-out that goes on after it was stopped.
     */
    void put(int slot, long deadlineNanos) {
        remove(slot);
        reserve(slot);
        int before = tail;
        while (before != NONE && deadlines[before] - deadlineNanos > 0) {
            before = previous[before];
        }
        int after = before == NONE ? head : next[before];
        deadlines[slot] = deadlineNanos;
        previous[slot] = before;
        next[slot] = after;
        if (before == NONE) {
            head = slot;
        } else {
            next[before] = slot;
        }
        if (after == NONE) {
            tail = slot;
        } else {
            previous[after] = slot;
        }
    }

    /** Takes a slot out, if it is in the list. */
    void remove(int slot) {
        if (!contains(slot)) {
            return;
        }
        int before = previous[slot];
        int after = next[slot];
        if (before == NONE) {
            head = after;
        } else {
            next[before] = after;
        }
        if (after == NONE) {
            tail = before;
        } else {
            previous[after] = before;
        }
        next[slot] = slot;
    }

    /** The first slot if its deadline has come; -1 if none has. */
    int firstExpired(long nowNanos) {
        return head == NONE || deadlines[head] - nowNanos > 0 ? NONE : head;
    }

    /** Takes out the first slot if its deadline has come; -1 if none has. */
    int removeExpired(long nowNanos) {
        int slot = firstExpired(nowNanos);
        if (slot != NONE) {
            remove(slot);
        }
        return slot;
    }

    /** Whether a slot is in the list and its deadline has come. */
    boolean isExpired(int slot, long nowNanos) {
        return contains(slot) && deadlines[slot] - nowNanos <= 0;
    }

    /** Puts off the slots at the end of the list that have just this deadline. */
    void restart(long fromNanos, long toNanos) {
        for (int slot = tail; slot != NONE && deadlines[slot] == fromNanos; slot = previous[slot]) {
            deadlines[slot] = toNanos;
        }
    }

    /** Makes room for a slot. Without memory for it nothing has changed. */
    void reserve(int slot) {
        int old = next.length;
        if (slot >= old) {
            int size = Math.max(slot + 1, 2 * old);
            long[] largerDeadlines = Arrays.copyOf(deadlines, size);
            int[] largerPrevious = Arrays.copyOf(previous, size);
            int[] largerNext = Arrays.copyOf(next, size);
            for (int i = old; i < size; i++) {
                largerNext[i] = i;
            }
            deadlines = largerDeadlines;
            previous = largerPrevious;
            next = largerNext;
        }
    }
}
