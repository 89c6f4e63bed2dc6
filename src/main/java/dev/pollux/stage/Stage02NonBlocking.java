package dev.pollux.stage;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.PosixException.check;
import static java.lang.foreign.MemorySegment.NULL;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * Stage 2: the listener does not block any more, and the thread spins on {@code accept4}.
 *
 * <p>New: SOCK_NONBLOCK. Where {@code accept4} waited, it returns {@code -EAGAIN} at once, and all that we
 * can do is to ask again. Each second shows how often that was in vain, and what it cost.
 *
 * <p>Try: {@code make stage N=2}, or {@code make stage N=2 ARGS="--seconds 10"} and
 * {@code nc 127.0.0.1 5882}.
 *
 * <p>Still wrong: it takes a whole core to do nothing. And a client, once accepted, is read from as before:
 * until it ends, nobody else is served, and {@code --seconds} is not looked at.
 *
 * <p>In the engine: {@code server.EventLoop} accepts until EAGAIN, but only after poll has said that somebody
 * waits.
 */
public final class Stage02NonBlocking extends Stage {
    private final MemorySegment buffer = arena.allocate(4096);
    private long attempts; // In vain, since the last report.
    private long reportNanos = posix.nanoTime();
    private Duration reportCpu = cpu();

    @Override
    void run() {
        listen(SOCK_STREAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC());
        while (!isOver()) {
            int fd = posix.accept4(listener, NULL, NULL, SOCK_CLOEXEC()); // Waits no more.
            if (fd == -EAGAIN()) {
                inVain();
                continue;
            }
            check(fd, "accept4");
            serve(fd);
            posix.close(fd);
        }
        report();
    }

    /** Sends back what comes, until the client has gone. */
    private void serve(int fd) {
        long n = posix.read(fd, buffer, 0, buffer.byteSize()); // Waits until it sends something.
        while (n > 0 && sendAll(fd, n)) {
            n = posix.read(fd, buffer, 0, buffer.byteSize());
        }
    }

    /** Sends the first {@code length} bytes of the buffer. Returns false if the client has gone. */
    private boolean sendAll(int fd, long length) {
        long sent = 0;
        while (sent < length) {
            long n = posix.send(fd, buffer, sent, length - sent, MSG_NOSIGNAL()); // Waits for room.
            if (n < 0) {
                return false;
            }
            sent += n;
        }
        return true;
    }

    /** Counts an attempt that found nothing. */
    private void inVain() {
        attempts++;
        if (posix.nanoTime() - reportNanos >= 1_000_000_000) {
            report();
        }
    }

    private void report() {
        long now = posix.nanoTime();
        Duration cpu = cpu();
        print(attempts + " attempts in vain in " + (now - reportNanos) / 1_000_000 + " ms, "
                + cpu.minus(reportCpu).toMillis() + " ms of CPU time");
        attempts = 0;
        reportNanos = now;
        reportCpu = cpu;
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }
}
