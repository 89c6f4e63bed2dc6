package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.posix.Errno;
import dev.pollux.posix.PosixException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CloseReasonTest {
    private static CloseReason of(Errno errno) {
        return CloseReason.ofFailure("read", 17, -errno.number);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"EBADF", "EFAULT", "EINVAL", "ENOTSOCK", "ENOMEM",
        "ENOBUFS", "ENOSPC", "EMFILE", "ENFILE", "ENOSR", "EDQUOT"})
    void whatThePeerOrTheNetworkCausedClosesItsClient(Errno errno) {
        assertThat(of(errno)).isEqualTo(CloseReason.PEER_RESET);
    }

    @ParameterizedTest
    @EnumSource(names = {"ENOMEM", "ENOBUFS", "ENOSPC", "EMFILE", "ENFILE", "ENOSR", "EDQUOT"})
    void whatTheMachineLacksClosesTheClientThatNeedsIt(Errno errno) {
        assertThat(of(errno)).isEqualTo(CloseReason.NO_RESOURCES);
    }

    @ParameterizedTest
    @EnumSource(names = {"EBADF", "EFAULT", "EINVAL", "ENOTSOCK"})
    void whatIsOurFaultIsAnExceptionThatNamesCallDescriptorAndErrno(Errno errno) {
        assertThatExceptionOfType(PosixException.class).isThrownBy(() -> of(errno))
                .withMessageStartingWith("read of descriptor 17: " + errno.name());
    }

    @Test
    void anErrnoThatLinuxDoesNotHaveClosesItsClientToo() {
        assertThat(CloseReason.ofFailure("send", 5, -4095)).isEqualTo(CloseReason.PEER_RESET);
    }

    @Test
    void eachReasonHasACounterOfItsOwn() {
        assertThat(Arrays.stream(CloseReason.values()).map(reason -> reason.counter)).doesNotHaveDuplicates()
                .allMatch(counter -> counter.name().startsWith("CLOSED_"));
    }
}
