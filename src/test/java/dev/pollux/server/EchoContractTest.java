package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.frame.Framing;
import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes back is what was sent, however it is cut into segments. */
@Timeout(60)
class EchoContractTest {
    private static final int LARGEST_PAYLOAD = 4092;

    private static byte[] stream(int... sizes) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int size : sizes) {
            stream.writeBytes(TestClient.frame(TestClient.payload(size, 0)));
        }
        return stream.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void payloadsOfEverySizeBackToBackComeBackInOrder(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient client = server.connect();
            int[] sizes = new int[LARGEST_PAYLOAD + 1];
            Arrays.setAll(sizes, size -> size);
            byte[] all = stream(sizes);
            CompletableFuture<Void> written = client.writeAside(all, 1);
            assertThat(client.read(all.length)).isEqualTo(all);
            written.get();
            assertThat(server.count(Counter.FRAMES_RECEIVED)).isEqualTo(sizes.length);
            assertThat(server.count(Counter.FRAMES_SENT)).isEqualTo(sizes.length);
            assertThat(server.count(Counter.BYTES_RECEIVED)).isEqualTo(all.length);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void payloadsThatMadeThePrefixStraddleTheTutorialsBufferComeBack(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            for (int size : new int[] {19, 42, 85, 174}) {
                int[] sizes = new int[3 * 4096 / (size + 4)];
                Arrays.fill(sizes, size);
                byte[] all = stream(sizes);
                TestClient client = server.connect();
                client.write(all);
                assertThat(client.read(all.length)).as("payloads of %d bytes", size).isEqualTo(all);
                client.write(all);
                assertThat(client.read(all.length)).isEqualTo(all);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void framesSplitAroundThePrefixComeBack(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient client = server.connect();
            for (int size : new int[] {0, 1, 5, 4091, LARGEST_PAYLOAD}) {
                byte[] frame = stream(size);
                for (int split = 1; split < Math.min(frame.length, 10); split++) {
                    sendSplit(server, client, frame, split);
                }
                for (int split = Math.max(1, frame.length - 4); split < frame.length; split++) {
                    sendSplit(server, client, frame, split);
                }
            }
        }
    }

    private static void sendSplit(TestServer server, TestClient client, byte[] stream, int split)
            throws IOException {
        long received = server.count(Counter.BYTES_RECEIVED);
        client.write(Arrays.copyOf(stream, split));
        server.await(Counter.BYTES_RECEIVED, received + split); // So that there are two reads indeed.
        client.write(Arrays.copyOfRange(stream, split, stream.length));
        assertThat(client.read(stream.length)).as("split after %d", split).isEqualTo(stream);
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void framesThatStraddleTheReceiveBuffersEndComeBack(Backend backend) throws Exception {
        long buffer = TestServer.options(backend).receiveBufferBytes();
        try (TestServer server = TestServer.echo(backend)) {
            // With room for the longest unfinished frame in front, a read has 4 KiB less.
            for (long room : new long[] {buffer - 4096, buffer}) {
                for (int before = 0; before <= 5; before++) {
                    sendAcross(server, (int) room, before);
                }
            }
        }
    }

    /** Frames of which one ends just before {@code room} bytes are full, and more behind it. */
    private static void sendAcross(TestServer server, int room, int before) throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        while (stream.size() + 6000 < room) {
            stream.writeBytes(stream(LARGEST_PAYLOAD));
        }
        stream.writeBytes(stream(1900));
        stream.writeBytes(stream(room - stream.size() - before - 4));
        stream.writeBytes(stream(100, 0, 3));
        TestClient client = server.connect();
        // The loop stands still while all of it arrives: one read fills the buffer to its last byte.
        long reads = server.onLoop(() -> {
            client.write(stream.toByteArray());
            return server.count(Counter.READS_MADE);
        });
        assertThat(client.read(stream.size())).as("%d bytes before %d", before, room)
                .isEqualTo(stream.toByteArray());
        assertThat(server.count(Counter.READS_MADE)).isLessThanOrEqualTo(reads + 4);
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aFrameThatArrivesByteByByteComesBack(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient client = server.connect();
            byte[] stream = stream(300, 0, 7);
            for (int i = 0; i < stream.length; i++) {
                client.write(stream[i]);
                server.await(Counter.BYTES_RECEIVED, i + 1);
            }
            assertThat(client.read(stream.length)).isEqualTo(stream);
            assertThat(server.count(Counter.READS_MADE)).isEqualTo(stream.length);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void largeFramesAreContinuedInPlaceWhateverTheirPieces(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend).bufferSize(1 << 20);
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            TestClient client = server.connect();
            byte[] stream = stream((1 << 20) - 4, 0, 5000, 500_000, 4092, 4093, 1, 70_000);
            for (int piece : new int[] {stream.length, 100_003, 33_333, 5_001}) {
                CompletableFuture<Void> written = new CompletableFuture<>();
                Thread writer = Thread.ofPlatform().daemon().start(() -> {
                    try {
                        for (int at = 0; at < stream.length; at += piece) {
                            client.write(Arrays.copyOfRange(stream, at, Math.min(stream.length, at + piece)));
                        }
                        written.complete(null);
                    } catch (IOException e) {
                        written.completeExceptionally(e);
                    }
                });
                boolean same = Arrays.equals(client.read(stream.length), stream);
                assertThat(same).as("pieces of %d", piece).isTrue();
                written.get();
                writer.join();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void theRepliesToOneReadAreSentTogether(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient client = server.connect();
            byte[] stream = stream(10, 20, 0, 30, 40);
            client.write(stream);
            assertThat(client.read(stream.length)).isEqualTo(stream);
            server.settle();
            assertThat(server.count(Counter.READS_MADE)).isEqualTo(1);
            assertThat(server.count(Counter.SENDS_MADE)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void repliesLargerThanTheSendBufferArriveInOrder(Backend backend) throws Exception {
        byte[] payload = TestClient.payload(60_000, 1);
        MemorySegment most = MemorySegment.ofArray(payload);
        Handler handler = (client, buffer, offset, length) -> {
            for (int i = 0; i < 3; i++) {
                client.send(MemorySegment.ofArray(new byte[] {(byte) i}), 0, 1);
                client.send(most, 0, most.byteSize());
            }
        };
        try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
            TestClient client = server.connect();
            client.send(new byte[0]);
            for (int i = 0; i < 3; i++) {
                assertThat(client.receive()).containsExactly(i);
                assertThat(client.receive()).isEqualTo(payload);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void linesAndBigEndianFramesComeBackToo(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend);
        try (TestServer server = new TestServer(options.framing(Framing.line()), TestServer.ECHO)) {
            TestClient client = server.connect();
            byte[] lines = "one\ntwo\r\n\nthree\n".getBytes(StandardCharsets.US_ASCII);
            client.write(lines);
            assertThat(client.read(lines.length)).isEqualTo(lines);
        }
        try (TestServer server = new TestServer(options.framing(Framing.u32be()), TestServer.ECHO)) {
            TestClient client = server.connect();
            byte[] frames = {0, 0, 0, 2, 5, 6, 0, 0, 0, 0, 0, 0, 0, 1, 9};
            client.write(frames);
            assertThat(client.read(frames.length)).isEqualTo(frames);
        }
    }
}
