package dev.pollux.testkit;

import dev.pollux.posix.EpollEvent;
import dev.pollux.posix.Errno;
import dev.pollux.testkit.Faults.Subject;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What epoll_create1(2) makes, level-triggered.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/epoll.7.html">epoll(7)</a>
 */
final class EpollSet extends Description {
    private record Watch(Description watched, int events, long data) {
        int ready() {
            return watched.bits() & (events | Abi.UNASKED);
        }
    }

    // By descriptor. Who was reported goes to the end, as in the kernel: nobody is passed over for ever.
    private final Map<Integer, Watch> watches = new LinkedHashMap<>();

    @Override
    Subject subject() {
        return Subject.EPOLL;
    }

    @Override
    int bits() {
        return watches.values().stream().anyMatch(watch -> watch.ready() != 0) ? Abi.POLLIN : 0;
    }

    @Override
    long read(MemorySegment buffer) {
        return -Errno.EINVAL.number;
    }

    int change(int operation, int fd, Description watched, MemorySegment event) {
        boolean known = watches.containsKey(fd);
        switch (operation) {
            case Abi.EPOLL_CTL_ADD, Abi.EPOLL_CTL_MOD -> {
                if (known == (operation == Abi.EPOLL_CTL_ADD)) {
                    return -(known ? Errno.EEXIST : Errno.ENOENT).number;
                }
                watches.put(fd, new Watch(watched, EpollEvent.events(event, 0), EpollEvent.data(event, 0)));
            }
            case Abi.EPOLL_CTL_DEL -> {
                if (watches.remove(fd) == null) {
                    return -Errno.ENOENT.number;
                }
            }
            default -> {
                return -Errno.EINVAL.number;
            }
        }
        return 0;
    }

    /** A descriptor that is closed leaves all sets. */
    void forget(int fd) {
        watches.remove(fd);
    }

    /**
     * Writes what is ready.
     *
     * @param spurious the number of a watch to report though it is not ready, or negative
     */
    int collect(MemorySegment events, int most, int spurious) {
        List<Integer> reported = new ArrayList<>();
        int index = 0;
        for (Map.Entry<Integer, Watch> entry : watches.entrySet()) {
            Watch watch = entry.getValue();
            int ready = watch.ready();
            if (spurious >= 0 && index == spurious % watches.size()) {
                ready |= watch.events & (Abi.POLLIN | Abi.POLLOUT);
            }
            index++;
            if (ready != 0 && reported.size() < most) {
                EpollEvent.set(events, reported.size(), ready, watch.data);
                reported.add(entry.getKey());
            }
        }
        if (reported.size() < watches.size()) {
            reported.forEach(fd -> watches.put(fd, watches.remove(fd)));
        }
        return reported.size();
    }
}
