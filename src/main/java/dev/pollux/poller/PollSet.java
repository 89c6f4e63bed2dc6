package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.POLLOUT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.pollux.bindings.linux.pollfd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The array that is given to poll(2), off-heap and without holes, with a token for each entry.
 *
 * <p>The first {@code fixed} entries exist from the start, for slots below {@code fixed}, and never move; an
 * unused one has a negative descriptor, which poll ignores. The others come and go: one is removed by moving
 * the last entry into its place. {@code indexes[slot(tokens[i])] == i} for each entry in use, always.
 */
public final class PollSet implements AutoCloseable {
    private static final long STRIDE = pollfd.sizeof();
    private static final int MOST = 1 << 27; // So that an int counts their bytes; no kernel opens so many.
    private static final long FD = pollfd.fd$offset();
    private static final long EVENTS = pollfd.events$offset();
    private static final long REVENTS = pollfd.revents$offset();
    private static final int UNUSED = Integer.MIN_VALUE; // Negative, and unlike any ~fd.
    private static final int INITIAL_CAPACITY = 64;

    private final int fixed;
    private final int limit; // Entries at most, the fixed ones among them.
    // Holds the entries and nothing else; a larger one takes its place.
    private Arena arena = Arena.ofConfined();
    private MemorySegment entries;
    private long[] tokens; // By index.
    private int[] indexes; // By slot.
    private int size;

    /**
     * An empty set on the calling thread, for {@code fixed} fixed entries and at most {@code others} others.
     */
    public PollSet(int fixed, int others) {
        this.fixed = fixed;
        this.limit = fixed + Math.min(others, MOST);
        int capacity = Math.min(limit, INITIAL_CAPACITY);
        this.entries = pollfd.allocateArray(capacity, arena);
        this.tokens = new long[capacity];
        this.indexes = new int[capacity];
        this.size = fixed;
        for (int i = 0; i < fixed; i++) {
            put(i, UNUSED, i, 0);
        }
    }

    /** Entries in use, the fixed ones among them. */
    public int size() {
        return size;
    }

    /** The array itself, as poll(2) takes it; another one after {@link #add}. */
    public MemorySegment entries() {
        return entries;
    }

    /** Entries that fit before the array must grow. */
    int capacity() {
        return tokens.length;
    }

    /**
     * Adds an entry, or fills a fixed one. {@code events} 0 keeps the descriptor out of sight of the kernel.
     */
    public void add(int fd, long token, int events) {
        assert fd >= 0;
        int slot = Poller.slot(token);
        if (slot < fixed) {
            put(slot, fd, token, events);
            return;
        }
        if (size == limit) {
            throw new IllegalStateException("a poll set for " + (limit - fixed) + " clients is full");
        }
        if (size == tokens.length) {
            grow();
        }
        if (slot >= indexes.length) {
            indexes = Arrays.copyOf(indexes, Math.max(slot + 1, 2 * indexes.length));
        }
        put(size++, fd, token, events);
    }

    /** Changes what the kernel is asked for; with 0 it is not asked at all. */
    public void modify(long token, int events) {
        int index = index(token);
        int fd = fd(index);
        entries.set(JAVA_INT, index * STRIDE + FD, events == 0 ? ~fd : fd);
        entries.set(JAVA_SHORT, index * STRIDE + EVENTS, (short) events);
    }

    /** Removes an entry; unless it is fixed, the last one moves into its place. */
    public void remove(long token) {
        int index = index(token);
        if (index < fixed) {
            put(index, UNUSED, index, 0);
        } else {
            swapRemove(index);
        }
    }

    private void swapRemove(int index) {
        size--;
        MemorySegment.copy(entries, size * STRIDE, entries, index * STRIDE, STRIDE);
        long moved = tokens[size];
        tokens[index] = moved;
        indexes[Poller.slot(moved)] = index;
    }

    /** Exchanges two entries, neither of them fixed. */
    void swap(int a, int b) {
        assert a >= fixed && a < size;
        assert b >= fixed && b < size;
        long entry = entries.get(JAVA_LONG, a * STRIDE);
        long token = tokens[a];
        entries.set(JAVA_LONG, a * STRIDE, entries.get(JAVA_LONG, b * STRIDE));
        entries.set(JAVA_LONG, b * STRIDE, entry);
        tokens[a] = tokens[b];
        tokens[b] = token;
        indexes[Poller.slot(tokens[a])] = a;
        indexes[Poller.slot(token)] = b;
    }

    /** Whether the kernel is asked if entry {@code index} can be written to. */
    boolean isWriteWanted(int index) {
        return (entries.get(JAVA_SHORT, index * STRIDE + EVENTS) & POLLOUT()) != 0;
    }

    /** The token of entry {@code index}. */
    public long token(int index) {
        assert index < size;
        return tokens[index];
    }

    /** Where the entry of {@code token} is now. */
    public int index(long token) {
        int index = indexes[Poller.slot(token)];
        assert index < size;
        assert tokens[index] == token;
        return index;
    }

    /** The descriptor of entry {@code index}, also while it is kept out of the kernel's sight. */
    public int fd(int index) {
        int fd = entries.get(JAVA_INT, index * STRIDE + FD);
        assert fd != UNUSED;
        return fd >= 0 ? fd : ~fd;
    }

    /** What the last poll(2) reported for entry {@code index}: POLL* bits, 0 if not ready. */
    public int revents(int index) {
        assert index < size;
        return entries.get(JAVA_SHORT, index * STRIDE + REVENTS) & 0xFFFF;
    }

    /** First ready entry at or after {@code index}, or {@link #size}: the loop that everybody would write. */
    public int nextReadyOneByOne(int index) {
        int i = index;
        while (i < size && revents(i) == 0) {
            i++;
        }
        return i;
    }

    /**
     * Finds what {@link #nextReadyOneByOne} finds, four entries a step. An entry is one little-endian long
     * with revents in its top 16 bits, so four can be looked at with one comparison. The loop counts bytes,
     * in an int: entries would have to be made bytes at each step, and a long costs a range check.
     */
    public int nextReady(int index) {
        MemorySegment s = entries;
        int at = 8 * index;
        for (int end = 8 * (size - 3); at < end; at += 32) {
            long four = s.get(JAVA_LONG, at) | s.get(JAVA_LONG, at + 8L)
                    | s.get(JAVA_LONG, at + 16L) | s.get(JAVA_LONG, at + 24L);
            if (four >>> 48 != 0) {
                break;
            }
        }
        return nextReadyOneByOne(at / 8);
    }

    private void put(int index, int fd, long token, int events) {
        entries.set(JAVA_INT, index * STRIDE + FD, events == 0 && fd >= 0 ? ~fd : fd);
        entries.set(JAVA_SHORT, index * STRIDE + EVENTS, (short) events);
        entries.set(JAVA_SHORT, index * STRIDE + REVENTS, (short) 0);
        tokens[index] = token;
        indexes[Poller.slot(token)] = index;
    }

    private void grow() {
        int capacity = Math.min(limit, 2 * tokens.length);
        long[] moreTokens = Arrays.copyOf(tokens, capacity);
        Arena larger = Arena.ofConfined();
        MemorySegment copy;
        try {
            copy = pollfd.allocateArray(capacity, larger);
        } catch (Throwable t) { // Out of memory: nothing has changed.
            larger.close();
            throw t;
        }
        MemorySegment.copy(entries, 0, copy, 0, size * STRIDE);
        arena.close();
        arena = larger;
        entries = copy;
        tokens = moreTokens;
    }

    /** Frees the array. */
    @Override
    public void close() {
        arena.close();
    }
}
