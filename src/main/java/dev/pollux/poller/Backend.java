package dev.pollux.poller;

import dev.pollux.bindings.linux.Libc;
import dev.pollux.posix.Posix;
import java.util.List;
import java.util.Locale;

/** The ways to wait for descriptors, named as on the command line. */
public enum Backend {
    /** poll(2), as in the tutorial: one array, asked whole each time. */
    POLL {
        @Override
        public Poller open(Posix posix, PollerOptions options) {
            return new Poll(posix, options.maxClients());
        }
    },
    /** poll(2) that asks often for those that were active lately, and for the silent ones in turn. */
    POLL_GENERATIONS {
        @Override
        public Poller open(Posix posix, PollerOptions options) {
            return new GenerationalPoll(posix, options);
        }
    },
    /** select(2): up to 1024 descriptors, to be compared with. */
    SELECT {
        @Override
        public Poller open(Posix posix, PollerOptions options) {
            return new Select(posix, options.maxClients());
        }

        @Override
        public int descriptorLimit() {
            return Libc.FD_SETSIZE();
        }
    },
    /** epoll(7), level-triggered: the kernel keeps the set. */
    EPOLL {
        @Override
        public Poller open(Posix posix, PollerOptions options) {
            return new Epoll(posix, options.maxClients());
        }
    };

    /** The one to take where nothing speaks for another: the default. */
    public static Backend auto() {
        return inOrderOfChoice().getFirst(); // Decision 0011.
    }

    /** Those that {@link #auto} may mean: the first that the kernel does not refuse. */
    public static List<Backend> inOrderOfChoice() {
        return List.of(EPOLL, POLL_GENERATIONS, POLL);
    }

    /**
     * Makes a poller on the calling thread, to be used and closed there.
     *
     * @param posix the calling thread's kernel; stays the caller's
     * @throws dev.pollux.posix.PosixException if the kernel does not have it
     */
    public abstract Poller open(Posix posix, PollerOptions options);

    /** Makes a poller with the other options as they are by default. */
    public final Poller open(Posix posix, int maxClients) {
        return open(posix, PollerOptions.of(maxClients));
    }

    /** Descriptors from this number on cannot be watched. */
    public int descriptorLimit() {
        return Integer.MAX_VALUE;
    }

    /** Lower case, words joined with hyphens. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
