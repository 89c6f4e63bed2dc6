package dev.pollux.bench;

import java.util.Arrays;

/**
 * A map from ints of zero or more, by open addressing: linear probing, at most half full. A removal moves the
 * rest of its run back, so that there are no gravestones to walk over.
 */
final class IntMap<V> {
    private static final int EMPTY = -1;
    // 2^32 divided by the golden ratio: spreads numbers that are in a row.
    private static final int GOLDEN = 0x9E37_79B9;

    private final int[] keys;
    private final Object[] values;
    private final int shift;
    private final int mask;

    /** Room for {@code most} entries. */
    IntMap(int most) {
        int bits = Math.max(2, Integer.SIZE - Integer.numberOfLeadingZeros(2 * most));
        keys = new int[1 << bits];
        values = new Object[1 << bits];
        shift = Integer.SIZE - bits;
        mask = (1 << bits) - 1;
        Arrays.fill(keys, EMPTY);
    }

    @SuppressWarnings("unchecked") // Only put fills it.
    V get(int key) {
        int at = find(key);
        return keys[at] == key ? (V) values[at] : null;
    }

    void put(int key, V value) {
        int at = find(key);
        keys[at] = key;
        values[at] = value;
    }

    /** Returns what it held, or null. */
    V remove(int key) {
        V removed = get(key);
        if (removed == null) {
            return null;
        }
        int hole = find(key);
        for (int i = hole + 1 & mask; keys[i] != EMPTY; i = i + 1 & mask) {
            // An entry may move back to the hole unless it is at home behind it.
            if ((i - home(keys[i]) & mask) >= (i - hole & mask)) {
                keys[hole] = keys[i];
                values[hole] = values[i];
                hole = i;
            }
        }
        keys[hole] = EMPTY;
        values[hole] = null;
        return removed;
    }

    /** Where the key is, or where it would go. */
    private int find(int key) {
        int at = home(key);
        while (keys[at] != key && keys[at] != EMPTY) {
            at = at + 1 & mask;
        }
        return at;
    }

    private int home(int key) {
        return key * GOLDEN >>> shift;
    }
}
