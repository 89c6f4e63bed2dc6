package dev.pollux.posix;

import static dev.pollux.bindings.linux.Libc.AF_INET;
import static dev.pollux.bindings.linux.Libc.AF_UNIX;
import static dev.pollux.bindings.linux.Libc.EPOLLIN;
import static dev.pollux.bindings.linux.Libc.EPOLL_CLOEXEC;
import static dev.pollux.bindings.linux.Libc.EPOLL_CTL_ADD;
import static dev.pollux.bindings.linux.Libc.MSG_NOSIGNAL;
import static dev.pollux.bindings.linux.Libc.RLIMIT_NOFILE;
import static dev.pollux.bindings.linux.Libc.SHUT_WR;
import static dev.pollux.bindings.linux.Libc.SOCK_CLOEXEC;
import static dev.pollux.bindings.linux.Libc.SOCK_NONBLOCK;
import static dev.pollux.bindings.linux.Libc.SOCK_STREAM;
import static dev.pollux.bindings.linux.Libc.SOL_SOCKET;
import static dev.pollux.bindings.linux.Libc.SO_REUSEADDR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.bindings.linux.rlimit;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TracingPosixTest {
    private final Sockets sockets = new Sockets();
    private final List<String> lines = new ArrayList<>();
    private final Posix posix = new TracingPosix(sockets.posix(), Trace.toLines(lines::add));

    @AfterEach
    void close() {
        sockets.close();
    }

    /** The lines so far, without their times. */
    private List<String> calls() {
        assertThat(lines).allMatch(line -> line.matches(".* <\\d+\\.\\d{6}>"));
        return lines.stream().map(line -> line.replaceFirst(" <[^<]*>$", "")).toList();
    }

    @Test
    void bytesThatAreSentAndRead() {
        Sockets.Pair pair = sockets.unixPair();
        MemorySegment buffer = sockets.arena().allocate(64);
        posix.send(pair.near(), buffer, 0, 9, MSG_NOSIGNAL());
        posix.read(pair.far(), buffer, 0, 64);
        posix.read(pair.far(), buffer, 0, 64);
        posix.shutdown(pair.near(), SHUT_WR());
        posix.read(pair.far(), buffer, 0, 64);
        posix.close(-1);
        assertThat(calls()).containsExactly(
                "send(" + pair.near() + ", …, 9, MSG_NOSIGNAL) = 9",
                "read(" + pair.far() + ", …, 64) = 9",
                "read(" + pair.far() + ", …, 64) = -1 EAGAIN (Resource temporarily unavailable)",
                "shutdown(" + pair.near() + ", SHUT_WR) = 0",
                "read(" + pair.far() + ", …, 64) = 0",
                "close(-1) = -1 EBADF (Bad file descriptor)");
    }

    @Test
    void addressesAreShownAndConstantsNamed() {
        int type = SOCK_STREAM() | SOCK_CLOEXEC() | SOCK_NONBLOCK();
        int fd = sockets.own(posix.socket(AF_INET(), type, 0));
        MemorySegment any = SocketAddress.of("127.0.0.1", 0).toSegment(sockets.arena());
        posix.setsockopt(fd, SOL_SOCKET(), SO_REUSEADDR(), sockets.ints(1));
        posix.bind(fd, any);
        posix.listen(fd, 7);
        SocketAddress address = SocketAddress.ofSocket(posix, fd);
        posix.accept4(fd, MemorySegment.NULL, MemorySegment.NULL, SOCK_NONBLOCK());
        posix.getrlimit(RLIMIT_NOFILE(), rlimit.allocate(sockets.arena()));
        assertThat(calls()).containsExactly(
                "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = " + fd,
                "setsockopt(" + fd + ", SOL_SOCKET, SO_REUSEADDR, …, 4) = 0",
                "bind(" + fd + ", 127.0.0.1:0, 16) = 0",
                "listen(" + fd + ", 7) = 0",
                "getsockname(" + fd + ", " + address + ", …) = 0",
                "accept4(" + fd + ", NULL, NULL, SOCK_NONBLOCK) = -1 EAGAIN (Resource temporarily"
                        + " unavailable)",
                "getrlimit(RLIMIT_NOFILE, …) = 0");
    }

    @Test
    void theAddressOfAnotherFamilyIsNotTakenForAnInternetOne() {
        MemorySegment unix = sockets.arena().allocate(110);
        unix.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX());
        posix.bind(-1, unix);
        assertThat(calls()).containsExactly("bind(-1, …, 110) = -1 EBADF (Bad file descriptor)");
    }

    @Test
    void whatIsReadyIsShownOfAnArrayHoweverLong() {
        int[] fds = new int[30];
        for (int i = 0; i < fds.length; i++) {
            fds[i] = sockets.unixPair().near();
        }
        fds[20] = 9999; // POLLNVAL.
        MemorySegment entries = sockets.entries(fds);
        posix.poll(entries, 0, 30, 0);
        posix.poll(entries, 0, 20, 0); // Behind these, revents are stale.
        for (int i = 0; i < 12; i++) {
            pollfd.fd(pollfd.asSlice(entries, i), 9999);
        }
        posix.poll(entries, 0, 30, 0);
        assertThat(calls()).containsExactly("poll([{fd=9999, revents=POLLNVAL}, …], 30, 0) = 1",
                "poll([…], 20, 0) = 0",
                "poll([" + "{fd=9999, revents=POLLNVAL}, ".repeat(8) + "…], 30, 0) = 13");
        lines.clear();
        posix.poll(entries, 0, 1, 0);
        assertThat(calls()).containsExactly("poll([{fd=9999, revents=POLLNVAL}], 1, 0) = 1");
    }

    @Test
    void epollShowsWhatTheKernelWrote() {
        Sockets.Pair pair = sockets.unixPair();
        int epoll = sockets.own(posix.epollCreate1(EPOLL_CLOEXEC()));
        MemorySegment event = sockets.arena().allocate(EpollEvent.BYTES * 2, 8);
        EpollEvent.set(event, 0, EPOLLIN(), 42);
        posix.epollCtl(epoll, EPOLL_CTL_ADD(), pair.far(), event);
        posix.epollWait(epoll, event, 2, 0);
        sockets.write(pair.near(), 1);
        posix.epollWait(epoll, event, 2, 0);
        assertThat(calls()).containsExactly("epoll_create1(EPOLL_CLOEXEC) = " + epoll,
                "epoll_ctl(" + epoll + ", EPOLL_CTL_ADD, " + pair.far() + ", {events=EPOLLIN, data=42}) = 0",
                "epoll_wait(" + epoll + ", [], 2, 0) = 0",
                "epoll_wait(" + epoll + ", [{events=EPOLLIN, data=42}], 2, 0) = 1");
    }

    @Test
    void onlyTheChosenCallsAreSeenAndTheOthersAreMade() {
        Posix chosen = new TracingPosix(sockets.posix(), Trace.toLines(lines::add).only(Set.of("read")));
        Sockets.Pair pair = sockets.unixPair();
        MemorySegment buffer = sockets.arena().allocate(8);
        assertThat(chosen.send(pair.near(), buffer, 0, 8, MSG_NOSIGNAL())).isEqualTo(8);
        assertThat(chosen.read(pair.far(), buffer, 0, 8)).isEqualTo(8);
        assertThat(calls()).containsExactly("read(" + pair.far() + ", …, 8) = 8");
    }

    @Test
    void whatOtherThreadsShareIsSeenToo() {
        int fd = sockets.eventfd();
        try (Posix shared = posix.shareable()) {
            shared.eventfdWrite(fd, 1);
        }
        assertThat(calls()).containsExactly("eventfd_write(" + fd + ", 1) = 0");
    }

    /** Whoever adds a call to Posix is told here if it cannot be seen, or says something else than it did. */
    @Test
    void everyCallGoesThroughUnchangedAndIsSeenUnderAKnownName() throws Exception {
        List<List<Object>> made = new ArrayList<>();
        Posix kernel = (Posix) Proxy.newProxyInstance(Posix.class.getClassLoader(),
                new Class<?>[] {Posix.class}, (proxy, method, arguments) -> {
                    made.add(List.of(method.getName(), Arrays.asList(arguments)));
                    return method.getReturnType() == long.class ? (Object) 77L : 77;
                });
        List<String> seen = new ArrayList<>();
        Posix traced = new TracingPosix(kernel, name -> (result, fd, arguments) -> {
            seen.add(name);
            assertThat(result).isEqualTo(77);
        });
        Set<String> names = new HashSet<>();
        try (Arena arena = Arena.ofConfined()) {
            for (Method method : Posix.class.getMethods()) {
                if (method.getParameterCount() > 0) { // Those without are about the instance itself.
                    Object[] arguments = arguments(method, arena);
                    seen.clear();
                    Number result = (Number) method.invoke(traced, arguments);
                    assertThat(result.longValue()).isEqualTo(77);
                    assertThat(made.getLast()).isEqualTo(List.of(method.getName(), Arrays.asList(arguments)));
                    assertThat(seen).hasSize(1).allMatch(
                            name -> name.replace("_", "").equalsIgnoreCase(method.getName()));
                    names.addAll(seen);
                }
            }
        }
        assertThat(TracingPosix.NAMES).containsExactlyInAnyOrderElementsOf(names);
    }

    private static Object[] arguments(Method method, Arena arena) {
        Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            Class<?> type = method.getParameterTypes()[i];
            arguments[i] = type == int.class ? (Object) (i + 1)
                    : type == long.class ? (Object) (i + 100L) : arena.allocate(16);
        }
        return arguments;
    }

    @Test
    void callsBecomeEventsWhileARecordingWantsThem() throws Exception {
        Posix recorded = new TracingPosix(sockets.posix(), Trace.toFlightRecorder());
        Sockets.Pair pair = sockets.unixPair();
        MemorySegment buffer = sockets.arena().allocate(8);
        recorded.send(pair.near(), buffer, 0, 1, MSG_NOSIGNAL());
        List<RecordedEvent> events;
        try (Recorded recording = new Recorded("SystemCall")) {
            recorded.send(pair.near(), buffer, 0, 3, MSG_NOSIGNAL());
            recorded.read(pair.near(), buffer, 0, 8);
            recorded.poll(sockets.entries(pair.far()), 0, 1, 0);
            // An event's time is the call's: this one waits for the end of its time-out.
            recorded.poll(sockets.entries(pair.near()), 0, 1, 30);
            events = recording.events();
        }
        recorded.read(pair.far(), buffer, 0, 8);
        assertThat(events).extracting(event -> event.getString("name") + " " + event.getInt("descriptor")
                + " " + event.getLong("result") + " " + event.getString("errno")).containsExactly(
                        "send " + pair.near() + " 3 null", "read " + pair.near() + " -1 EAGAIN",
                        "poll -1 1 null", "poll -1 0 null");
        assertThat(events.get(3).getDuration().toMillis()).isBetween(29L, 10_000L);
    }
}
