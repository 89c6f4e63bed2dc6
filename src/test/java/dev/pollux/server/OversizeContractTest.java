package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.frame.Framing;
import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames over the limit: refused when the prefix is known, after the good ones before them were answered. */
@Timeout(60)
class OversizeContractTest {
    private static final int LIMIT = 4096;
    private static final byte[] GOOD = TestClient.frame(TestClient.payload(100, 1));

    static Stream<Arguments> lengths() {
        return Arrays.stream(Backend.values()).flatMap(backend -> Stream.of(0xFFFF_FFFFL, 0xFFFF_FFFCL,
                0x8000_0000L, 0x7FFF_FFFFL, (long) LIMIT, LIMIT - 3L)
                .map(length -> Arguments.of(backend, length)));
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void aFrameOverTheLimitIsRefusedBeforeItsBodyComes(Backend backend, long length) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient other = server.connect();
            TestClient client = server.connect().write(TestClient.prefixed(length, new byte[0]));
            assertThat(client.readToEnd()).isZero();
            client.close();
            server.await(Counter.CLOSED_FRAME_TOO_LONG, 1);
            assertThat(server.warnings()).singleElement().asString()
                    .contains("a frame of " + (length + 4) + " bytes").contains(String.valueOf(LIMIT))
                    .contains("--buffer-size").contains(client.socket.getLocalPort() + "");
            assertThat(other.echo(new byte[] {7})).containsExactly(7);
        }
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void goodFramesBeforeItAreAnsweredFirst(Backend backend, long length) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            byte[] bad = TestClient.prefixed(length, TestClient.payload(300, 2));
            byte[] stream = new byte[2 * GOOD.length + bad.length];
            System.arraycopy(GOOD, 0, stream, 0, GOOD.length);
            System.arraycopy(GOOD, 0, stream, GOOD.length, GOOD.length);
            System.arraycopy(bad, 0, stream, 2 * GOOD.length, bad.length);
            TestClient client = server.connect().write(stream);
            assertThat(client.read(GOOD.length)).isEqualTo(GOOD);
            assertThat(client.read(GOOD.length)).isEqualTo(GOOD);
            assertThat(client.readToEnd()).isZero();
            client.close();
            server.await(Counter.CLOSED_FRAME_TOO_LONG, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void theLogShowsTheFirstBytesEscapedAndCut(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            String request = "GET / HTTP/1.1\r\nHost: \"example\"\r\n" + "x".repeat(500);
            TestClient client = server.connect().write(request.getBytes(StandardCharsets.US_ASCII));
            assertThat(client.readToEnd()).isZero();
            assertThat(server.warnings()).singleElement().asString()
                    .endsWith("it begins with \"GET / HTTP/1.1\\x0d\\x0aHost: \\x22example\\x22\\x0d\"…");
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aLineWithoutEndIsRefusedWhenItsLimitIsReached(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend).framing(Framing.line());
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            byte[] longest = new byte[LIMIT];
            Arrays.fill(longest, (byte) 'x');
            longest[LIMIT - 1] = '\n';
            TestClient client = server.connect().write(longest);
            assertThat(client.read(LIMIT)).isEqualTo(longest);
            longest[LIMIT - 1] = 'x';
            client.write(longest);
            assertThat(client.readToEnd()).isZero();
            client.close();
            server.await(Counter.CLOSED_FRAME_TOO_LONG, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void manyBadPeersAreLoggedOnce(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            for (int i = 0; i < 50; i++) {
                TestClient client = server.connect().write(TestClient.prefixed(-1, new byte[0]));
                assertThat(client.readToEnd()).isZero();
                client.close();
            }
            server.await(Counter.CLOSED_FRAME_TOO_LONG, 50);
            assertThat(server.warnings()).hasSizeLessThan(3);
        }
    }
}
