package dev.pollux.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrnoTest {
    private static final Linker LINKER = Linker.nativeLinker();

    @ParameterizedTest
    @EnumSource
    void namesAreThoseOfLibc(Errno errno) throws Throwable {
        Optional<MemorySegment> function = LINKER.defaultLookup().find("strerrorname_np");
        assumeTrue(function.isPresent(), "strerrorname_np(3) came with glibc 2.32");
        MethodHandle name = LINKER.downcallHandle(function.get(), FunctionDescriptor.of(ADDRESS, JAVA_INT));
        MemorySegment text = (MemorySegment) name.invokeExact(errno.number);
        assertThat(text.reinterpret(32).getString(0)).isEqualTo(errno.name());
    }

    @ParameterizedTest
    @EnumSource
    void ofFindsEachByItsNegatedNumber(Errno errno) {
        assertThat(errno.number).isPositive();
        assertThat(Errno.of(-errno.number)).isSameAs(errno);
    }

    @ParameterizedTest
    @ValueSource(longs = {-41, -255, -256, -4095, Integer.MIN_VALUE, -(1L << 32) - 11})
    void ofAnUnknownNumberIsNull(long result) {
        assertThat(Errno.of(result)).isNull();
    }

    @Test
    void describeSaysNameAndMessage() {
        assertThat(Errno.describe(-Errno.EADDRINUSE.number)).isEqualTo("EADDRINUSE (Address already in use)");
        assertThat(Errno.describe(-Errno.EBADF.number)).isEqualTo("EBADF (Bad file descriptor)");
    }

    @Test
    void describeSaysTheNumberOfOneWithoutAName() {
        assertThat(Errno.describe(-41)).isEqualTo("errno 41 (Unknown error 41)");
        assertThat(Errno.describe(-4000)).isEqualTo("errno 4000 (Unknown error 4000)");
    }
}
