package dev.pollux.posix;

import static dev.pollux.bindings.linux.Libc.MSG_NOSIGNAL;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.pollux.posix.Sockets.Pair;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What calls leave as garbage: nothing. Each in a JVM of its own, since the compiler does without the slices
 * only where it has seen no other kinds of segments and kernels on the way.
 */
@Timeout(60)
class NativePosixAllocationTest {
    private static final int CALLS = 200_000;
    private static final int MOST_ROUNDS = 10; // The compiler's work is not ours to time.

    /** A call, and what it is to return. */
    enum Kind {
        READ_THAT_FAILS(-Errno.EAGAIN.number) {
            @Override
            Call on(Sockets sockets, MemorySegment buffer) {
                Posix posix = sockets.posix();
                int fd = sockets.unixPair().near();
                return () -> posix.read(fd, buffer, 8, 8);
            }
        },
        SEND_AND_READ(8) {
            @Override
            Call on(Sockets sockets, MemorySegment buffer) {
                Posix posix = sockets.posix();
                Pair pair = sockets.unixPair();
                return () -> {
                    posix.send(pair.near(), buffer, 0, 8, MSG_NOSIGNAL());
                    return posix.read(pair.far(), buffer, 32, 32);
                };
            }
        },
        POLL(0) {
            @Override
            Call on(Sockets sockets, MemorySegment buffer) {
                Posix posix = sockets.posix();
                MemorySegment entries = sockets.entries(sockets.unixPair().near(), sockets.eventfd());
                return () -> posix.poll(entries, 1, 1, 0);
            }
        },
        ACCEPT(-Errno.EAGAIN.number) {
            @Override
            Call on(Sockets sockets, MemorySegment buffer) {
                Posix posix = sockets.posix();
                int fd = sockets.listener("127.0.0.1");
                MemorySegment address = buffer.asSlice(0, 28);
                MemorySegment length = sockets.ints(28);
                return () -> posix.accept4(fd, address, length, 0);
            }
        };

        private final long expected;

        Kind(long expected) {
            this.expected = expected;
        }

        abstract Call on(Sockets sockets, MemorySegment buffer);
    }

    private interface Call {
        long make();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void allocatesNothing(Kind kind) throws IOException {
        Process process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-XX:+UseSerialGC",
                "-cp", System.getProperty("java.class.path"), getClass().getName(), kind.name())
                .redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said).matches("[0-9]+\n");
            assertThat(Long.parseLong(said.strip())).as("bytes for %d calls", CALLS).isLessThan(CALLS);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Prints the least that so many calls have left, in bytes. */
    public static void main(String[] args) {
        Kind kind = Kind.valueOf(args[0]);
        try (Sockets sockets = new Sockets()) {
            Call call = kind.on(sockets, sockets.arena().allocate(64));
            long least = Long.MAX_VALUE;
            for (int round = 0; round < MOST_ROUNDS && least >= CALLS; round++) {
                least = Math.min(least, allocatedBy(call, kind.expected));
            }
            System.out.println(least);
        }
    }

    private static long allocatedBy(Call call, long expected) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
            if (call.make() != expected) {
                throw new AssertionError("call " + i + " returned something else than " + expected);
            }
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
