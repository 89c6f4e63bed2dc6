package dev.pollux.server;

import dev.pollux.bindings.linux.Libc;
import dev.pollux.bindings.linux.rlimit;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What the machine allows this process. */
final class DescriptorLimits {
    private DescriptorLimits() {
    }

    /** The hard limit, to which a server raises the soft one. */
    static int here() {
        try (Posix posix = NativePosix.confined(); Arena arena = Arena.ofConfined()) {
            MemorySegment limits = rlimit.allocate(arena);
            PosixException.check(posix.getrlimit(Libc.RLIMIT_NOFILE(), limits), "getrlimit");
            long hard = rlimit.rlim_max(limits);
            return hard < 0 ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, hard);
        }
    }
}
