package dev.pollux.server;

import dev.pollux.bindings.linux.Libc;
import dev.pollux.bindings.linux.rlimit;
import dev.pollux.poller.Backend;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What the machine allows this process. */
final class DescriptorLimits {
    private DescriptorLimits() {
    }

    /**
     * As many clients as wished, or as the descriptor limit and the back end allow with both ends in this
     * process: then it says so.
     */
    static int clients(Backend backend, int wished) {
        int room = Math.min(here(), backend.descriptorLimit()) / 2 - 100;
        if (room < wished) {
            System.out.println("The descriptor limit has room for " + room + " of " + wished + " clients, "
                    + backend);
        }
        return Math.min(room, wished);
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
