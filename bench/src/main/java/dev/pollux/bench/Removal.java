package dev.pollux.bench;

import static dev.pollux.bindings.linux.Libc.POLLIN;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.poller.PollSet;
import dev.pollux.poller.Poller;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** How an entry leaves the array for poll(2). Each kind keeps token[index] and index[slot] in step. */
interface Removal extends AutoCloseable {

    /** Adds an entry; the token's slot is free. */
    void add(int fd, long token);

    /** Removes the entry of a token. */
    void remove(long token);

    /** How many entries poll(2) and the scan have to walk over. */
    int size();

    /** The array. */
    MemorySegment entries();

    /** The token of the entry at {@code index}, if there is one. */
    long token(int index);

    @Override
    void close();

    /** The server's way: the last entry moves into the gap. */
    final class Swap implements Removal {
        private final PollSet set;

        Swap(int most) {
            set = new PollSet(0, most);
        }

        @Override
        public void add(int fd, long token) {
            set.add(fd, token, POLLIN());
        }

        @Override
        public void remove(long token) {
            set.remove(token);
        }

        @Override
        public int size() {
            return set.size();
        }

        @Override
        public MemorySegment entries() {
            return set.entries();
        }

        @Override
        public long token(int index) {
            return set.token(index);
        }

        @Override
        public void close() {
            set.close();
        }
    }

    /** All entries behind the gap move forward by one, so that the order stays. */
    final class Shift extends InArrays {
        Shift(int most) {
            super(most);
        }

        @Override
        public void add(int fd, long token) {
            put(size++, fd, token);
        }

        @Override
        public void remove(long token) {
            int gap = indexes[Poller.slot(token)];
            size--;
            MemorySegment.copy(entries, (gap + 1) * STRIDE, entries, gap * STRIDE, (size - gap) * STRIDE);
            System.arraycopy(tokens, gap + 1, tokens, gap, size - gap);
            for (int i = gap; i < size; i++) {
                indexes[Poller.slot(tokens[i])] = i;
            }
        }
    }

    /** The entry stays, with a descriptor that poll(2) ignores, and is used again by whoever comes next. */
    final class Mark extends InArrays {
        private final int[] free; // A stack.
        private int freeCount;

        Mark(int most) {
            super(most);
            free = new int[most];
        }

        @Override
        public void add(int fd, long token) {
            put(freeCount > 0 ? free[--freeCount] : size++, fd, token);
        }

        @Override
        public void remove(long token) {
            int index = indexes[Poller.slot(token)];
            MemorySegment entry = pollfd.asSlice(entries, index);
            pollfd.fd(entry, -1);
            pollfd.revents(entry, (short) 0);
            free[freeCount++] = index;
        }
    }

    /** Arrays of fixed size, for the kinds that the server does not have. */
    abstract class InArrays implements Removal {
        static final long STRIDE = pollfd.sizeof();

        final MemorySegment entries;
        final long[] tokens; // By index.
        final int[] indexes; // By slot.
        int size;
        private final Arena arena = Arena.ofConfined();

        private InArrays(int most) {
            entries = pollfd.allocateArray(most, arena);
            tokens = new long[most];
            indexes = new int[most + 1];
        }

        final void put(int index, int fd, long token) {
            MemorySegment entry = pollfd.asSlice(entries, index);
            pollfd.fd(entry, fd);
            pollfd.events(entry, (short) POLLIN());
            pollfd.revents(entry, (short) 0);
            tokens[index] = token;
            indexes[Poller.slot(token)] = index;
        }

        @Override
        public final int size() {
            return size;
        }

        @Override
        public final MemorySegment entries() {
            return entries;
        }

        @Override
        public final long token(int index) {
            return tokens[index];
        }

        @Override
        public final void close() {
            arena.close();
        }
    }
}
