package dev.pollux.posix;

import static dev.pollux.bindings.linux.Libc.*;
import static dev.pollux.posix.CheckedPosix.STALE;
import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each mistake is caught before the call is made, and what is lent to the kernel holds nothing old. */
@Timeout(30)
class CheckedPosixTest {
    private static final int ROOM = 4096;

    private final Arena arena = Arena.ofConfined();
    private final List<String> made = new ArrayList<>();
    /** A kernel that takes every call, and writes nothing. */
    private final Posix kernel = (Posix) Proxy.newProxyInstance(Posix.class.getClassLoader(),
            new Class<?>[] {Posix.class}, (proxy, method, arguments) -> {
                made.add(method.getName());
                return method.getReturnType() == long.class ? (Object) 0L
                        : method.getReturnType() == int.class ? (Object) 0 : null;
            });
    private final Posix posix = new CheckedPosix(kernel);

    @AfterEach
    void close() {
        arena.close();
    }

    private interface Call {
        void make(Posix posix, MemorySegment segment);
    }

    /** A call, and the segment that it takes: at least so many bytes, aligned so; whether C writes there. */
    private record Lent(String name, long bytes, long alignment, boolean isWritten, Call call) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static MemorySegment room() {
        return Arena.ofAuto().allocate(ROOM, Long.BYTES);
    }

    private static MemorySegment says(int length) {
        return Arena.ofAuto().allocateFrom(JAVA_INT, length);
    }

    static Stream<Lent> lent() {
        long event = EpollEvent.BYTES % 8 == 0 ? 8 : 1;
        return Stream.of(
                new Lent("socketpair", 8, 4, true, (p, s) -> p.socketpair(AF_UNIX(), SOCK_CLOEXEC(), 0, s)),
                new Lent("bind", 16, 4, false, (p, s) -> p.bind(1, s)),
                new Lent("accept4's address", 16, 4, true,
                        (p, s) -> p.accept4(1, s, says(16), SOCK_CLOEXEC())),
                new Lent("accept4's length", 4, 4, true,
                        (p, s) -> p.accept4(1, room(), s, SOCK_CLOEXEC())),
                new Lent("connect", 16, 4, false, (p, s) -> p.connect(1, s)),
                new Lent("getsockname", 16, 4, true, (p, s) -> p.getsockname(1, s, says(16))),
                new Lent("getpeername", 16, 4, true, (p, s) -> p.getpeername(1, s, says(16))),
                new Lent("setsockopt", 4, 4, false, (p, s) -> p.setsockopt(1, 2, 3, s)),
                new Lent("getsockopt", 4, 4, true, (p, s) -> p.getsockopt(1, 2, 3, s, says(4))),
                new Lent("poll", 24, 4, true, (p, s) -> p.poll(s, 1, 2, 0)),
                new Lent("ppoll", 24, 4, true, (p, s) -> p.ppoll(s, 1, 2, NULL)),
                new Lent("ppoll's time-out", 16, 8, false, (p, s) -> p.ppoll(room(), 0, 1, s)),
                new Lent("select's reads", 128, 8, true, (p, s) -> p.select(1, s, NULL, NULL, NULL)),
                new Lent("select's writes", 128, 8, true, (p, s) -> p.select(1, NULL, s, NULL, NULL)),
                new Lent("select's others", 128, 8, true, (p, s) -> p.select(1, NULL, NULL, s, NULL)),
                new Lent("select's time-out", 16, 8, true, (p, s) -> p.select(1, NULL, NULL, NULL, s)),
                new Lent("epoll_ctl", EpollEvent.BYTES, event, false, (p, s) -> p.epollCtl(1, 2, 3, s)),
                new Lent("epoll_wait", 3 * EpollEvent.BYTES, event, true, (p, s) -> p.epollWait(1, s, 3, 0)),
                new Lent("read", 24, 1, true, (p, s) -> p.read(1, s, 8, 16)),
                new Lent("send", 24, 1, false, (p, s) -> p.send(1, s, 8, 16, MSG_NOSIGNAL())),
                new Lent("getrlimit", 16, 8, true, (p, s) -> p.getrlimit(1, s)),
                new Lent("setrlimit", 16, 8, false, (p, s) -> p.setrlimit(1, s)));
    }

    /** What is lent has just the size that the kernel will believe; a length says little, so that it fits. */
    private MemorySegment exact(Lent lent) {
        MemorySegment segment = arena.allocate(lent.bytes, Long.BYTES);
        if (lent.name.endsWith("length")) {
            segment.set(JAVA_INT, 0, 16);
        }
        return segment;
    }

    private void assertCaught(String mistake, ThrowingCallable call) {
        made.clear();
        assertThatThrownBy(call).isInstanceOf(AssertionError.class).hasMessageContaining(mistake);
        assertThat(made).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("lent")
    void memoryAsItShouldBeReachesTheKernel(Lent lent) {
        lent.call.make(posix, exact(lent));
        assertThat(made).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("lent")
    void memoryOnTheHeapIsCaught(Lent lent) {
        byte[] bytes = exact(lent).toArray(JAVA_BYTE);
        assertCaught("on the heap", () -> lent.call.make(posix, MemorySegment.ofArray(bytes)));
    }

    @ParameterizedTest
    @MethodSource("lent")
    void freedMemoryIsCaught(Lent lent) {
        Arena closed = Arena.ofConfined();
        MemorySegment freed = closed.allocate(ROOM, Long.BYTES);
        closed.close();
        assertCaught("is freed", () -> lent.call.make(posix, freed));
    }

    @ParameterizedTest
    @MethodSource("lent")
    void memoryOfAnotherThreadIsCaught(Lent lent) throws Exception {
        MemorySegment ours = exact(lent);
        Throwable caught = KernelThread.start(() -> catchThrowable(() -> lent.call.make(posix, ours))).join();
        assertThat(caught).isInstanceOf(AssertionError.class).hasMessageContaining("another thread");
        assertThat(made).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("lent")
    void memoryThatIsTooSmallIsCaught(Lent lent) {
        MemorySegment small = exact(lent).asSlice(0, lent.bytes - 1);
        assertCaught("outside the segment", () -> lent.call.make(posix, small));
    }

    @ParameterizedTest
    @MethodSource("lent")
    void memoryThatIsNotAlignedIsCaughtWhereItMatters(Lent lent) {
        MemorySegment odd = arena.allocate(ROOM, Long.BYTES).asSlice(1);
        if (lent.alignment == 1) {
            lent.call.make(posix, odd);
            assertThat(made).hasSize(1);
        } else {
            assertCaught("not aligned", () -> lent.call.make(posix, odd));
        }
    }

    @ParameterizedTest
    @MethodSource("lent")
    void readOnlyMemoryIsCaughtWhereTheKernelWrites(Lent lent) {
        MemorySegment readOnly = exact(lent).asReadOnly();
        if (lent.isWritten) {
            assertCaught("read-only", () -> lent.call.make(posix, readOnly));
        } else {
            lent.call.make(posix, readOnly);
            assertThat(made).hasSize(1);
        }
    }

    @Test
    void countsAndOffsetsThatLeadOutsideAreCaught() {
        MemorySegment room = room();
        assertCaught("outside", () -> posix.read(1, room, -1, 1));
        assertCaught("outside", () -> posix.read(1, room, Long.MAX_VALUE, Long.MAX_VALUE));
        assertCaught("outside", () -> posix.send(1, room, 0, -1, MSG_NOSIGNAL()));
        assertCaught("outside", () -> posix.poll(room, -1, 1, 0));
        assertCaught("outside", () -> posix.poll(room, 0, -1, 0));
        assertCaught("outside", () -> posix.poll(room, Integer.MAX_VALUE, Integer.MAX_VALUE, 0));
        assertCaught("outside", () -> posix.ppoll(room, Integer.MAX_VALUE, 1, NULL));
        assertCaught("outside", () -> posix.epollWait(1, room, -1, 0));
        assertCaught("outside", () -> posix.accept4(1, room, says(-1), SOCK_CLOEXEC()));
        assertCaught("more descriptors", () -> posix.select(FD_SETSIZE() + 1, room, NULL, NULL, NULL));
    }

    @Test
    void readingNothingIsCaught() {
        assertCaught("no room", () -> posix.read(1, room(), 0, 0));
    }

    @Test
    void roomAndItsLengthComeTogether() {
        assertCaught("length", () -> posix.getsockname(1, room(), NULL));
        assertCaught("length", () -> posix.getsockname(1, NULL, says(16)));
        posix.accept4(1, NULL, NULL, SOCK_CLOEXEC());
        assertThat(made).containsExactly("accept4");
    }

    @Test
    void sendingThatMayRaiseASignalIsCaught() {
        assertCaught("MSG_NOSIGNAL", () -> posix.send(1, room(), 0, 1, ~MSG_NOSIGNAL()));
    }

    @Test
    void descriptorsThatOtherProgramsWouldInheritAreCaught() {
        assertCaught("SOCK_CLOEXEC", () -> posix.socket(AF_INET(), ~SOCK_CLOEXEC(), 0));
        assertCaught("SOCK_CLOEXEC", () -> posix.socketpair(AF_UNIX(), ~SOCK_CLOEXEC(), 0, room()));
        assertCaught("SOCK_CLOEXEC", () -> posix.accept4(1, NULL, NULL, ~SOCK_CLOEXEC()));
        assertCaught("EPOLL_CLOEXEC", () -> posix.epollCreate1(~EPOLL_CLOEXEC()));
        assertCaught("EFD_CLOEXEC", () -> posix.eventfd(0, ~EFD_CLOEXEC()));
    }

    /** Where the kernel writes what it likes; select and the lengths tell it something, and stay. */
    @Test
    void whatIsLentToBeWrittenHoldsNothingOld() {
        assertStale(0, 8, segment -> posix.socketpair(AF_UNIX(), SOCK_CLOEXEC(), 0, segment));
        assertStale(0, 28, segment -> posix.accept4(1, segment, says(28), SOCK_CLOEXEC()));
        assertStale(0, 20, segment -> posix.getsockname(1, segment, says(20)));
        assertStale(0, 16, segment -> posix.getpeername(1, segment, says(16)));
        assertStale(0, 4, segment -> posix.getsockopt(1, 2, 3, segment, says(4)));
        assertStale(0, 3 * EpollEvent.BYTES, segment -> posix.epollWait(1, segment, 3, 0));
        assertStale(8, 24, segment -> posix.read(1, segment, 8, 16));
        assertStale(0, 16, segment -> posix.getrlimit(1, segment));
        assertStale(0, 0, segment -> posix.select(1, segment, segment, segment, segment));
        assertStale(0, 0, segment -> posix.send(1, segment, 0, 64, MSG_NOSIGNAL()));
    }

    private interface OneSegment {
        void take(MemorySegment segment);
    }

    /** Of memory that held ones, {@code [from, to)} is stale after the call, and the rest as it was. */
    private void assertStale(int from, long to, OneSegment call) {
        MemorySegment segment = room().fill((byte) 1);
        call.take(segment);
        byte[] bytes = segment.toArray(JAVA_BYTE);
        for (int i = 0; i < ROOM; i++) {
            assertThat(bytes[i]).as("byte %d", i).isEqualTo(i >= from && i < to ? STALE : 1);
        }
    }

    @Test
    void pollsReventsHoldNothingOldAndTheRestStays() {
        MemorySegment entries = room();
        for (OneSegment call : List.<OneSegment>of(s -> posix.poll(s, 1, 2, 0),
                s -> posix.ppoll(s, 1, 2, NULL))) {
            entries.fill((byte) 1);
            call.take(entries);
            for (int i = 0; i < 4; i++) {
                assertThat(entries.get(JAVA_INT, i * 8L)).isEqualTo(0x01010101);
                assertThat(entries.get(JAVA_SHORT, i * 8L + 4)).isEqualTo((short) 0x0101);
                assertThat(entries.get(JAVA_SHORT, i * 8L + 6))
                        .isEqualTo((short) (i == 1 || i == 2 ? 0xDBDB : 0x0101));
            }
        }
    }

    @Test
    void whatTheRealKernelWritesIsNew() {
        try (Sockets sockets = new Sockets()) {
            Posix checked = new CheckedPosix(sockets.posix());
            Sockets.Pair pair = sockets.unixPair();
            MemorySegment buffer = sockets.arena().allocate(16).fill((byte) 1);
            sockets.write(pair.near(), 3);
            assertThat(checked.read(pair.far(), buffer, 0, 16)).isEqualTo(3);
            assertThat(buffer.get(JAVA_BYTE, 2)).isZero();
            assertThat(buffer.get(JAVA_BYTE, 3)).isEqualTo(STALE);
            MemorySegment entries = sockets.entries(pair.near(), pair.far());
            assertThat(checked.poll(entries, 0, 2, 0)).isZero();
            assertThat(entries.get(JAVA_SHORT, 6)).isZero();
        }
    }

    @Test
    void whatThreadsShareIsCheckedToo() {
        Posix shared;
        try (Posix confined = Posix.confined()) {
            shared = confined.shareable();
        }
        try (shared) {
            assertThatThrownBy(() -> shared.eventfd(0, 0)).isInstanceOf(AssertionError.class);
        }
    }

    /** The tests' JVM has the property. */
    @Test
    void whereChecksAreOnTheKernelIsChecked() {
        try (Posix confined = Posix.confined()) {
            assertThat(confined).isInstanceOf(CheckedPosix.class);
        }
    }

    @Test
    void whereChecksAreOffNoneIsThere() throws Exception {
        Process process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-XX:+UseSerialGC", "-Xlog:class+load",
                "-cp", System.getProperty("java.class.path"), CheckedPosixTest.class.getName())
                .redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes());
            assertThat(said).contains("it is " + NativePosix.class + "\n")
                    .contains(" " + NativePosix.class.getName() + " source:")
                    .doesNotContain(" " + CheckedPosix.class.getName() + " source:");
        } finally {
            process.destroyForcibly();
        }
    }

    /** What a program without the property gets. */
    public static void main(String[] args) {
        try (Posix confined = Posix.confined(); Posix shared = confined.shareable()) {
            shared.close(-1);
            System.out.println("it is " + confined.getClass());
        }
    }
}
