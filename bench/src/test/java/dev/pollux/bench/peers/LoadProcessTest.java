package dev.pollux.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.bench.harness.Workshop;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The load generator believes nobody. */
class LoadProcessTest {
    private static final Load LOAD = Load.busy("test", "", 3, 2, 4, 100);
    private static final int MILLIS = 100;
    private static final int HONEST_BYTES = 64 + 1_000; // What opening takes, and some frames of the load.

    private Workshop workshop;
    private ServerSocket listener;

    @BeforeEach
    void open() throws IOException {
        assumeTrue(Workshop.hasCompiler(), "there is no C compiler");
        workshop = new Workshop();
        listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        if (workshop != null) {
            listener.close();
            workshop.close();
        }
    }

    @Test
    void honestServerIsMeasured() throws Exception {
        serve((bytes, before, out, length) -> out.write(bytes, 0, length));
        try (LoadProcess load = start()) {
            load.open(LOAD);
            Slice slice = load.run(LOAD, MILLIS);
            assertThat(slice.messages()).isPositive().isEqualTo(slice.latencies().getTotalCount());
            assertThat(slice.wallNanos()).isGreaterThanOrEqualTo(MILLIS * 1_000_000L);
            assertThat(slice.serverNanos()).isPositive();
            assertThat(slice.loadNanos()).isPositive().isLessThan(slice.wallNanos() * 2);
            assertThat(load.run(Load.trickle("test", "", 3, 200), MILLIS).messages()).isBetween(5L, 45L);
            assertThat(load.run(Load.light("test", "", 3, 200), MILLIS).messages()).isBetween(5L, 45L);
        }
    }

    @Test
    void wrongByteIsFound() throws Exception {
        serve((bytes, before, out, length) -> {
            if (before + length > HONEST_BYTES) {
                bytes[length - 1] ^= 1;
            }
            out.write(bytes, 0, length);
        });
        try (LoadProcess load = start()) {
            load.open(LOAD);
            assertThatThrownBy(() -> load.run(LOAD, MILLIS)).hasMessageContaining("wrong byte on connection");
        }
    }

    @Test
    void bytesThatNobodyAskedForAreFound() throws Exception {
        serve((bytes, before, out, length) -> {
            out.write(bytes, 0, length);
            if (before + length > HONEST_BYTES) {
                out.write(0);
            }
        });
        try (LoadProcess load = start()) {
            load.open(LOAD);
            assertThatThrownBy(() -> load.run(LOAD, MILLIS))
                    .hasMessageMatching(".*(not asked for|wrong byte).*");
        }
    }

    @Test
    void serverThatHangsUpIsFound() throws Exception {
        serve((bytes, before, out, length) -> {
            if (before + length > HONEST_BYTES) {
                throw new IOException("enough");
            }
            out.write(bytes, 0, length);
        });
        try (LoadProcess load = start()) {
            load.open(LOAD);
            assertThatThrownBy(() -> load.run(LOAD, MILLIS)).hasMessageMatching(".*(closed by|reset|pipe).*");
        }
    }

    private LoadProcess start() throws IOException, InterruptedException {
        return LoadProcess.start(workshop, listener.getLocalPort(), ProcessHandle.current().pid(), -1);
    }

    /** Accepts until the listener is closed; each connection has a thread. */
    private void serve(Reply reply) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    Socket client = listener.accept();
                    client.setTcpNoDelay(true);
                    Thread.ofPlatform().daemon().start(() -> echo(client, reply));
                }
            } catch (IOException e) {
                // The test is over.
            }
        });
    }

    private static void echo(Socket client, Reply reply) {
        try (client; InputStream in = client.getInputStream(); OutputStream out = client.getOutputStream()) {
            byte[] bytes = new byte[8192];
            long before = 0;
            int length;
            while ((length = in.read(bytes)) > 0) {
                reply.to(bytes, before, out, length);
                before += length;
            }
        } catch (IOException e) {
            // The load is gone, or is meant to be.
        }
    }

    private interface Reply {
        void to(byte[] bytes, long before, OutputStream out, int length) throws IOException;
    }
}
