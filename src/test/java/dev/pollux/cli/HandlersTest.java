package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.posix.SocketAddress;
import dev.pollux.server.Server;
import dev.pollux.server.ServerOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HandlersTest {
    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final BackgroundWriter writer = new BackgroundWriter(stdout, "test");

    private Server start(HandlerName handler) {
        return start(handler, new ServerOptions());
    }

    private Server start(HandlerName handler, ServerOptions options) {
        return new Server(options.address(SocketAddress.of("127.0.0.1", 0)), handler.open(writer)).start();
    }

    private static Socket connect(Server server) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.address().port());
    }

    /** Ends when the server has read all and hung up. */
    private static int hangUp(Socket socket) throws IOException {
        socket.shutdownOutput();
        return socket.getInputStream().read();
    }

    @Test
    void printWritesPeerAndEscapedPayload() throws IOException {
        int port;
        try (Server server = start(HandlerName.PRINT); Socket socket = connect(server)) {
            port = socket.getLocalPort();
            Frames.write(socket, "a\"b\\ \n\r\t\u001b[1mö");
            Frames.write(socket, "");
            assertThat(hangUp(socket)).isEqualTo(-1);
        }
        assertThat(writer.flush(20_000)).isTrue();
        assertThat(stdout.toString(StandardCharsets.UTF_8)).isEqualTo(
                "127.0.0.1:" + port + ": a\"b\\\\ \\n\\r\\t\\x1b[1m\\xc3\\xb6\n127.0.0.1:" + port + ": \n");
    }

    @Test
    void longPayloadIsPrintedInPart() {
        MemorySegment payload = MemorySegment.ofArray("x".repeat(70_000).getBytes(StandardCharsets.US_ASCII));
        assertThat(PrintHandler.escaped(payload, 0, payload.byteSize()))
                .isEqualTo("x".repeat(65_536) + "… (70000 bytes)");
    }

    @Test
    void discardAnswersNothing() throws IOException {
        try (Server server = start(HandlerName.DISCARD); Socket socket = connect(server)) {
            Frames.write(socket, "a");
            assertThat(hangUp(socket)).isEqualTo(-1);
            assertThat(server.snapshot().get(Counter.FRAMES_RECEIVED)).isEqualTo(1);
        }
    }

    @Test
    void broadcastGoesToAllOthers() throws IOException {
        try (Server server = start(HandlerName.BROADCAST);
                Socket one = connect(server); Socket two = connect(server); Socket three = connect(server)) {
            awaitClients(server, 3);
            Frames.write(one, "from one");
            assertThat(Frames.read(two)).isEqualTo("from one");
            assertThat(Frames.read(three)).isEqualTo("from one");
            Frames.write(two, "from two");
            assertThat(Frames.read(one)).isEqualTo("from two"); // And nothing of its own before that.
            assertThat(hangUp(three)).isNotEqualTo(-1);
            Frames.write(one, "again");
            assertThat(Frames.read(two)).isEqualTo("again");
        }
    }

    @Test
    void slowReceiverOfBroadcastIsClosedAndTheRestAreServed() throws IOException {
        ServerOptions options = new ServerOptions().highWatermarkBytes(4096).lowWatermarkBytes(4096);
        try (Server server = start(HandlerName.BROADCAST, options);
                Socket source = connect(server);
                Socket reader = connect(server);
                Socket slow = connect(server)) {
            assertThat(slow.isConnected()).isTrue();
            awaitClients(server, 3);
            String text = "x".repeat(4000);
            while (server.snapshot().get(Counter.CLOSED_UNSENT_LIMIT) == 0) {
                Frames.write(source, text);
                assertThat(Frames.read(reader)).isEqualTo(text);
            }
            Frames.write(source, "end");
            assertThat(Frames.read(reader)).isEqualTo("end");
        }
    }

    private static void awaitClients(Server server, long clients) {
        while (server.snapshot().get(Counter.CLIENTS_OPEN) < clients) {
            Thread.onSpinWait();
        }
    }

    @Test
    void tcpInfoAnswersEachFrameWithTheConnectionsRoundTrip() throws IOException {
        try (Server server = start(HandlerName.TCP_INFO); Socket socket = connect(server)) {
            assertThat(Frames.echo(socket, "")).matches("round trip [1-9]\\d* us \\(\\+- \\d+\\), segments:"
                    + " \\d+ unacknowledged, 0 lost, 0 sent again, congestion window \\d+");
            assertThat(Frames.echo(socket, "again")).startsWith("round trip ");
            assertThat(hangUp(socket)).isEqualTo(-1);
        }
    }
}
