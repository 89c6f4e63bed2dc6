package dev.pollux.testkit;

import dev.pollux.frame.FrameReader;
import dev.pollux.frame.Framing;
import dev.pollux.posix.Errno;
import dev.pollux.posix.SocketAddress;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * The other end of a connection, outside of the server's process. It does two things at once, both in
 * simulated time: it goes through what it was told to do, one after the other ({@link #send}, {@link #pause},
 * {@link #finish}, {@link #then}), and it reads, at first all that comes. When it has read the end of the
 * stream it closes, as most programs do, unless it was told to {@link #linger}.
 */
public final class SimulatedPeer {
    private static final long REACTION_NANOS = 20_000; // There and back on one machine.

    private final SimulatedKernel kernel;
    private final StreamSocket socket = new StreamSocket(Abi.AF_INET);
    private final ArrayDeque<BooleanSupplier> script = new ArrayDeque<>(); // Each says whether it is done.
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final MemorySegment buffer = MemorySegment.ofArray(new byte[4096]);
    private Framing framing = Framing.u32le();
    private int taken; // Of what was received, by nextFrame.
    private boolean due; // To look at the socket.
    private boolean pausing;
    private boolean lingering;
    private boolean ended; // The end of the stream was read.
    private Errno failure; // Or this instead.
    private int pieceBytes = Integer.MAX_VALUE; // Of one read; 0 to read nothing.
    private long pieceNanos; // From one read to the next.
    private boolean resting;

    SimulatedPeer(SimulatedKernel kernel, int port) {
        this.kernel = kernel;
        socket.changed = this::wake;
        kernel.network.connect(socket, port);
    }

    /** From where it connects, as the server's {@code client.address()} says it. */
    public SocketAddress address() {
        return SimulatedKernel.address(Address.port(socket.local));
    }

    /** How it cuts what it sends and receives into frames; {@link Framing#u32le}. */
    public SimulatedPeer framing(Framing framing) {
        this.framing = framing;
        return this;
    }

    /** Sends bytes as soon as everything before is sent and the server takes them. */
    public SimulatedPeer send(byte... bytes) {
        MemorySegment all = MemorySegment.ofArray(bytes.clone());
        long[] sent = {0};
        return step(() -> {
            while (sent[0] < bytes.length) {
                long n = socket.send(all.asSlice(sent[0]));
                if (n < 0) {
                    return failed(n);
                }
                sent[0] += n;
            }
            return true;
        });
    }

    /** Whether that is the end of a step: not with EAGAIN. */
    private boolean failed(long result) {
        return result != -Errno.EAGAIN.number;
    }

    /** Sends a frame with that payload. */
    public SimulatedPeer sendFrame(byte... payload) {
        byte[] frame = new byte[framing.prefixBytes() + payload.length + framing.suffixBytes()];
        framing.wrap(MemorySegment.ofArray(frame), 0, payload.length);
        System.arraycopy(payload, 0, frame, framing.prefixBytes(), payload.length);
        return send(frame);
    }

    /** Sends a frame with that text in UTF-8. */
    public SimulatedPeer sendFrame(String text) {
        return sendFrame(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Does nothing for so long before the next thing. */
    public SimulatedPeer pause(Duration time) {
        return step(() -> {
            pausing = true;
            kernel.after(time, () -> {
                pausing = false;
                wake();
            });
            return true;
        });
    }

    /** Sends no more, but goes on reading: shutdown(2) of the sending side. */
    public SimulatedPeer finish() {
        return step(() -> {
            socket.shutdown(Abi.SHUT_WR);
            return true;
        });
    }

    /** Does something else when everything before is done. */
    public SimulatedPeer then(Runnable happens) {
        return step(() -> {
            happens.run();
            return true;
        });
    }

    private SimulatedPeer step(BooleanSupplier step) {
        script.add(step);
        wake();
        return this;
    }

    /** Closes now, whatever it was still to do; unread bytes make that a reset. */
    public void close() {
        script.clear();
        socket.close();
    }

    /** Resets the connection now. */
    public void reset() {
        socket.resetsOnClose = true;
        close();
    }

    /** Falls silent now, as a machine whose cable is pulled: no byte, no end, no reset. */
    public void vanish() {
        script.clear();
        readNothing();
        socket.vanish();
    }

    /** Reads nothing until told otherwise. */
    public SimulatedPeer readNothing() {
        pieceBytes = 0;
        return this;
    }

    /** Reads so many bytes at most, then rests for a while, and so on. */
    public SimulatedPeer readSlowly(int bytes, Duration rest) {
        pieceBytes = bytes;
        pieceNanos = rest.toNanos();
        wake();
        return this;
    }

    /** Reads all that comes, as at first. */
    public SimulatedPeer readAll() {
        return readSlowly(Integer.MAX_VALUE, Duration.ZERO);
    }

    /** Keeps its own side open when the server has ended its. */
    public SimulatedPeer linger() {
        lingering = true;
        return this;
    }

    /** All that it has read. */
    public byte[] received() {
        return received.toByteArray();
    }

    /** How much that is. */
    public int receivedBytes() {
        return received.size();
    }

    /** The payload of the next frame that it has read, or null if there is none. */
    public byte[] nextFrame() {
        byte[] all = received();
        FrameReader reader = new FrameReader(framing, Integer.MAX_VALUE);
        reader.over(MemorySegment.ofArray(all), taken, all.length - taken, 0);
        if (!reader.next()) {
            return null;
        }
        int offset = (int) reader.payloadOffset();
        taken = (int) reader.unfinishedOffset();
        return Arrays.copyOfRange(all, offset, offset + (int) reader.payloadBytes());
    }

    /** The next frame as text in UTF-8, or null. */
    public String nextText() {
        byte[] frame = nextFrame();
        return frame == null ? null : new String(frame, StandardCharsets.UTF_8);
    }

    /** Of what it has sent, the bytes that the server has read. */
    public long takenBytes() {
        return socket.out() == null ? 0 : socket.out().taken();
    }

    /** Of what it has sent, the bytes that the server could read and has not. */
    public long untakenBytes() {
        return socket.out() == null ? 0 : socket.out().arrived();
    }

    /** What the server has sent to it, whether it has been read or not. */
    public long servedBytes() {
        return socket.in() == null ? 0 : socket.in().written();
    }

    /** Whether the server could send it something now. */
    public boolean hasRoom() {
        return socket.in() != null && socket.in().isWritable();
    }

    /** Whether it has read the end of the stream: the server has sent all that it will. */
    public boolean isEnded() {
        return ended;
    }

    /** What its connection failed with, ECONNRESET for instance; null if it did not. */
    public Errno failure() {
        return failure;
    }

    /** Whether everything that it was told is done. */
    public boolean isIdle() {
        return script.isEmpty() && !pausing;
    }

    private void wake() {
        if (!due) {
            due = true;
            kernel.timeline.after(REACTION_NANOS, this::act);
        }
    }

    private void act() {
        due = false;
        read();
        while (!pausing && !script.isEmpty() && socket.state != StreamSocket.State.CONNECTING
                && Objects.requireNonNull(script.peek()).getAsBoolean()) {
            script.poll();
        }
    }

    private void read() {
        while (!ended && failure == null && !resting && pieceBytes > 0
                && (socket.state == StreamSocket.State.CONNECTED || socket.isBroken())) {
            long n = socket.read(buffer.asSlice(0, Math.min(pieceBytes, buffer.byteSize())));
            if (n > 0) {
                received.write((byte[]) buffer.heapBase().orElseThrow(), 0, (int) n);
                rest();
            } else if (n == 0) {
                end();
            } else if (n == -Errno.EAGAIN.number) {
                return;
            } else {
                failure = Errno.of(n);
                script.clear();
            }
        }
    }

    private void rest() {
        if (pieceNanos > 0) {
            resting = true;
            kernel.timeline.after(pieceNanos, () -> {
                resting = false;
                wake();
            });
        }
    }

    private void end() {
        ended = true;
        if (!lingering) {
            close();
        }
    }
}
