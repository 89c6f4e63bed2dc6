package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.frame.Framing;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import dev.pollux.server.Client;
import dev.pollux.server.Handler;
import dev.pollux.server.Server;
import dev.pollux.server.ServerOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExchangeTest {
    private final ByteArrayOutputStream replies = new ByteArrayOutputStream();
    private TimeSpan timeout = new TimeSpan(Duration.ofSeconds(20));
    private Framing framing = Framing.u32le();

    private static ServerOptions options() {
        return new ServerOptions().address(SocketAddress.of("127.0.0.1", 0));
    }

    private static FrameSource texts(String... texts) {
        return FrameSource.of(Stream.of(texts).map(text -> text.getBytes(StandardCharsets.UTF_8)).toList());
    }

    private void run(SocketAddress server, FrameSource source) throws IOException {
        try (Posix posix = NativePosix.confined();
                Exchange exchange = new Exchange(posix, server, framing, timeout)) {
            exchange.run(source, replies);
        }
    }

    private void run(SocketAddress server, InputStream lines) throws IOException {
        try (Posix posix = NativePosix.confined();
                Exchange exchange = new Exchange(posix, server, framing, timeout)) {
            exchange.run(StreamLines.read(lines, exchange::wakeup), replies);
        }
    }

    private String lines() {
        return replies.toString(StandardCharsets.UTF_8);
    }

    @Test
    void eachFrameIsSentSoManyTimesAndEachReplyIsLine() throws IOException {
        try (Server server = new Server(options(), Client::send).start()) {
            run(server.address(), texts("one", "", "zwö").repeated(2));
        }
        assertThat(lines()).isEqualTo("one\none\n\n\nzwö\nzwö\n");
    }

    @Test
    void nothingToSendIsDoneAtOnce() throws IOException {
        try (Server server = new Server(options(), Client::send).start()) {
            run(server.address(), texts());
        }
        assertThat(replies.size()).isZero();
    }

    @Test
    void moreThanAllSocketBuffersHoldGoesBothWays() throws IOException {
        String line = "0123456789abcde\n";
        byte[] input = line.repeat(4 << 20 >> 4 << 3).getBytes(StandardCharsets.US_ASCII); // 32 MiB.
        try (Server server = new Server(options(), Client::send).start()) {
            run(server.address(), new ByteArrayInputStream(input));
        }
        assertThat(replies.toByteArray()).isEqualTo(input);
    }

    @Test
    void replyLargerThanTheBufferIsPutTogether() throws IOException {
        String text = "x".repeat(1_000_000);
        framing = Framing.line();
        ServerOptions options = options().framing(framing).bufferSize(2 << 20);
        try (Server server = new Server(options, Client::send).start()) {
            run(server.address(), texts(text, "end"));
        }
        assertThat(lines()).isEqualTo(text + "\nend\n");
    }

    @Test
    void lineIsSentAndAnsweredBeforeTheNextIsTyped() throws IOException {
        PipedOutputStream keyboard = new PipedOutputStream();
        try (Server server = new Server(options(), Client::send).start()) {
            InputStream stdin = new PipedInputStream(keyboard);
            keyboard.write("question\n".getBytes(StandardCharsets.US_ASCII));
            keyboard.flush();
            ByteArrayOutputStream screen = new ByteArrayOutputStream() {
                @Override
                public void flush() throws IOException {
                    if (toString(StandardCharsets.US_ASCII).equals("question\n")) {
                        keyboard.write("last".getBytes(StandardCharsets.US_ASCII)); // Without a line feed.
                        keyboard.close();
                    }
                }
            };
            try (Posix posix = NativePosix.confined();
                    Exchange exchange = new Exchange(posix, server.address(), framing, timeout)) {
                exchange.run(StreamLines.read(stdin, exchange::wakeup), screen);
            }
            assertThat(screen.toString(StandardCharsets.US_ASCII)).isEqualTo("question\nlast\n");
        }
    }

    @Test
    void serverThatClosesEarlySaysHowManyRepliesAreMissing() throws IOException {
        Handler once = (client, buffer, offset, length) -> {
            client.send(buffer, offset, length);
            client.close();
        };
        try (Server server = new Server(options(), once).start()) {
            SocketAddress address = server.address();
            assertThatThrownBy(() -> run(address, texts("a", "b", "c"))).isInstanceOf(Failure.class)
                    .hasMessage(address + " closed the connection; missing replies: 2 of 3");
        }
        assertThat(lines()).isEqualTo("a\n");
    }

    @Test
    void serverThatNeverRepliesIsGivenUp() throws IOException {
        timeout = new TimeSpan(Duration.ofMillis(50));
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SocketAddress address = SocketAddress.of("127.0.0.1", silent.getLocalPort());
            assertThatThrownBy(() -> run(address, texts("a"))).isInstanceOf(Failure.class)
                    .hasMessage(address + " did nothing for 50ms; missing replies: 1 of 1");
        }
    }

    @Test
    void serverThatForgetsFramesIsToldByItsHangingUp() throws IOException {
        try (Server server = new Server(options(), (client, buffer, offset, length) -> { }).start()) {
            assertThatThrownBy(() -> run(server.address(), texts("a"))).isInstanceOf(Failure.class)
                    .hasMessageEndingWith(" closed the connection; missing replies: 1 of 1");
        }
    }

    @Test
    void portWhereNobodyListensIsRefused() throws IOException {
        SocketAddress free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = SocketAddress.of("127.0.0.1", socket.getLocalPort());
        }
        assertThatThrownBy(() -> run(free, texts("a"))).isInstanceOf(PosixException.class)
                .hasMessage("connect " + free
                        + ": ECONNREFUSED (Connection refused); is the server running?");
    }

    @Test
    void replyInAnotherFramingIsRefused() throws IOException {
        byte[] noLength = "\u007f\u007f\u007f\u007f".getBytes(StandardCharsets.US_ASCII);
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (Socket socket = other.accept()) {
                    socket.getOutputStream().write(noLength);
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            SocketAddress address = SocketAddress.of("127.0.0.1", other.getLocalPort());
            assertThatThrownBy(() -> run(address, texts("a"))).isInstanceOf(Failure.class)
                    .hasMessageContaining("has it another --framing?; missing replies: 1 of 1");
        }
    }
}
