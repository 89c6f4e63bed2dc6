package dev.pollux.bench.soak;

import dev.pollux.poller.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one back end was put through, and how it was afterwards.
 *
 * @param begin after a first storm, when everything that is made once has been made, and all had left; null
 *              if it did not come to that
 * @param end after the long one, when all had left again
 * @param checkedBytes that came back to somebody and were the right ones
 * @param hit times that the server was made to disturb a connection
 * @param unconnected peers that could not even connect: this machine's own shortage
 */
record Share(Backend backend, double seconds, Sample begin, Sample end, List<Sample> samples,
        Map<Behaviour, Long> lives, long checkedBytes, long unconnected, int logLines, Set<Trouble> troubles,
        long hit, List<String> faults) {
    /** For what the JVM makes late, such as the forms of a method handle: some tens of KiB. */
    static final long HEAP_TOLERANCE = 512 << 10;
    /** For what the JVM itself takes there, to read a file or a pipe: no more than a few pages. */
    static final long NATIVE_TOLERANCE = 64 << 10;

    /** What did not end as it began. Descriptors and off-heap bytes have no tolerance. */
    static List<String> differences(Sample begin, Sample end) {
        List<String> found = new ArrayList<>();
        if (end.clients() != 0) {
            found.add(end.clients() + " clients are still there though all peers have left");
        }
        if (end.accepted() != end.closed()) {
            found.add(end.accepted() + " clients were accepted and " + end.closed() + " closed");
        }
        if (end.descriptors() != begin.descriptors()) {
            found.add(begin.descriptors() + " descriptors in the beginning and " + end.descriptors()
                    + " in the end");
        }
        if (end.offHeapBytes() != begin.offHeapBytes()) {
            found.add(begin.offHeapBytes() + " off-heap bytes of clients in the beginning and "
                    + end.offHeapBytes() + " in the end");
        }
        if (end.nativeBytes() - begin.nativeBytes() > NATIVE_TOLERANCE) {
            found.add(begin.nativeBytes() + " native bytes in the beginning and " + end.nativeBytes()
                    + " in the end");
        }
        if (end.heapBytes() - begin.heapBytes() > HEAP_TOLERANCE) {
            found.add(begin.heapBytes() + " bytes of heap after a collection in the beginning and "
                    + end.heapBytes() + " in the end");
        }
        return found;
    }

    /** The highest that was seen. */
    long mostResident() {
        return samples.stream().mapToLong(Sample::residentBytes).max().orElse(0);
    }
}
