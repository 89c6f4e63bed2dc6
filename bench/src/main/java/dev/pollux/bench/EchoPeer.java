package dev.pollux.bench;

import static dev.pollux.bindings.linux.Libc.MSG_NOSIGNAL;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Sends a frame and reads one as long, on a blocking socket. One thread. */
final class EchoPeer {
    static final int PAYLOAD = 16;
    static final int FRAME = Integer.BYTES + PAYLOAD;

    private final Posix posix;
    private final MemorySegment frame;
    private final MemorySegment reply;

    EchoPeer(Posix posix, Arena arena) {
        this.posix = posix;
        this.frame = arena.allocate(FRAME, Long.BYTES);
        this.reply = arena.allocate(FRAME, Long.BYTES);
        frame.fill((byte) 'x').set(JAVA_INT, 0, PAYLOAD);
    }

    void send(int fd) {
        long sent = posix.send(fd, frame, 0, FRAME, MSG_NOSIGNAL());
        if (sent != FRAME) {
            throw new PosixException("send", sent);
        }
    }

    /** Waits for all of the reply. */
    void receive(int fd) {
        long received = 0;
        while (received < FRAME) {
            long n = posix.read(fd, reply, received, FRAME - received);
            if (n <= 0) {
                throw new PosixException("read", n);
            }
            received += n;
        }
    }

    /** Whether the last reply is what was sent. */
    boolean isEchoed() {
        return reply.mismatch(frame) < 0;
    }
}
