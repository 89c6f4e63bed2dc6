package dev.pollux.server;

import static dev.pollux.bindings.linux.Libc.AF_INET;
import static dev.pollux.bindings.linux.Libc.MSG_NOSIGNAL;
import static dev.pollux.bindings.linux.Libc.SOCK_NONBLOCK;
import static dev.pollux.bindings.linux.Libc.SOCK_STREAM;
import static dev.pollux.bindings.linux.Libc.SOL_SOCKET;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.Sockets;
import dev.pollux.tutorial.SpinException;
import dev.pollux.tutorial.TutorialFirstListing;
import dev.pollux.tutorial.TutorialReader;
import dev.pollux.tutorial.TutorialServer;
import dev.pollux.tutorial.ZigError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the tutorial's code gets wrong: its port fails, then our server, given the same, does not. The page
 * src/site/defects.md tells it, and is checked for the inputs that are used here.
 */
@Timeout(60)
class TutorialDefectsTest {
    private static final int BUFFER_BYTES = 4096;
    private static final Set<Integer> STRADDLING = new TreeSet<>(List.of(19, 42, 85, 174, 2043, 4089, 4090));
    private static final long FIRST_OVERFLOW = 0xFFFF_FFFCL;
    private static final int MAX_CLIENTS = 2;
    // SO_TIMESTAMPING with SOF_TIMESTAMPING_TX_SOFTWARE | _SOFTWARE | _OPT_TSONLY: linux/net_tstamp.h.
    private static final int SO_TIMESTAMPING = 37;
    private static final int WHEN_IT_LEFT = 1 << 1 | 1 << 4 | 1 << 11;

    private final Sockets sockets = new Sockets();
    private final int listener = sockets.listener("127.0.0.1");
    private final List<Integer> accepted = new ArrayList<>(); // And not closed since, by the original.
    private final Posix kernel = Intercepted.call(Intercepted.call(sockets.posix(), "accept4",
            (arguments, call) -> keep((int) call.call())), "close", (arguments, call) -> {
                accepted.remove(arguments[0]);
                return call.call();
            });

    private int keep(int fd) {
        if (fd >= 0) {
            accepted.add(fd);
        }
        return fd;
    }

    @AfterEach
    void close() {
        accepted.forEach(sockets.posix()::close);
        sockets.close();
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("src/site/defects.md")).replaceAll("\\s+", " ");
    }

    private static byte[] frames(int payload, int count) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            bytes.writeBytes(TestClient.frame(TestClient.payload(payload, i)));
        }
        return bytes.toByteArray();
    }

    private void send(int fd, byte[] bytes) {
        MemorySegment copy = sockets.arena().allocateFrom(JAVA_BYTE, bytes);
        assertThat(sockets.posix().send(fd, copy, 0, bytes.length, MSG_NOSIGNAL())).isEqualTo(bytes.length);
    }

    /** Enough frames to fill the buffer twice, at least. */
    private static int enough(int payload) {
        return 2 * BUFFER_BYTES / (4 + payload) + 1;
    }

    // 1. A length prefix across the end of the buffer.

    /** What the reader says in the end, with the peer still there. */
    private String endOf(int payload, int frames) {
        Sockets.Pair pair = sockets.unixPair();
        send(pair.near(), frames(payload, frames));
        int messages = 0;
        try (TutorialReader reader = new TutorialReader(sockets.posix(), BUFFER_BYTES)) {
            while (true) {
                assertThat(reader.readMessage(pair.far()).byteSize()).isEqualTo(payload);
                messages++;
            }
        } catch (ZigError e) {
            return e.getMessage() + " after " + messages;
        } finally {
            sockets.close(pair.near());
            sockets.close(pair.far());
        }
    }

    @Test
    void theOriginalTakesAPrefixAcrossTheEndOfItsBufferForTheEndOfTheStream() throws IOException {
        Set<Integer> died = new TreeSet<>();
        for (int payload = 0; payload <= BUFFER_BYTES - 4; payload++) {
            int frames = enough(payload);
            String end = endOf(payload, frames);
            if (!end.equals("WouldBlock after " + frames)) {
                assertThat(end).isEqualTo("Closed after " + BUFFER_BYTES / (4 + payload));
                died.add(payload);
            }
        }
        assertThat(died).isEqualTo(STRADDLING);
        assertThat(page()).contains("payloads of "
                + died.stream().map(String::valueOf).collect(Collectors.joining(", ")) + " bytes");
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void oursReadsThemAll(Backend backend) throws IOException {
        try (TestServer server = TestServer.echo(backend)) {
            for (int payload : STRADDLING) {
                byte[] frames = frames(payload, enough(payload));
                assertThat(server.connect().write(frames).read(frames.length)).isEqualTo(frames);
            }
        }
    }

    // 2. A length that overflows 32 bits.

    @Test
    void theOriginalAddsFourToALengthAndIsThrownOutOfItsLoopByFourBytes() throws IOException {
        assertThat(page()).contains("0x%X".formatted(FIRST_OVERFLOW));
        for (long length = FIRST_OVERFLOW; length <= 0xFFFF_FFFFL; length++) {
            int peer = sockets.connect(listener);
            try (TutorialServer server = new TutorialServer(kernel, listener, MAX_CLIENTS)) {
                server.turn(Sockets.PATIENCE_MILLIS);
                send(peer, TestClient.prefixed(length, new byte[0]));
                assertThatExceptionOfType(IndexOutOfBoundsException.class)
                        .isThrownBy(() -> server.turn(Sockets.PATIENCE_MILLIS));
            }
            sockets.close(peer);
        }
    }

    @Test
    void theOriginalRefusesTheLengthBefore() {
        int peer = sockets.connect(listener);
        try (TutorialServer server = new TutorialServer(kernel, listener, MAX_CLIENTS)) {
            server.turn(Sockets.PATIENCE_MILLIS);
            send(peer, TestClient.prefixed(FIRST_OVERFLOW - 1, new byte[0]));
            server.turn(Sockets.PATIENCE_MILLIS);
            assertThat(server.connected()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void oursRefusesThatClientAndServesTheOthers(Backend backend) throws IOException {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient other = server.connect();
            for (long length = FIRST_OVERFLOW - 1; length <= 0xFFFF_FFFFL; length++) {
                TestClient client = server.connect().write(TestClient.prefixed(length, new byte[0]));
                assertThat(client.readToEnd()).isZero();
                client.close();
            }
            assertThat(other.echo(new byte[] {1})).containsExactly(1);
            server.await(Counter.CLOSED_FRAME_TOO_LONG, 5);
        }
    }

    // 3. An error or a hang-up without POLLIN.

    /** Has the kernel queue a message for each segment that leaves: POLLERR, though nothing is wrong. */
    private static void timestamps(Posix posix, int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(JAVA_INT, WHEN_IT_LEFT);
            int result = posix.setsockopt(fd, SOL_SOCKET(), SO_TIMESTAMPING, value);
            PosixException.check(result, "SO_TIMESTAMPING");
        }
    }

    @Test
    void theOriginalSpinsOnPollerrWithoutPollin() throws IOException {
        assertThat(page()).contains("SO_TIMESTAMPING");
        sockets.connect(listener);
        try (TutorialServer server = new TutorialServer(kernel, listener, MAX_CLIENTS)) {
            server.turn(Sockets.PATIENCE_MILLIS);
            timestamps(sockets.posix(), accepted.getFirst());
            sockets.write(accepted.getFirst(), 1);
            assertThatExceptionOfType(SpinException.class)
                    .isThrownBy(() -> server.turn(Sockets.PATIENCE_MILLIS)).withMessage("revents 8");
        }
    }

    @Test
    void theOriginalSpinsOnPollhupWithoutPollin() throws IOException {
        assertThat(page()).contains("never connected");
        int unconnected = sockets.posix().socket(AF_INET(), SOCK_STREAM() | SOCK_NONBLOCK(), 0);
        Posix hangsUp = Intercepted.call(kernel, "accept4", (arguments, call) ->
                accepted.isEmpty() ? keep(unconnected) : -Errno.EAGAIN.number);
        sockets.connect(listener);
        try (TutorialServer server = new TutorialServer(hangsUp, listener, MAX_CLIENTS)) {
            server.turn(Sockets.PATIENCE_MILLIS);
            assertThatExceptionOfType(SpinException.class)
                    .isThrownBy(() -> server.turn(Sockets.PATIENCE_MILLIS)).withMessage("revents 16");
        }
    }

    /** select(2) has no error among its answers that it would not call readable. */
    @ParameterizedTest
    @EnumSource(value = Backend.class, mode = EnumSource.Mode.EXCLUDE, names = "SELECT")
    void oursClosesAClientWithAnErrorAndNothingToRead(Backend backend) throws IOException {
        Handler handler = (client, buffer, offset, length) -> {
            try (Posix posix = NativePosix.confined()) {
                timestamps(posix, client.fd());
            }
            client.send(buffer, offset, length);
        };
        try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
            TestClient client = server.connect();
            assertThat(client.echo(new byte[] {1})).containsExactly(1);
            server.await(Counter.CLOSED_BY_RESET, 1);
            assertThat(server.count(Counter.ITERATIONS_MADE)).isLessThan(20);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void oursClosesASocketThatWasNeverConnected(Backend backend) {
        AtomicInteger first = new AtomicInteger();
        ServerOptions options = TestServer.options(backend).posix(() -> {
            Posix posix = NativePosix.confined();
            return Intercepted.call(posix, "accept4", (arguments, call) -> {
                int fd = (int) call.call();
                if (fd >= 0 && first.getAndIncrement() == 0) {
                    posix.close(fd);
                    return posix.socket(AF_INET(), SOCK_STREAM() | SOCK_NONBLOCK(), 0);
                }
                return fd;
            });
        });
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            server.connect();
            server.await(Counter.CLOSED_BY_RESET, 1);
            assertThat(server.count(Counter.ITERATIONS_MADE)).isLessThan(20);
        }
    }

    // 4. The entry too many.

    @Test
    void theOriginalsFirstListingForgetsAClientWhoNeverLeft() throws IOException {
        assertThat(page()).contains("A and B connect, A leaves, C connects, B speaks");
        try (TutorialFirstListing server = new TutorialFirstListing(kernel, listener)) {
            int a = sockets.connect(listener);
            server.turn(Sockets.PATIENCE_MILLIS);
            int b = sockets.connect(listener);
            server.turn(Sockets.PATIENCE_MILLIS);
            send(b, "first".getBytes());
            server.turn(Sockets.PATIENCE_MILLIS);
            assertThat(server.got).containsExactly("first");
            sockets.close(a);
            server.turn(Sockets.PATIENCE_MILLIS);
            int c = sockets.connect(listener);
            server.turn(Sockets.PATIENCE_MILLIS);
            assertThat(accepted).as("descriptors that it has open").hasSize(2);
            send(b, "second".getBytes());
            assertThat(server.turn(200)).as("ready within 200 ms").isZero();
            send(c, "third".getBytes());
            server.turn(Sockets.PATIENCE_MILLIS);
            assertThat(server.got).containsExactly("first", "third");
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void oursHearsHimStill(Backend backend) throws IOException {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient a = server.connect();
            a.echo(new byte[] {1});
            TestClient b = server.connect();
            b.echo(new byte[] {2});
            a.close();
            server.await(Counter.CLOSED_BY_PEER, 1);
            server.connect().echo(new byte[] {3});
            assertThat(b.echo(new byte[] {4})).containsExactly(4);
        }
    }

    // 5. Limits that nobody checks, and shortages that nobody waits out.

    @Test
    void theOriginalIsEndedByOneClientMoreThanItHasRoomFor() throws IOException {
        assertThat(page()).contains("one client more than `max`");
        for (int i = 0; i <= MAX_CLIENTS; i++) {
            sockets.connect(listener);
        }
        try (TutorialServer server = new TutorialServer(kernel, listener, MAX_CLIENTS)) {
            assertThatThrownBy(() -> server.turn(Sockets.PATIENCE_MILLIS))
                    .isInstanceOf(ArrayIndexOutOfBoundsException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void oursLetsThatOneWaitForAPlace(Backend backend) throws IOException {
        ServerOptions options = TestServer.options(backend).maxClients(MAX_CLIENTS);
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            TestClient first = server.connect();
            first.echo(new byte[] {1});
            server.connect().echo(new byte[] {2});
            TestClient waiting = server.connect().send(new byte[] {3});
            server.settle();
            assertThat(server.count(Counter.CLIENTS_ACCEPTED)).isEqualTo(MAX_CLIENTS);
            first.close();
            assertThat(waiting.receive()).containsExactly(3);
        }
    }

    @Test
    void theOriginalAsksAgainAtOnceWhenThereAreNoDescriptorsLeft() throws IOException {
        assertThat(page()).contains("EMFILE");
        Posix full = Intercepted.call(kernel, "accept4", (arguments, call) -> -Errno.EMFILE.number);
        sockets.connect(listener);
        try (TutorialServer server = new TutorialServer(full, listener, MAX_CLIENTS)) {
            for (int i = 0; i < 1000; i++) {
                assertThat(server.turn(Sockets.PATIENCE_MILLIS)).as("poll does not wait").isEqualTo(1);
            }
            assertThat(server.log).hasSize(1000);
        }
    }

    @Test
    void oursWaitsLongerEachTime() throws Exception {
        ServerOptions options = TestServer.options(Backend.POLL).posix(() -> Intercepted.call(
                NativePosix.confined(), "accept4", (arguments, call) -> -Errno.EMFILE.number));
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            server.connect();
            assertThat(new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(server.count(Counter.ACCEPTS_MADE)).isBetween(1L, 6L); // After 0, 10, 30, 70, 150 ms.
            assertThat(server.warnings()).hasSize(1);
        }
    }

    /** Both have sent all before either is asked. */
    @Test
    void theOriginalReadsOneClientEmptyWhileTheOthersWait() throws IOException {
        assertThat(page()).contains("30 full frames");
        int greedy = sockets.connect(listener);
        int modest = sockets.connect(listener);
        try (TutorialServer server = new TutorialServer(kernel, listener, MAX_CLIENTS)) {
            server.turn(Sockets.PATIENCE_MILLIS);
            byte[] full = new byte[BUFFER_BYTES - 4];
            Arrays.fill(full, (byte) 'g');
            for (int i = 0; i < 30; i++) {
                send(greedy, TestClient.frame(full));
            }
            send(modest, TestClient.frame("modest".getBytes()));
            server.turn(Sockets.PATIENCE_MILLIS);
            assertThat(server.got.indexOf("modest")).isEqualTo(30);
        }
    }

    @Test
    void oursReadsOnceFromEach() throws Exception {
        List<Long> lengths = new CopyOnWriteArrayList<>();
        Handler handler = (client, buffer, offset, length) -> lengths.add(length);
        try (TestServer server = new TestServer(TestServer.options(Backend.POLL), handler)) {
            TestClient greedy = server.connect();
            TestClient modest = server.connect();
            server.await(Counter.CLIENTS_ACCEPTED, 2);
            CountDownLatch bothHaveSent = new CountDownLatch(1);
            server.server.execute(() -> {
                try {
                    assertThat(bothHaveSent.await(10, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            for (int i = 0; i < 30; i++) {
                greedy.send(new byte[BUFFER_BYTES - 4]);
            }
            modest.send(new byte[6]);
            bothHaveSent.countDown();
            server.await(Counter.FRAMES_RECEIVED, 31);
            // A read takes 64 KiB, and one of them may have come before the wait.
            assertThat(lengths.indexOf(6L)).isBetween(1, 2 * (64 << 10) / BUFFER_BYTES - 1);
        }
    }
}
