package dev.pollux.poller;

import dev.pollux.bindings.linux.Libc;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An eventfd among the watched descriptors, so that other threads can end a wait. Many calls until the next
 * drain are one write.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/eventfd.2.html">eventfd(2)</a>
 */
final class Wakeup implements AutoCloseable {
    private static final int MOST_FAILED = 10; // Calls in a row.

    private final Posix posix; // The polling thread's.
    private final int fd;
    private final Arena arena; // The polling thread's.
    private final MemorySegment counter;
    private final AtomicBoolean signalled = new AtomicBoolean();
    private int failedInARow; // Reads, by the polling thread.
    private final Object lock = new Object();
    private final Posix shared; // Used and closed under the lock only.
    // Under the lock: a late signal must not write into a descriptor that is someone else's.
    private boolean closed;

    Wakeup(Posix posix) {
        this.posix = posix;
        this.fd = PosixException.check(posix.eventfd(0, Libc.EFD_NONBLOCK() | Libc.EFD_CLOEXEC()), "eventfd");
        this.arena = Arena.ofConfined();
        try {
            this.counter = arena.allocate(ValueLayout.JAVA_LONG);
            this.shared = posix.shareable();
        } catch (Throwable t) {
            posix.close(fd);
            arena.close();
            throw t;
        }
    }

    int fd() {
        return fd;
    }

    /** Any thread. */
    void signal() {
        // A plain read first: waking often costs no bus traffic.
        if (signalled.get() || signalled.getAndSet(true)) {
            return;
        }
        synchronized (lock) {
            int result = closed ? 0 : shared.eventfdWrite(fd, 1);
            for (int tries = 1; mayPass(result, tries); tries++) {
                result = shared.eventfdWrite(fd, 1);
            }
            // A full counter (EAGAIN) is as good.
            if (result < 0 && result != -Errno.EAGAIN.number) {
                signalled.set(false); // Or nobody would ever try again.
                throw new PosixException("eventfd_write of descriptor " + fd, result);
            }
        }
    }

    /** A signal always passes; another failure may, but for those that prove a bug. */
    private static boolean mayPass(int result, int tries) {
        return result == -Errno.EINTR.number || result < 0 && result != -Errno.EAGAIN.number
                && !Errno.isBug(result) && tries < MOST_FAILED;
    }

    /**
     * Polling thread. The descriptor first, then the flag: the other way round a signal in between would be
     * lost.
     */
    void drain() {
        long result = posix.read(fd, counter, 0, counter.byteSize());
        boolean failed = result < 0 && result != -Errno.EAGAIN.number && result != -Errno.EINTR.number;
        failedInARow = failed ? failedInARow + 1 : 0;
        if (failed && (Errno.isBug(result) || failedInARow == MOST_FAILED)) {
            throw new PosixException("read of descriptor " + fd + ", an eventfd", result);
        }
        signalled.set(false);
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            posix.close(fd);
            shared.close();
        }
        arena.close();
    }
}
