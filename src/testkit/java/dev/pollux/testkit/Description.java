package dev.pollux.testkit;

import dev.pollux.posix.Errno;
import dev.pollux.testkit.Faults.Subject;
import java.lang.foreign.MemorySegment;

/** An open file description: what a descriptor stands for. Results are as those of the calls. */
abstract class Description {
    boolean blocks; // Opened without O_NONBLOCK.

    abstract Subject subject();

    /** What poll(2) would report if it were asked for everything. */
    abstract int bits();

    /** Reads as much as fits. */
    abstract long read(MemorySegment buffer);

    long send(MemorySegment buffer) {
        return -Errno.ENOTSOCK.number;
    }

    /** The last descriptor is closed. */
    void close() {
    }
}
