package dev.pollux.testkit;

import dev.pollux.posix.Errno;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A process's descriptors: the lowest free number is the next. */
final class Descriptors {
    private static final int STANDARD = 3; // Input, output and error are taken.

    private Description[] open = new Description[64];
    private int lowestFree = STANDARD;
    long softLimit = 1024;
    long hardLimit = 1 << 20;

    /** What a descriptor stands for, or null. */
    Description get(int fd) {
        return fd >= 0 && fd < open.length ? open[fd] : null;
    }

    boolean hasRoom() {
        return lowestFree < softLimit;
    }

    /** Returns the new descriptor, or -EMFILE. */
    int add(Description description) {
        if (!hasRoom()) {
            return -Errno.EMFILE.number;
        }
        int fd = lowestFree;
        if (fd == open.length) {
            open = Arrays.copyOf(open, 2 * fd);
        }
        open[fd] = description;
        do {
            lowestFree++;
        } while (get(lowestFree) != null);
        return fd;
    }

    /** Returns what it stood for. */
    Description remove(int fd) {
        Description removed = open[fd];
        open[fd] = null;
        lowestFree = Math.min(lowestFree, fd);
        for (Description each : open) {
            if (each instanceof EpollSet set) {
                set.forget(fd);
            }
        }
        return removed;
    }

    /** What is open, as {@code 5 LISTENER}. */
    List<String> leaks() {
        List<String> leaks = new ArrayList<>();
        for (int fd = 0; fd < open.length; fd++) {
            if (open[fd] != null) {
                leaks.add(fd + " " + open[fd].subject());
            }
        }
        return leaks;
    }
}
