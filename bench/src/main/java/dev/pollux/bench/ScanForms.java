package dev.pollux.bench;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.poller.PollSet;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * The scan of a pollfd array as a ladder: each form notes the indexes of the ready entries in {@code hits},
 * in order, stops behind the {@code pending}-th, and returns how many it found. {@link #TO_THE_END} as {@code
 * pending} looks at all.
 *
 * <p>A hit is stored and not summed up: a server copies it out, and a sum is something that compilers turn
 * into vector code which no server could use. limits.c stores the same.
 */
final class ScanForms {
    /** More than there can be. */
    static final int TO_THE_END = Integer.MAX_VALUE;

    private static final long STRIDE = pollfd.sizeof();
    private static final long REVENTS = pollfd.revents$offset();
    private static final VarHandle ARRAY_REVENTS =
            pollfd.layout().arrayElementVarHandle(groupElement("revents"));
    // An entry is one little-endian long, with revents in its top 16 bits.
    private static final int REVENTS_SHIFT = 48;

    private ScanForms() {
    }

    /** What jextract offers: a slice for each entry, and its accessor. */
    static int accessor(MemorySegment entries, int size, int pending, int[] hits) {
        if (pending == 0) {
            return 0;
        }
        int found = 0;
        for (int i = 0; i < size; i++) {
            if (pollfd.revents(pollfd.asSlice(entries, i)) != 0) {
                hits[found++] = i;
                if (found == pending) {
                    break;
                }
            }
        }
        return found;
    }

    /** A VarHandle of the array's layout, which takes the index. */
    static int varHandle(MemorySegment entries, int size, int pending, int[] hits) {
        if (pending == 0) {
            return 0;
        }
        int found = 0;
        for (int i = 0; i < size; i++) {
            if ((short) ARRAY_REVENTS.get(entries, 0L, (long) i) != 0) {
                hits[found++] = i;
                if (found == pending) {
                    break;
                }
            }
        }
        return found;
    }

    /** The tutorial's loop: the field alone, at an offset that we compute. */
    static int shortAtOffset(MemorySegment entries, int size, int pending, int[] hits) {
        if (pending == 0) {
            return 0;
        }
        int found = 0;
        for (int i = 0; i < size; i++) {
            if (entries.get(JAVA_SHORT, i * STRIDE + REVENTS) != 0) {
                hits[found++] = i;
                if (found == pending) {
                    break;
                }
            }
        }
        return found;
    }

    /** The whole entry at once. */
    static int longPerEntry(MemorySegment entries, int size, int pending, int[] hits) {
        if (pending == 0) {
            return 0;
        }
        int found = 0;
        for (int i = 0; i < size; i++) {
            if (isReady(entries, i)) {
                hits[found++] = i;
                if (found == pending) {
                    break;
                }
            }
        }
        return found;
    }

    /** Four entries with one comparison, and each of the four where there is a hit. */
    static int or4(MemorySegment entries, int size, int pending, int[] hits) {
        if (pending == 0) {
            return 0;
        }
        int found = 0;
        int i = 0;
        for (int last = size - 3; i < last; i += 4) {
            if (or4At(entries, i) >>> REVENTS_SHIFT != 0) {
                for (int j = i; j < i + 4; j++) {
                    if (isReady(entries, j)) {
                        hits[found++] = j;
                        if (found == pending) {
                            return found;
                        }
                    }
                }
            }
        }
        return rest(entries, i, size, pending, hits, found);
    }

    /** The same with eight. */
    static int or8(MemorySegment entries, int size, int pending, int[] hits) {
        if (pending == 0) {
            return 0;
        }
        int found = 0;
        int i = 0;
        for (int last = size - 7; i < last; i += 8) {
            if ((or4At(entries, i) | or4At(entries, i + 4)) >>> REVENTS_SHIFT != 0) {
                for (int j = i; j < i + 8; j++) {
                    if (isReady(entries, j)) {
                        hits[found++] = j;
                        if (found == pending) {
                            return found;
                        }
                    }
                }
            }
        }
        return rest(entries, i, size, pending, hits, found);
    }

    /** The fewer than four or eight entries at the end. */
    private static int rest(MemorySegment entries, int first, int size, int pending, int[] hits,
            int foundBefore) {
        int found = foundBefore;
        for (int i = first; i < size && found < pending; i++) {
            if (isReady(entries, i)) {
                hits[found++] = i;
            }
        }
        return found;
    }

    /** Four at a time in a loop that only searches. */
    static int or4Search(MemorySegment entries, int size, int pending, int[] hits) {
        int index = 0;
        int found = 0;
        while (found < pending) {
            index = nextOr4(entries, size, index);
            if (index == size) {
                break;
            }
            hits[found++] = index++;
        }
        return found;
    }

    /** Eight at a time in a loop that only searches. */
    static int or8Search(MemorySegment entries, int size, int pending, int[] hits) {
        int index = 0;
        int found = 0;
        while (found < pending) {
            index = nextOr8(entries, size, index);
            if (index == size) {
                break;
            }
            hits[found++] = index++;
        }
        return found;
    }

    /** First ready entry at or after {@code index}, or {@code size}. */
    static int nextOr4(MemorySegment entries, int size, int index) {
        int i = index;
        for (int last = size - 3; i < last; i += 4) {
            if (or4At(entries, i) >>> REVENTS_SHIFT != 0) {
                break;
            }
        }
        return next(entries, size, i);
    }

    private static int nextOr8(MemorySegment entries, int size, int index) {
        int i = index;
        for (int last = size - 7; i < last; i += 8) {
            if ((or4At(entries, i) | or4At(entries, i + 4)) >>> REVENTS_SHIFT != 0) {
                break;
            }
        }
        return next(entries, size, i);
    }

    private static int next(MemorySegment entries, int size, int index) {
        int i = index;
        while (i < size && !isReady(entries, i)) {
            i++;
        }
        return i;
    }

    /** A direct buffer over the same memory, as programs before the FFM API have it. */
    static int byteBuffer(ByteBuffer entries, int size, int pending, int[] hits) {
        if (pending == 0) {
            return 0;
        }
        int found = 0;
        for (int i = 0; i < size; i++) {
            if (entries.getShort(i * (int) STRIDE + (int) REVENTS) != 0) {
                hits[found++] = i;
                if (found == pending) {
                    break;
                }
            }
        }
        return found;
    }

    /** The server's own class, walked through as its poll back end does. */
    static int server(PollSet set, int pending, int[] hits) {
        int size = set.size();
        int index = 0;
        int found = 0;
        while (found < pending) {
            index = set.nextReady(index);
            if (index == size) {
                break;
            }
            hits[found++] = index++;
        }
        return found;
    }

    private static boolean isReady(MemorySegment entries, int index) {
        return entries.get(JAVA_LONG, index * STRIDE) >>> REVENTS_SHIFT != 0;
    }

    private static long or4At(MemorySegment entries, int index) {
        long at = index * STRIDE;
        return entries.get(JAVA_LONG, at) | entries.get(JAVA_LONG, at + STRIDE)
                | entries.get(JAVA_LONG, at + 2 * STRIDE) | entries.get(JAVA_LONG, at + 3 * STRIDE);
    }
}
