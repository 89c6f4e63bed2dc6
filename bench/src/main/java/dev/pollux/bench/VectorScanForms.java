package dev.pollux.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The scan on the Vector API: two more forms of {@link ScanForms}, in a class of their own because nothing
 * else is to need an incubating module. No vector shows in the signatures.
 */
final class VectorScanForms {
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final long STRIDE = 8; // An entry is one little-endian long, with revents on top.
    private static final long REVENTS = 0xFFFF_0000_0000_0000L;

    private VectorScanForms() {
    }

    /** One vector of entries with one comparison; the hits are the bits of its mask. */
    static int vector(MemorySegment entries, int size, int pending, int[] hits) {
        if (pending == 0) {
            return 0;
        }
        int found = 0;
        int i = 0;
        for (int last = size - LANES + 1; i < last; i += LANES) {
            VectorMask<Long> ready = at(entries, i).and(REVENTS).compare(VectorOperators.NE, 0);
            if (ready.anyTrue()) {
                for (long bits = ready.toLong(); bits != 0; bits &= bits - 1) {
                    hits[found++] = i + Long.numberOfTrailingZeros(bits);
                    if (found == pending) {
                        return found;
                    }
                }
            }
        }
        for (; i < size && found < pending; i++) {
            if (isReady(entries, i)) {
                hits[found++] = i;
            }
        }
        return found;
    }

    /** Four vectors OR-ed, in a loop that only searches. */
    static int vectorOr4Search(MemorySegment entries, int size, int pending, int[] hits) {
        int index = 0;
        int found = 0;
        while (found < pending) {
            index = next(entries, size, index);
            if (index == size) {
                break;
            }
            hits[found++] = index++;
        }
        return found;
    }

    private static int next(MemorySegment entries, int size, int index) {
        int i = index;
        for (int last = size - 4 * LANES + 1; i < last; i += 4 * LANES) {
            LongVector four = at(entries, i).or(at(entries, i + LANES))
                    .or(at(entries, i + 2 * LANES)).or(at(entries, i + 3 * LANES));
            if (four.and(REVENTS).compare(VectorOperators.NE, 0).anyTrue()) {
                break;
            }
        }
        while (i < size && !isReady(entries, i)) {
            i++;
        }
        return i;
    }

    private static LongVector at(MemorySegment entries, int index) {
        return LongVector.fromMemorySegment(SPECIES, entries, index * STRIDE, ByteOrder.nativeOrder());
    }

    private static boolean isReady(MemorySegment entries, int index) {
        return (entries.get(JAVA_LONG, index * STRIDE) & REVENTS) != 0;
    }
}
