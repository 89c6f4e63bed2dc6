package dev.pollux.stage;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.PosixException.check;
import static java.lang.foreign.MemorySegment.NULL;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * Stage 3: clients do not block either; all are read from in turn, and the spin moves to {@code read}.
 *
 * <p>New: SOCK_NONBLOCK for the accepted sockets, and an array without holes: who leaves is replaced by the
 * last. It prints what comes and no longer answers: a send that does not block may take only a part (stage
 * 9).
 *
 * <p>Try: {@code make stage N=3 ARGS="--seconds 30"}, then {@code nc 127.0.0.1 5882} in two more terminals.
 *
 * <p>Still wrong: both are served now, but each pass asks everybody, and nearly always in vain.
 *
 * <p>In the engine: nothing does this. {@code server.Client} reads when poll has said that it can.
 */
public final class Stage03ReadEach extends Stage {
    private final MemorySegment buffer = arena.allocate(4096);
    private final int[] fds = new int[MAX_CLIENTS];
    private int count;
    private long attempts; // In vain, since the last report.
    private long reportNanos = posix.nanoTime();
    private Duration reportCpu = cpu();

    @Override
    void run() {
        listen(SOCK_STREAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC());
        while (!isOver()) {
            accept();
            int i = 0;
            while (i < count) {
                if (serve(fds[i])) {
                    i++;
                } else {
                    remove(i); // The last one is here now: look again.
                }
            }
        }
        while (count > 0) {
            remove(count - 1);
        }
        report();
    }

    private void accept() {
        int fd = posix.accept4(listener, NULL, NULL, SOCK_NONBLOCK() | SOCK_CLOEXEC());
        if (fd == -EAGAIN()) {
            inVain();
            return;
        }
        check(fd, "accept4");
        if (count == MAX_CLIENTS) {
            posix.close(fd); // There is no room.
            return;
        }
        fds[count] = fd;
        count++;
    }

    /** Prints what has come. Returns false if the client has gone. */
    private boolean serve(int fd) {
        long n = posix.read(fd, buffer, 0, buffer.byteSize());
        if (n == -EAGAIN()) {
            inVain();
            return true;
        }
        if (n > 0) {
            got(fd, buffer.asSlice(0, n));
        }
        return n > 0;
    }

    /** Closes a client, and moves the last one into its place. */
    private void remove(int i) {
        posix.close(fds[i]);
        count--;
        fds[i] = fds[count];
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
