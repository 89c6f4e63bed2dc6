package dev.pollux.server;

import dev.pollux.bindings.linux.Libc;
import dev.pollux.bindings.linux.rlimit;
import dev.pollux.poller.Backend;
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
     * Holds how many clients have descriptors.
     *
     * @param reason the limit that allows no more, for a message
     */
    record Room(int clients, String reason) {
    }

    /**
     * Raises the soft limit to the hard one, and returns how many of {@code wanted} clients fit under it, and
     * under what the back end can watch.
     *
     * @throws PosixException if no client fits, or fewer than wanted with {@code strict}
     */
    static Room clientsWithin(Posix posix, int wanted, boolean strict, Backend backend) {
        long limit = raise(posix);
        boolean ofBackend = backend.descriptorLimit() < limit;
        String reason = ofBackend ? backend + "(2) watches descriptors below " + backend.descriptorLimit()
                : "the descriptor limit is " + limit + " (ulimit -Hn)";
        long allowed = Math.min(limit, backend.descriptorLimit()) - openNow() - SPARE;
        if (allowed < wanted && (strict || allowed < 1)) {
            throw new PosixException("max clients " + wanted, -Errno.EMFILE.number, reason
                    + ", with room for " + Math.max(0, allowed) + "; lower --max-clients or "
                    + (ofBackend ? "use another --poller" : "raise the limit"));
        }
        return new Room((int) Math.min(allowed, wanted), reason);
    }

    /** Returns the limit. Without one, or where a sandbox hides it, accepting pauses after EMFILE. */
    static long raise(Posix posix) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limits = rlimit.allocate(arena);
            if (isRefused(posix.getrlimit(Libc.RLIMIT_NOFILE(), limits), "getrlimit RLIMIT_NOFILE")) {
                return Long.MAX_VALUE;
            }
            long limit = rlimit.rlim_cur(limits);
            long hard = rlimit.rlim_max(limits);
            if (Long.compareUnsigned(limit, hard) < 0) {
                rlimit.rlim_cur(limits, hard);
                int result = posix.setrlimit(Libc.RLIMIT_NOFILE(), limits);
                limit = isRefused(result, "setrlimit RLIMIT_NOFILE") ? limit : hard;
            }
            return limit < 0 ? Long.MAX_VALUE : limit; // RLIM_INFINITY has all bits set.
        }
    }

    /** Returns whether a call failed for a reason outside of this program, such as a sandbox's EPERM. */
    private static boolean isRefused(int result, String call) {
        if (result < 0 && Errno.isBug(result)) {
            throw new PosixException(call, result);
        }
        return result < 0;
    }

    /** Jars, standard streams, whatever an embedding program has open. */
    private static int openNow() {
        String[] descriptors = new File("/proc/self/fd").list();
        return descriptors == null ? SPARE : descriptors.length;
    }
}
