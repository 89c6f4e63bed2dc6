package dev.pollux.poller;

import dev.pollux.posix.Posix;
import java.util.Locale;

/** The ways to wait for descriptors, named as on the command line. */
public enum Backend {
    /** poll(2), as in the tutorial: one array, asked whole each time. */
    POLL {
        @Override
        public Poller open(Posix posix, int maxClients) {
            return new Poll(posix, maxClients);
        }
    };

    /**
     * Makes a poller on the calling thread, to be used and closed there.
     *
     * @param posix the calling thread's kernel; stays the caller's
     * @param maxClients how many descriptors beside the fixed ones it must be able to watch
     */
    public abstract Poller open(Posix posix, int maxClients);

    /** Lower case, words joined with hyphens. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
