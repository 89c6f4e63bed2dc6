package dev.pollux.server;

import dev.pollux.poller.Backend;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A handler that answers a short frame, which says a number, with as many frames of 64 KiB. */
final class Flood {
    /** More than the kernel's buffers hold between two sockets of one machine. */
    static final int MANY = 200;

    static final Handler HANDLER = Flood::answer;
    private static final MemorySegment PAYLOAD = MemorySegment.ofArray(TestClient.payload((64 << 10) - 4, 0));

    private Flood() {
    }

    /** Room for twice that many. */
    static ServerOptions options(Backend backend) {
        return TestServer.options(backend).unsentLimitBytes(2 * bytes(MANY));
    }

    static long bytes(int frames) {
        return (long) frames << 16;
    }

    static TestClient ask(TestClient client, int frames) throws IOException {
        return client.send(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(frames).array());
    }

    private static void answer(Client client, MemorySegment buffer, long offset, long length) {
        int frames = buffer.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
        for (int i = 0; i < frames; i++) {
            client.send(PAYLOAD, 0, PAYLOAD.byteSize());
        }
    }
}
