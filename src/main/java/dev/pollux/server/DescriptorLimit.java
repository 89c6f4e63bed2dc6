package dev.pollux.server;

import dev.pollux.bindings.linux.Libc;
import dev.pollux.bindings.linux.rlimit;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * How many clients this process has descriptors for.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/getrlimit.2.html">getrlimit(2)</a>
 */
final class DescriptorLimit {
    private static final int SPARE = 16; // For our own few, and for what the JVM opens now and then.

    private DescriptorLimit() {
    }

    /**
     * Raises the soft limit to the hard one, and returns how many of {@code wanted} clients fit under it, and
     * under what the back end can watch.
     */
    static int clientsWithin(Posix posix, int wanted, boolean strict, int backendLimit) {
        long limit = Math.min(backendLimit, raise(posix));
        long allowed = limit - openNow() - SPARE;
        if (allowed >= wanted) {
            return wanted;
        }
        if (strict || allowed < 1) {
            throw new PosixException("max clients " + wanted, -Errno.EMFILE.number, "the descriptor limit, "
                    + limit + ", has room for " + Math.max(0, allowed)
                    + "; raise it (ulimit -Hn) or lower --max-clients");
        }
        return (int) allowed;
    }

    private static long raise(Posix posix) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limits = rlimit.allocate(arena);
            PosixException.check(posix.getrlimit(Libc.RLIMIT_NOFILE(), limits), "getrlimit RLIMIT_NOFILE");
            long hard = rlimit.rlim_max(limits);
            if (Long.compareUnsigned(rlimit.rlim_cur(limits), hard) < 0) {
                rlimit.rlim_cur(limits, hard);
                PosixException.check(posix.setrlimit(Libc.RLIMIT_NOFILE(), limits),
                        "setrlimit RLIMIT_NOFILE");
            }
            return hard < 0 ? Long.MAX_VALUE : hard; // RLIM_INFINITY has all bits set.
        }
    }

    /** Jars, standard streams, whatever an embedding program has open. */
    private static int openNow() {
        String[] descriptors = new File("/proc/self/fd").list();
        return descriptors == null ? SPARE : descriptors.length;
    }
}
