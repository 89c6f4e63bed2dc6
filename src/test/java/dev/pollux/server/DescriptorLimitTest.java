package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.bindings.linux.rlimit;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.server.DescriptorLimit.Room;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DescriptorLimitTest {
    private static final int SOFT = 3000;
    private static final int HARD = 5000;

    private int raised; // The soft limit that was set.

    /** Returns a kernel with these limits, whose setrlimit(2) returns {@code setResult}. */
    private Posix kernel(int setResult) {
        Posix limited = Intercepted.call(NativePosix.confined(), "getrlimit", (arguments, _) -> {
            rlimit.rlim_cur((MemorySegment) arguments[1], SOFT);
            rlimit.rlim_max((MemorySegment) arguments[1], HARD);
            return 0;
        });
        return Intercepted.call(limited, "setrlimit", (arguments, _) -> {
            raised = (int) rlimit.rlim_cur((MemorySegment) arguments[1]);
            return setResult;
        });
    }

    private static Room room(Posix posix, int wanted, Backend backend) {
        try (posix) {
            return DescriptorLimit.clientsWithin(posix, wanted, false, backend);
        }
    }

    @Test
    void softLimitIsRaisedToTheHardOne() {
        Room room = room(kernel(0), 100_000, Backend.POLL);
        assertThat(raised).isEqualTo(HARD);
        assertThat(room.clients()).isBetween(SOFT, HARD);
        assertThat(room.reason()).isEqualTo("the descriptor limit is 5000 (ulimit -Hn)");
        assertThat(room(kernel(0), 10, Backend.POLL).clients()).isEqualTo(10);
    }

    @ParameterizedTest
    @EnumSource(names = {"EPERM", "EACCES", "ENOSYS"})
    void softLimitHoldsWhereItCannotBeRaised(Errno errno) {
        Room room = room(kernel(-errno.number), 100_000, Backend.POLL);
        assertThat(raised).isEqualTo(HARD);
        assertThat(room.clients()).isBetween(SOFT / 2, SOFT);
        assertThat(room.reason()).isEqualTo("the descriptor limit is 3000 (ulimit -Hn)");
    }

    @Test
    void limitThatASandboxHidesIsNone() {
        Posix posix = Intercepted.call(NativePosix.confined(), "getrlimit", (_, _) -> -Errno.EPERM.number);
        assertThat(room(posix, 100_000, Backend.POLL).clients()).isEqualTo(100_000);
    }

    @ParameterizedTest
    @EnumSource(names = {"EINVAL", "EFAULT"})
    void resultThatIsABugIsThrown(Errno errno) {
        assertThatExceptionOfType(PosixException.class)
                .isThrownBy(() -> room(kernel(-errno.number), 100, Backend.POLL))
                .withMessageStartingWith("setrlimit RLIMIT_NOFILE: " + errno);
    }

    @Test
    void limitOfSelectIsNamedAsItsOwn() {
        Room room = room(kernel(0), 100_000, Backend.SELECT);
        assertThat(room.clients()).isBetween(500, 1024);
        assertThat(room.reason()).isEqualTo("select(2) watches descriptors below 1024");
        try (Posix posix = kernel(0)) {
            assertThatExceptionOfType(PosixException.class)
                    .isThrownBy(() -> DescriptorLimit.clientsWithin(posix, 1024, true, Backend.SELECT))
                    .withMessageContaining("max clients 1024: EMFILE")
                    .withMessageContaining("select(2) watches descriptors below 1024, with room for ")
                    .withMessageEndingWith("lower --max-clients or use another --poller");
        }
    }
}
