package dev.pollux.cli;

import static dev.pollux.bindings.linux.Libc.IPPROTO_TCP;
import static dev.pollux.bindings.linux.Libc.MSG_NOSIGNAL;
import static dev.pollux.bindings.linux.Libc.SHUT_WR;
import static dev.pollux.bindings.linux.Libc.SOCK_CLOEXEC;
import static dev.pollux.bindings.linux.Libc.SOCK_NONBLOCK;
import static dev.pollux.bindings.linux.Libc.SOCK_STREAM;
import static dev.pollux.bindings.linux.Libc.SOL_SOCKET;
import static dev.pollux.bindings.linux.Libc.SO_ERROR;
import static dev.pollux.bindings.linux.Libc.TCP_NODELAY;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.pollux.frame.FrameTooLongException;
import dev.pollux.frame.Framing;
import dev.pollux.poller.Backend;
import dev.pollux.poller.Interest;
import dev.pollux.poller.Poller;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One connection of {@code send}: frames go out and replies come in at the same time. Who writes everything
 * before reading anything gets stuck as soon as both sides' socket buffers are full.
 *
 * <p>When everything is sent our side is shut down, so that the server, too, knows that no more will come.
 */
final class Exchange implements AutoCloseable {
    /** A longer frame, either way, is taken for a mistake about the framing. */
    static final int MOST_FRAME_BYTES = 16 << 20;

    private static final long TOKEN = Poller.token(Poller.FIXED_SLOTS, 0);
    private static final long ENOUGH_BYTES = 64 << 10; // To give to one send(2).

    private final Posix posix;
    private final SocketAddress server;
    private final Framing framing;
    private final TimeSpan timeout;
    private final Poller poller;
    private final int fd;
    private final ReplyReader replies;
    private Arena arena = Arena.ofConfined();
    private MemorySegment outgoing = arena.allocate(ENOUGH_BYTES);
    private long head; // First unsent byte of outgoing.
    private long tail; // Behind the last one.
    private long framed; // Frames put into outgoing so far.
    private boolean inputEnded;
    private boolean outputEnded; // Our side is shut down, or broken.
    private long progressNanos; // When a byte moved last.

    /** Opens a socket; {@link #run} connects it. Zero as {@code timeout} means for ever. */
    Exchange(Posix posix, SocketAddress server, Framing framing, TimeSpan timeout) {
        this.posix = posix;
        this.server = server;
        this.framing = framing;
        this.timeout = timeout;
        this.poller = Backend.POLL.open(posix, 1);
        this.fd = PosixException.check(
                posix.socket(server.family(), SOCK_STREAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC(), 0), "socket");
        this.replies = new ReplyReader(posix, framing);
    }

    /** Any thread: the source has something new. */
    void wakeup() {
        poller.wakeup();
    }

    /**
     * Sends all of {@code source} and writes each reply as a line to {@code lines}, until there is a reply to
     * each.
     *
     * @throws Failure if the server ends the connection earlier, or nothing moves for too long
     * @throws PosixException if the connection cannot be made, or breaks
     */
    void run(FrameSource source, OutputStream lines) throws IOException {
        progressNanos = posix.nanoTime();
        connect();
        while (true) {
            fill(source);
            flush();
            if (inputEnded && replies.frames() >= framed) {
                return;
            }
            poller.modify(TOKEN, Interest.READ | (head < tail ? Interest.WRITE : 0));
            if ((await(head < tail || replies.frames() < framed) & Interest.READ) != 0) {
                receive(lines);
            }
        }
    }

    private void connect() {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment on = scratch.allocateFrom(JAVA_INT, 1);
            PosixException.check(posix.setsockopt(fd, IPPROTO_TCP(), TCP_NODELAY(), on),
                    "setsockopt TCP_NODELAY");
            int result = posix.connect(fd, server.toSegment(scratch));
            poller.add(fd, TOKEN, Interest.WRITE);
            if (result == -Errno.EINPROGRESS.number) {
                while (await(true) == 0) {
                    continue; // A signal, or lines to send: not yet.
                }
                MemorySegment error = scratch.allocate(JAVA_INT);
                PosixException.check(posix.getsockopt(fd, SOL_SOCKET(), SO_ERROR(), error,
                        scratch.allocateFrom(JAVA_INT, (int) JAVA_INT.byteSize())), "getsockopt SO_ERROR");
                result = -error.get(JAVA_INT, 0);
            }
            if (result < 0) {
                throw new PosixException("connect " + server, result, "is the server running?");
            }
        }
    }

    /**
     * Waits for news of the server, or of the source, which is none.
     *
     * @param impatient whether the server is to do something; otherwise the source may take its time
     * @return {@link Interest} bits
     */
    private int await(boolean impatient) {
        long left = -1;
        if (impatient && !timeout.duration().isZero()) {
            left = progressNanos + timeout.duration().toNanos() - posix.nanoTime();
            if (left <= 0) {
                throw new Failure(server + " did nothing for " + timeout + missing());
            }
        }
        int ready = poller.await(left);
        if (!impatient) {
            progressNanos = posix.nanoTime();
        }
        return ready > 0 ? poller.ready(0) : 0;
    }

    private void fill(FrameSource source) {
        while (!inputEnded && tail - head < ENOUGH_BYTES) {
            byte[] payload = source.next();
            if (payload == null) {
                inputEnded = source.isFinished();
                return;
            }
            append(payload);
            framed++;
        }
    }

    private void append(byte[] payload) {
        long frame = (long) framing.prefixBytes() + payload.length + framing.suffixBytes();
        if (frame > outgoing.byteSize() - tail) {
            moveToFront(frame);
        }
        MemorySegment.copy(payload, 0, outgoing, JAVA_BYTE, tail + framing.prefixBytes(), payload.length);
        framing.wrap(outgoing, tail, payload.length);
        tail += frame;
    }

    private void moveToFront(long frame) {
        MemorySegment old = outgoing;
        Arena oldArena = arena;
        boolean grows = tail - head + frame > old.byteSize();
        if (grows) {
            arena = Arena.ofConfined();
            outgoing = arena.allocate(tail - head + frame);
        }
        MemorySegment.copy(old, head, outgoing, 0, tail - head);
        tail -= head;
        head = 0;
        if (grows) {
            oldArena.close();
        }
    }

    private void flush() {
        while (head < tail && !outputEnded) {
            long n = posix.send(fd, outgoing, head, tail - head, MSG_NOSIGNAL());
            if (n == -Errno.EAGAIN.number) {
                return;
            }
            if (n > 0) {
                head += n;
                progressNanos = posix.nanoTime();
            } else if (n != -Errno.EINTR.number) {
                outputEnded = true; // What the server said before it hung up can still be read.
            }
        }
        if (head == tail || outputEnded) {
            head = 0;
            tail = 0;
        }
        if (inputEnded && head == tail && !outputEnded) {
            posix.shutdown(fd, SHUT_WR()); // It fails only if the peer has gone, which reading will tell.
            outputEnded = true;
        }
    }

    private void receive(OutputStream lines) throws IOException {
        long n;
        try {
            n = replies.read(fd, lines);
        } catch (FrameTooLongException e) {
            throw new Failure(server + " sent " + e.getMessage() + ": has it another --framing?" + missing());
        }
        if (n > 0) {
            progressNanos = posix.nanoTime();
        } else if (n == 0) {
            throw new Failure(server + " closed the connection" + missing());
        } else if (n != -Errno.EAGAIN.number && n != -Errno.EINTR.number) {
            throw new Failure("read from " + server + ": " + Errno.describe(n) + missing());
        }
    }

    private String missing() {
        return "; missing replies: " + (framed - replies.frames()) + " of " + framed
                + (inputEnded ? "" : ", and the input is not at its end");
    }

    @Override
    public void close() {
        poller.close();
        posix.close(fd);
        replies.close();
        arena.close();
    }
}
