package dev.pollux.server;

import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.Posix;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** The real kernel, of whose send(2) a test says how many bytes it takes: then it answers EAGAIN. */
final class Valve implements Supplier<Posix> {
    private final AtomicLong open = new AtomicLong(); // Bytes that may still pass.

    /** Lets so many more bytes pass. */
    void open(long bytes) {
        open.addAndGet(bytes);
    }

    long left() {
        return open.get();
    }

    @Override
    public Posix get() {
        return Intercepted.call(Posix.confined(), "send", (arguments, kernel) -> {
            long most = Math.min(open.get(), (long) arguments[3]);
            if (most == 0) {
                return (long) -Errno.EAGAIN.number;
            }
            arguments[3] = most;
            long sent = (long) kernel.call();
            open.addAndGet(-Math.max(0, sent));
            return sent;
        });
    }
}
