package dev.pollux.server;

import static dev.pollux.bindings.linux.Libc.MSG_NOSIGNAL;
import static dev.pollux.bindings.linux.Libc.SHUT_RDWR;
import static dev.pollux.bindings.linux.Libc.SHUT_WR;

import dev.pollux.frame.FrameReader;
import dev.pollux.frame.FrameTooLongException;
import dev.pollux.frame.Framing;
import dev.pollux.metrics.Counter;
import dev.pollux.poller.Interest;
import dev.pollux.poller.Poller;
import dev.pollux.posix.Errno;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import dev.pollux.posix.TcpInfo;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;

/**
 * A connected peer. Loop's thread only: other threads reach it through {@link Server#execute}.
 *
 * <p>It goes through four phases. OPEN: frames are read and answered. FINISHING: nothing more is read, what
 * is owed is sent. LINGERING: our side is shut down, what still comes is thrown away until the peer hangs up;
 * a plain close now would send a reset, which destroys replies in flight. CLOSED: waiting for the end of the
 * iteration.
 */
public final class Client {
    private enum Phase { OPEN, FINISHING, LINGERING, CLOSED }

    /** Whether lent payloads are overwritten afterwards, so that a handler which keeps one is found out. */
    private static final boolean CHECKS = Boolean.getBoolean("dev.pollux.checks");
    private static final byte LENT_IS_OVER = (byte) 0xDD;
    /**
     * Drained, a peer that never stops sending is read from so far: more than a socket's receive buffer
     * holds.
     */
    private static final long DRAIN_BYTES = 8 << 20;

    private final ClientContext loop;
    private final int fd;
    private final long token;
    private final SocketAddress address;
    private final Unfinished unfinished;
    private final Outbound outbound;
    private Phase phase = Phase.OPEN;
    private CloseReason reason; // Null while open.
    private int interest = Interest.READ; // What the poller was told last.
    private boolean paused; // Not read from, because too much is unsent.
    private boolean peerFinished; // End of stream was read.
    private boolean peerGone; // A hang-up was seen: nothing can be sent any more.
    private boolean dirty; // On the loop's list of clients to flush.
    private boolean flushing; // In a callback; true afterwards if that was cut short.
    private boolean firstFrameDue; // No complete frame has come, and there is a time for the first one.
    private long frameNanosLeft; // While paused: what remains of the time for the unfinished frame.
    private long bytesReceived;
    private long bytesSent;
    private long bytesCutOff; // Of a frame in whose midst this client ended.
    // While the server drains: how much more is read from a peer that does not stop.
    private long drainBytesLeft;
    private Object state;

    Client(ClientContext loop, int fd, long token, SocketAddress address) {
        this.loop = loop;
        this.fd = fd;
        this.token = token;
        this.address = address;
        this.unfinished = new Unfinished(loop.options.bufferSize(), loop.budget, loop.options.memory());
        this.outbound = new Outbound(loop.options.unsentLimitBytes(), loop.budget, loop.options.memory());
    }

    /** The peer's address. */
    public SocketAddress address() {
        return address;
    }

    /** Whatever the handler keeps for this client; null at first. */
    public Object state() {
        return state;
    }

    /** Keeps something for this client. */
    public void state(Object state) {
        this.state = state;
    }

    /** Bytes that wait until the peer takes them. */
    public long unsentBytes() {
        return outbound.unsent();
    }

    /**
     * What the kernel knows about this connection, such as its round-trip time. A system call, each time.
     *
     * @return empty once this client is closed, as in {@link Handler#onClose}: its descriptor may be someone
     *         else's
     * @throws IllegalStateException on another thread than the loop's
     */
    public Optional<TcpInfo> tcpInfo() {
        loop.checkThread();
        return phase == Phase.CLOSED ? Optional.empty() : Optional.of(TcpInfo.of(loop.posix, fd));
    }

    /**
     * Sends a frame with the payload {@code buffer[offset, offset + length)}, which is copied. What the
     * kernel does not take now is sent when it does; a client that lets more than {@link
     * ServerOptions#unsentLimitBytes} pile up is closed.
     *
     * @return false if this client is closing or its peer gone, or is being closed because of this frame
     * @throws IllegalStateException on another thread than the loop's
     */
    public boolean send(MemorySegment buffer, long offset, long length) {
        loop.checkThread();
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        Framing framing = loop.framing;
        if (length > framing.maxPayloadBytes()) {
            throw new IllegalArgumentException("a payload of " + length
                    + " bytes is more than the framing can say");
        }
        if (phase != Phase.OPEN || peerGone) {
            return false;
        }
        loop.counters.add(Counter.FRAMES_SENT, 1);
        if (loop.serving == this && outbound.isEmpty()) {
            if (loop.replies.append(framing, buffer, offset, length)) {
                return true;
            }
            flushInCallback();
            if (phase == Phase.OPEN && outbound.isEmpty()
                    && loop.replies.append(framing, buffer, offset, length)) {
                return true;
            }
        }
        if (phase == Phase.OPEN && !outbound.fits(framing.prefixBytes() + length + framing.suffixBytes())) {
            abort(CloseReason.UNSENT_LIMIT);
        }
        if (phase == Phase.OPEN) {
            abortIf(outbound.append(framing, buffer, offset, length));
        }
        markDirty();
        return phase == Phase.OPEN;
    }

    /**
     * The handler may catch what is thrown here. A failure of the engine ends the server all the same, and a
     * lack of stack or heap this client: how much of its replies was sent is not known then.
     */
    private void flushInCallback() {
        flushing = true;
        try {
            flushReplies();
        } catch (PosixException | AssertionError t) {
            loop.failure = t;
            throw t;
        }
        flushing = false;
    }

    /**
     * Closes this client after the current callback: what is owed is sent first, no further frame is
     * delivered.
     */
    public void close() {
        loop.checkThread();
        finish(CloseReason.CLOSED_BY_HANDLER);
    }

    int fd() {
        return fd;
    }

    long token() {
        return token;
    }

    CloseReason reason() {
        return reason;
    }

    long bytesReceived() {
        return bytesReceived;
    }

    long bytesSent() {
        return bytesSent;
    }

    /** What a log says of it in the end. */
    String describeEnd() {
        return this + " closed: " + reason + ", " + bytesReceived + " bytes received, " + bytesSent
                + " sent, " + outbound.unsent() + " unsent"
                + (bytesCutOff == 0 ? "" : ", ended after " + bytesCutOff + " bytes of a frame");
    }

    int slot() {
        return Poller.slot(token);
    }

    /** Reads once, and delivers every complete frame of what was read. */
    void onReadable() {
        switch (phase) {
            case OPEN -> {
                if (loop.draining) {
                    drain();
                } else if (!paused) {
                    receive();
                }
            }
            case LINGERING -> discard();
            case FINISHING, CLOSED -> { }
        }
    }

    /**
     * The connection is over in both directions, or broken: nothing can be sent, but frames may still lie in
     * the kernel. What waits is dropped, so that a paused client is read from again: the hang-up would be
     * reported for ever.
     */
    void onHangup() {
        dropOutput();
        settle();
    }

    private void dropOutput() {
        peerGone = true;
        outbound.clear();
        if (phase == Phase.FINISHING) {
            abort(peerFinished ? CloseReason.PEER_RESET : reason);
        }
    }

    /**
     * Reads once, right behind the unfinished bytes. Returns whether there may be more: a read that does not
     * fill its room has taken all.
     */
    private boolean receive() {
        if (unfinished.isLarge()) {
            return receiveInPlace();
        }
        long held = unfinished.bytes();
        long start = Unfinished.IN_PLACE_BYTES - held;
        if (held > 0) {
            unfinished.copyTo(loop.receiveBuffer, start);
        }
        long room = loop.readArea.byteSize();
        long n = loop.posix.read(fd, loop.readArea, 0, room);
        return take(n, room, loop.receiveBuffer, start, held);
    }

    /** A large unfinished frame is continued where it lies. */
    private boolean receiveInPlace() {
        if (abortIf(unfinished.makeRoom())) {
            return false;
        }
        MemorySegment block = unfinished.segment();
        long held = unfinished.bytes();
        long room = block.byteSize() - held;
        long n = loop.posix.read(fd, block, held, room);
        return take(n, room, block, 0, held);
    }

    private boolean take(long n, long room, MemorySegment buffer, long start, long held) {
        loop.counters.add(Counter.READS_MADE, 1);
        if (n <= 0) {
            nothingRead(n);
            return false;
        }
        received(n);
        loop.timeouts.bytesMoved(slot(), loop.nowNanos);
        deliver(buffer, start, held + n);
        if (loop.draining) {
            drainBytesLeft -= n;
            if (drainBytesLeft <= 0) {
                finish(CloseReason.SERVER_DRAINED);
            }
        }
        return n == room;
    }

    private void received(long bytes) {
        bytesReceived += bytes;
        loop.counters.add(Counter.BYTES_RECEIVED, bytes);
    }

    private void nothingRead(long n) {
        if (n == 0) {
            peerFinished = true;
            // What was queued before a reset ends like a stream in good order, though what was owed is lost.
            finish(peerGone ? CloseReason.PEER_RESET : CloseReason.PEER_CLOSED);
        } else if (n == -Errno.EAGAIN.number) {
            loop.counters.add(Counter.CALLS_WOULD_BLOCK, 1);
            if (peerGone) {
                // An error that no read clears, such as a queue of messages: it would be reported for ever.
                abort(CloseReason.PEER_RESET);
            }
        } else if (n != -Errno.EINTR.number) {
            abort(failed("read", n));
        }
    }

    /** Counts and logs a call that failed, and says why this client ends. */
    private CloseReason failed(String call, long result) {
        CloseReason failed = CloseReason.ofFailure(call, fd, result);
        loop.counters.add(Counter.CALLS_FAILED, 1);
        loop.log.callFailed(call, result, this::toString);
        return failed;
    }

    /**
     * Walks through {@code buffer[start, start + length)}, which begins with the unfinished bytes, and sends
     * the replies.
     */
    private void deliver(MemorySegment buffer, long start, long length) {
        FrameReader reader = loop.reader;
        reader.over(buffer, start, length, unfinished.searched());
        loop.serving = this;
        boolean handling = false; // The handler may have a reader of its own, which throws the same.
        try {
            while (phase == Phase.OPEN && reader.next()) {
                loop.counters.add(Counter.FRAMES_RECEIVED, 1);
                handling = true;
                loop.handler.onFrame(this, buffer, reader.payloadOffset(), reader.payloadBytes());
                handling = false;
                if (loop.draining && loop.isLastLookOver()) {
                    abort(CloseReason.SERVER_DRAINED); // One read may hold thousands of frames.
                }
                if (CHECKS) {
                    buffer.asSlice(reader.payloadOffset(), reader.payloadBytes()).fill(LENT_IS_OVER);
                }
            }
        } catch (Throwable t) {
            if (!handling && t instanceof FrameTooLongException e) {
                loop.log.frameTooLong(loop.nowNanos, this, e, buffer, reader);
                finish(CloseReason.FRAME_TOO_LONG);
            } else {
                fail(t);
            }
        }
        if (flushing) {
            flushing = false;
            loop.replies.clear();
            abort(CloseReason.NO_RESOURCES);
        }
        flushReplies();
        loop.serving = null;
        keepUnfinished(buffer, start, reader);
        if (firstFrameDue && reader.unfinishedOffset() > start) {
            firstFrameDue = false;
            loop.timeouts.firstFrame.remove(slot());
        }
        settle();
    }

    private void keepUnfinished(MemorySegment buffer, long start, FrameReader reader) {
        if (phase != Phase.OPEN) {
            unfinished.release();
            return;
        }
        long bytes = reader.unfinishedBytes();
        boolean begun = unfinished.bytes() == 0 || reader.unfinishedOffset() > start;
        if (abortIf(unfinished.keep(buffer, reader.unfinishedOffset(), bytes, reader.searched()))) {
            return;
        }
        if (bytes == 0) {
            loop.timeouts.frame.remove(slot());
            if (unfinished.isWarm()) {
                loop.timeouts.memoryIdle(slot(), loop.nowNanos);
            }
        } else if (begun) {
            loop.timeouts.frameBegan(slot(), loop.nowNanos);
        }
    }

    private void flushReplies() {
        long bytes = loop.replies.bytes();
        if (bytes > 0) {
            MemorySegment segment = loop.replies.segment();
            long sent = trySend(segment, 0, bytes);
            if (phase != Phase.CLOSED && !peerGone && sent < bytes) {
                abortIf(outbound.append(segment, sent, bytes - sent));
            }
            loop.replies.clear();
        }
    }

    /** Sends once what waits, and sees what follows from it. */
    void flush() {
        dirty = false;
        sendUnsent();
        if (loop.draining) {
            drain(); // It may have been paused when the others were drained.
        }
    }

    private void sendUnsent() {
        if (phase != Phase.CLOSED && !outbound.isEmpty()) {
            outbound.sent(trySend(outbound.segment(), outbound.head(), outbound.unsent()));
        }
        settle();
    }

    /** Returns how many bytes the kernel took; 0 too if the client had to be closed. */
    private long trySend(MemorySegment segment, long offset, long length) {
        long n = loop.posix.send(fd, segment, offset, length, MSG_NOSIGNAL());
        loop.counters.add(Counter.SENDS_MADE, 1);
        if (n >= 0) {
            bytesSent += n;
            loop.counters.add(Counter.BYTES_SENT, n);
            loop.timeouts.bytesMoved(slot(), loop.nowNanos);
            if (n < length) {
                loop.timeouts.peerTookBytes(slot(), loop.nowNanos);
            }
            return n;
        }
        if (n == -Errno.EAGAIN.number) {
            loop.counters.add(Counter.CALLS_WOULD_BLOCK, 1);
        } else if (n == -Errno.EPIPE.number || n == -Errno.ECONNRESET.number) {
            peerLost(n);
        } else if (n != -Errno.EINTR.number) {
            abort(failed("send", n));
        }
        return 0;
    }

    /**
     * The reset came before the poller could report it, and frames may lie in the kernel still. They are read
     * until their end, which a shutdown brings about where the connection was not reset after all: otherwise
     * a client whose send failed for another reason would stay, half dead.
     */
    private void peerLost(long result) {
        failed("send", result);
        dropOutput();
        if (phase != Phase.CLOSED) {
            int ended = loop.posix.shutdown(fd, SHUT_RDWR());
            if (ended < 0 && ended != -Errno.ENOTCONN.number) { // Without a connection: a hang-up, too.
                abort(failed("shutdown", ended));
            }
        }
    }

    /** Brings phase, pause, deadlines and interest in line with what is unsent. */
    private void settle() {
        if (phase == Phase.OPEN && interest == Interest.READ && outbound.isEmpty() && !outbound.isWarm()) {
            return; // What a client that takes its replies comes by with each message.
        }
        if (phase == Phase.CLOSED) {
            return;
        }
        if (outbound.isEmpty()) {
            loop.timeouts.write.remove(slot());
            if (outbound.isWarm()) {
                loop.timeouts.memoryIdle(slot(), loop.nowNanos);
            }
            if (phase == Phase.FINISHING) {
                endOutput();
            }
        } else if (!loop.timeouts.write.contains(slot())) {
            loop.timeouts.peerTookBytes(slot(), loop.nowNanos);
        }
        if (phase == Phase.OPEN) {
            pauseOrResume();
        }
        int wanted = (phase == Phase.LINGERING || phase == Phase.OPEN && !paused ? Interest.READ : 0)
                | (outbound.isEmpty() ? 0 : Interest.WRITE);
        if (phase != Phase.CLOSED && wanted != interest) {
            interest = wanted;
            loop.poller.modify(token, wanted);
        }
    }

    /** Two thresholds, so that reading is not switched with every send. */
    private void pauseOrResume() {
        DeadlineList frames = loop.timeouts.frame;
        if (!paused && outbound.unsent() > loop.options.highWatermarkBytes()) {
            paused = true;
            loop.counters.add(Counter.CLIENTS_PAUSED, 1);
            loop.events.readingPaused(this);
            if (frames.contains(slot())) {
                frameNanosLeft = Math.max(1, frames.deadline(slot()) - loop.nowNanos);
                frames.remove(slot());
            }
        } else if (paused && outbound.unsent() <= loop.options.lowWatermarkBytes()) {
            paused = false;
            loop.events.readingResumed(this);
            if (frameNanosLeft > 0) {
                frames.put(slot(), loop.nowNanos + frameNanosLeft);
                frameNanosLeft = 0;
            }
        }
    }

    /** All that was owed is sent. */
    private void endOutput() {
        if (peerFinished || peerGone) {
            abort(reason);
            return;
        }
        int result = loop.posix.shutdown(fd, SHUT_WR());
        if (result < 0) {
            abort(failed("shutdown", result));
            return;
        }
        phase = Phase.LINGERING;
        loop.timeouts.lingerBegan(slot(), loop.nowNanos);
    }

    /** Reads once, for nothing. Returns whether anything came. */
    private boolean discard() {
        MemorySegment buffer = loop.receiveBuffer;
        long n = loop.posix.read(fd, buffer, 0, buffer.byteSize());
        loop.counters.add(Counter.READS_MADE, 1);
        if (n > 0) {
            received(n);
        } else if (n == 0 || n == -Errno.EAGAIN.number && peerGone) { // Else the hang-up comes again.
            abort(reason);
        } else if (n != -Errno.EAGAIN.number && n != -Errno.EINTR.number) {
            failed("read", n);
            abort(reason);
        }
        return n > 0;
    }

    /**
     * Before a deadline closes this client: reads what has arrived, and offers the kernel what is unsent. The
     * deadline may have passed while the process was stopped, or before the poller could report this client.
     */
    void lookAgain() {
        sendUnsent();
        long mostBytes = bytesReceived + loop.receiveBuffer.byteSize();
        while (phase == Phase.OPEN && !paused && bytesReceived < mostBytes && receive()) { }
        while (phase == Phase.LINGERING && bytesReceived < mostBytes && discard()) { }
    }

    /**
     * The server drains: serves what the kernel has received, and finishes when nothing more has come for a
     * moment. A peer's last bytes may lie in its own kernel still, because ours had no room until now.
     */
    void drain() {
        if (drainBytesLeft == 0) {
            drainBytesLeft = DRAIN_BYTES;
        }
        while (phase == Phase.OPEN && !paused && !loop.isDrainOver() && receive()) { }
        if (phase == Phase.OPEN) {
            loop.timeouts.quietBegan(slot(), loop.nowNanos);
        }
    }

    /**
     * The moment of quiet is over: finishes, unless something has come that was not looked at yet. A paused
     * client is asked again when it is resumed.
     */
    void finishDrain() {
        long bytesBefore = bytesReceived;
        drain();
        if (!paused && bytesReceived == bytesBefore) {
            finish(CloseReason.SERVER_DRAINED);
        }
    }

    /** Reads no further frame; sends what is owed, then ends the connection in good order. */
    void finish(CloseReason reason) {
        if (phase == Phase.OPEN) {
            phase = Phase.FINISHING;
            this.reason = reason;
            loop.timeouts.frame.remove(slot());
            loop.timeouts.firstFrame.remove(slot());
            if (reason == CloseReason.PEER_CLOSED || reason == CloseReason.PEER_RESET) {
                cutOff();
            }
            if (loop.serving != this) { // Else the handler may still hold a payload that lies in this memory.
                unfinished.release();
            }
            markDirty();
        }
    }

    /** Ends the connection at the end of this iteration, whatever is owed. */
    void abort(CloseReason reason) {
        if (phase == Phase.CLOSED) {
            return;
        }
        loop.closing.add(this); // First: where there is no memory for it, nothing has changed.
        if (phase == Phase.OPEN && reason == CloseReason.PEER_RESET) {
            cutOff();
        }
        if (this.reason == null || this.reason == CloseReason.PEER_CLOSED) { // Not all was sent, after all.
            this.reason = reason;
        }
        phase = Phase.CLOSED;
    }

    /** Aborts if there is a reason to. Returns whether there is. */
    private boolean abortIf(CloseReason reason) {
        if (reason != null) {
            abort(reason);
        }
        return reason != null;
    }

    /** The peer has ended in the midst of a frame, which is counted and never delivered. */
    private void cutOff() {
        bytesCutOff = unfinished.bytes();
        if (bytesCutOff > 0) {
            loop.counters.add(Counter.FRAMES_CUT_OFF, 1);
        }
    }

    void onOpen() {
        firstFrameDue = loop.timeouts.clientOpened(slot(), loop.nowNanos);
        try {
            loop.handler.onOpen(this);
        } catch (Throwable t) {
            fail(t);
        }
    }

    /** The descriptor is closed by now. Frees what this client holds, and tells the handler. */
    void onClosed() {
        unfinished.release();
        outbound.release();
        try {
            loop.handler.onClose(this, reason);
        } catch (Throwable t) {
            loop.log.handlerFailed(loop.nowNanos, this, t);
        }
    }

    private void fail(Throwable t) {
        loop.log.handlerFailed(loop.nowNanos, this, t);
        finish(CloseReason.HANDLER_FAILED);
    }

    private void markDirty() {
        if (!dirty && phase != Phase.CLOSED) {
            loop.dirty.add(this); // First: where there is no memory for it, nothing has changed.
            dirty = true;
        }
    }

    /** Gives back memory that was kept for the next message, which did not come. */
    void coolDown() {
        if (unfinished.isWarm()) {
            unfinished.release();
        }
        if (outbound.isWarm()) {
            outbound.release();
        }
    }

    @Override
    public String toString() {
        return address + " (descriptor " + fd + ")";
    }
}
