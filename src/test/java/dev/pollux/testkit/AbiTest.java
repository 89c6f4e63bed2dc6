package dev.pollux.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.bindings.linux.Libc;
import dev.pollux.bindings.linux.pollfd;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written down twice is the same both times: in the bindings and in the testkit. */
class AbiTest {
    @Test
    void numbersAreThoseOfTheBindings() throws ReflectiveOperationException {
        List<String> compared = new ArrayList<>();
        for (Field field : Abi.class.getDeclaredFields()) {
            String name = switch (field.getName()) {
                case "NONBLOCK" -> "SOCK_NONBLOCK";
                case "CLOEXEC" -> "SOCK_CLOEXEC";
                default -> field.getName();
            };
            try {
                assertThat(((Number) field.get(null)).longValue()).as(name)
                        .isEqualTo(((Number) Libc.class.getMethod(name).invoke(null)).longValue());
                compared.add(name);
            } catch (NoSuchMethodException e) {
                // The server does without it; the conformance tests hold it against the kernel.
            }
        }
        assertThat(compared).hasSizeGreaterThan(20).contains("POLLHUP", "SO_LINGER", "RLIMIT_NOFILE");
        assertThat(Abi.POLLFD_BYTES).isEqualTo(pollfd.sizeof());
        assertThat(Abi.POLLFD_EVENTS).isEqualTo(pollfd.events$offset());
        assertThat(Abi.POLLFD_REVENTS).isEqualTo(pollfd.revents$offset());
    }
}
