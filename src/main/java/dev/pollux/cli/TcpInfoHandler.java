package dev.pollux.cli;

import dev.pollux.posix.TcpInfo;
import dev.pollux.server.Client;
import dev.pollux.server.Handler;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Answers each frame, whatever it says, with what the kernel knows about the connection; with {@code
 * --framing line}, {@code nc} and the Enter key show it.
 */
final class TcpInfoHandler implements Handler {
    @Override
    public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
        client.tcpInfo().ifPresent(info -> {
            byte[] text = text(info).getBytes(StandardCharsets.UTF_8);
            client.send(MemorySegment.ofArray(text), 0, text.length);
        });
    }

    static String text(TcpInfo info) {
        return "round trip " + info.roundTripMicros() + " us (+- " + info.roundTripVarianceMicros()
                + "), segments: " + info.unackedSegments() + " unacknowledged, " + info.lostSegments()
                + " lost, " + info.resentSegments() + " sent again, congestion window "
                + info.congestionWindowSegments();
    }
}
