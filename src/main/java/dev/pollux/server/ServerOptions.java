package dev.pollux.server;

import dev.pollux.frame.Framing;
import dev.pollux.poller.Backend;
import dev.pollux.poller.PollerOptions;
import dev.pollux.posix.Posix;
import dev.pollux.posix.SocketAddress;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * How a server is set up; each setter returns this, each getter has its name. Sizes are in bytes. The server
 * takes a copy, so that later changes concern the next one only.
 */
public final class ServerOptions implements Cloneable {
    /** Accept until the kernel has no more connections waiting. */
    public static final int UNTIL_EAGAIN = Integer.MAX_VALUE;

    /** Beside the longest frame, the room for one read(2): more than 64 KiB makes bulk traffic no cheaper. */
    private static final long READ_BYTES = 64 << 10;
    private static final long MOST_BUFFER_BYTES = 16 << 20;
    private static final long GIGABYTE = 1L << 30;
    private static final long MOST_UNSENT_BYTES = 1L << 40; // So that no sum of ours overflows.
    private static final long MOST_MEMORY_BYTES = 1L << 50;
    private static final long COMPUTED = -1;

    private SocketAddress address = SocketAddress.of("127.0.0.1", 5882);
    private int backlog = 4096;
    private int maxClients = 4096;
    private boolean strictLimits;
    private int acceptBudget = UNTIL_EAGAIN;
    private Framing framing = Framing.u32le();
    private long bufferSize = 4096;
    private long highWatermarkBytes = 64 << 10;
    private long lowWatermarkBytes = 32 << 10;
    private long unsentLimitBytes = COMPUTED;
    private long memoryLimitBytes = COMPUTED;
    private Duration idleTimeout = Duration.ZERO;
    private Duration frameTimeout = Duration.ofSeconds(10);
    private Duration writeTimeout = Duration.ofSeconds(30);
    private Duration drainTimeout = Duration.ofSeconds(3);
    private Backend backend = Backend.auto();
    private double sweepShare = PollerOptions.SWEEP_SHARE;
    private Duration oldClientDelay = Duration.ofNanos(PollerOptions.OLD_CLIENT_DELAY_NANOS);
    private Supplier<Posix> posix = Posix::confined;

    /** Options as they are by default. */
    public ServerOptions() {
    }

    /** Where to listen. Port 0 lets the kernel choose. Default: 127.0.0.1:5882. */
    public ServerOptions address(SocketAddress address) {
        this.address = address;
        return this;
    }

    public SocketAddress address() {
        return address;
    }

    /** Connections that the kernel holds until they are accepted, at most somaxconn. Default: 4096. */
    public ServerOptions backlog(int backlog) {
        this.backlog = backlog;
        return this;
    }

    public int backlog() {
        return backlog;
    }

    /** Clients at the same time. Lowered at start to what the descriptor limit allows. Default: 4096. */
    public ServerOptions maxClients(int maxClients) {
        this.maxClients = maxClients;
        return this;
    }

    public int maxClients() {
        return maxClients;
    }

    /** Whether a start fails where {@link #maxClients} would have to be lowered. Default: false. */
    public ServerOptions strictLimits(boolean strictLimits) {
        this.strictLimits = strictLimits;
        return this;
    }

    public boolean strictLimits() {
        return strictLimits;
    }

    /** Calls of accept4(2) in one pass of the loop. Default: {@link #UNTIL_EAGAIN}. */
    public ServerOptions acceptBudget(int acceptBudget) {
        this.acceptBudget = acceptBudget;
        return this;
    }

    public int acceptBudget() {
        return acceptBudget;
    }

    /** Where frames end. Default: {@link Framing#u32le}. */
    public ServerOptions framing(Framing framing) {
        this.framing = framing;
        return this;
    }

    public Framing framing() {
        return framing;
    }

    /** The largest frame, prefix included, at most 16 MiB. Default: 4096. */
    public ServerOptions bufferSize(long bufferSize) {
        this.bufferSize = bufferSize;
        return this;
    }

    public long bufferSize() {
        return bufferSize;
    }

    /** Above so many unsent bytes a client is not read from. Default: 64 KiB. */
    public ServerOptions highWatermarkBytes(long highWatermarkBytes) {
        this.highWatermarkBytes = highWatermarkBytes;
        return this;
    }

    public long highWatermarkBytes() {
        return highWatermarkBytes;
    }

    /** At so many unsent bytes, or fewer, reading goes on. Default: 32 KiB. */
    public ServerOptions lowWatermarkBytes(long lowWatermarkBytes) {
        this.lowWatermarkBytes = lowWatermarkBytes;
        return this;
    }

    public long lowWatermarkBytes() {
        return lowWatermarkBytes;
    }

    /**
     * With more unsent bytes than this a client is closed. Default: computed, the larger of 256 KiB and high
     * watermark + receive buffer.
     */
    public ServerOptions unsentLimitBytes(long unsentLimitBytes) {
        this.unsentLimitBytes = unsentLimitBytes;
        return this;
    }

    public long unsentLimitBytes() {
        return unsentLimitBytes == COMPUTED ? Math.max(256 << 10, leastUnsentLimitBytes()) : unsentLimitBytes;
    }

    /** All replies to one read must fit, even if the client is paused by the first of them. */
    private long leastUnsentLimitBytes() {
        return highWatermarkBytes + receiveBufferBytes();
    }

    /**
     * What all clients together may hold off-heap. Default: computed, 1 GiB, or less if the clients' own
     * limits add up to less.
     */
    public ServerOptions memoryLimitBytes(long memoryLimitBytes) {
        this.memoryLimitBytes = memoryLimitBytes;
        return this;
    }

    public long memoryLimitBytes() {
        // Growth holds the old block and the new one for a moment, hence twice.
        long each = 2 * (bufferSize + unsentLimitBytes());
        long all = maxClients > GIGABYTE / each ? GIGABYTE : maxClients * each;
        return memoryLimitBytes == COMPUTED ? Math.max(each, all) : memoryLimitBytes;
    }

    /** A client with no byte moved either way for this long is closed; zero for never. Default: 0. */
    public ServerOptions idleTimeout(Duration idleTimeout) {
        this.idleTimeout = idleTimeout;
        return this;
    }

    public Duration idleTimeout() {
        return idleTimeout;
    }

    /**
     * The time from a frame's first byte to its last, not counting pauses of ours; zero for no limit.
     * Default: 10 s.
     */
    public ServerOptions frameTimeout(Duration frameTimeout) {
        this.frameTimeout = frameTimeout;
        return this;
    }

    public Duration frameTimeout() {
        return frameTimeout;
    }

    /**
     * The time in which a client must take some of the bytes that wait for it; zero for no limit. Default:
     * 30 s.
     */
    public ServerOptions writeTimeout(Duration writeTimeout) {
        this.writeTimeout = writeTimeout;
        return this;
    }

    public Duration writeTimeout() {
        return writeTimeout;
    }

    /** The time that a peer has to hang up after we have; also the time for a drain. Default: 3 s. */
    public ServerOptions drainTimeout(Duration drainTimeout) {
        this.drainTimeout = drainTimeout;
        return this;
    }

    public Duration drainTimeout() {
        return drainTimeout;
    }

    /** How to wait for readiness. Default: {@link Backend#auto}. */
    public ServerOptions backend(Backend backend) {
        this.backend = backend;
        return this;
    }

    public Backend backend() {
        return backend;
    }

    /**
     * With {@link Backend#POLL_GENERATIONS}: the part of the time that may go into asking for silent clients.
     * Default: 0.05.
     */
    public ServerOptions sweepShare(double sweepShare) {
        this.sweepShare = sweepShare;
        return this;
    }

    public double sweepShare() {
        return sweepShare;
    }

    /**
     * With {@link Backend#POLL_GENERATIONS}: how late a silent client may be noticed, if the share allows
     * it. Default: 10 ms.
     */
    public ServerOptions oldClientDelay(Duration oldClientDelay) {
        this.oldClientDelay = oldClientDelay;
        return this;
    }

    public Duration oldClientDelay() {
        return oldClientDelay;
    }

    PollerOptions pollerOptions() {
        return new PollerOptions(maxClients, sweepShare, oldClientDelay.toNanos());
    }

    /** Makes the kernel for a thread, on that thread. Default: {@link Posix#confined}. */
    public ServerOptions posix(Supplier<Posix> posix) {
        this.posix = posix;
        return this;
    }

    public Supplier<Posix> posix() {
        return posix;
    }

    /**
     * A copy as a server would run with it here and now: {@link #maxClients} lowered to what the descriptor
     * limit allows, after that limit has been raised as far as it goes.
     *
     * @throws IllegalArgumentException if the options contradict each other
     * @throws dev.pollux.posix.PosixException if the descriptor limit has no room, or too little with
     *         {@link #strictLimits}
     */
    public ServerOptions effective() {
        ServerOptions effective = checked();
        try (Posix kernel = posix.get()) {
            return effective.maxClients(
                    DescriptorLimit.clientsWithin(kernel, maxClients, strictLimits,
                            backend.descriptorLimit()));
        }
    }

    /** What a loop's receive buffer takes: a frame's beginning and one read behind it. */
    public long receiveBufferBytes() {
        return bufferSize + READ_BYTES;
    }

    /** A copy that makes sense. */
    ServerOptions checked() {
        long leastFrame = framing.prefixBytes() + framing.suffixBytes() + 1;
        require(bufferSize >= leastFrame && bufferSize <= MOST_BUFFER_BYTES,
                "buffer size %d is not within %d..%d (--buffer-size)",
                bufferSize, leastFrame, MOST_BUFFER_BYTES);
        require(maxClients >= 1, "max clients %d is less than 1 (--max-clients)", maxClients);
        require(backlog >= 1, "backlog %d is less than 1 (--backlog)", backlog);
        require(acceptBudget >= 1, "accept budget %d is less than 1 (--accept)", acceptBudget);
        require(highWatermarkBytes >= 0 && highWatermarkBytes <= MOST_UNSENT_BYTES,
                "high watermark %d is not within 0..%d (--high-watermark)", highWatermarkBytes,
                        MOST_UNSENT_BYTES);
        require(lowWatermarkBytes >= 0 && lowWatermarkBytes <= highWatermarkBytes,
                "low watermark %d is not within 0 and the high watermark, %d (--low-watermark)",
                lowWatermarkBytes, highWatermarkBytes);
        require(unsentLimitBytes() >= leastUnsentLimitBytes(),
                "unsent limit %d is less than high watermark + receive buffer, %d (--unsent-limit)",
                unsentLimitBytes(), leastUnsentLimitBytes());
        require(unsentLimitBytes() <= 2 * MOST_UNSENT_BYTES,
                "unsent limit %d is more than %d (--unsent-limit)", unsentLimitBytes(),
                        2 * MOST_UNSENT_BYTES);
        require(memoryLimitBytes() >= 1, "memory limit %d is less than 1 (--memory-limit)",
                memoryLimitBytes());
        require(memoryLimitBytes() <= MOST_MEMORY_BYTES, "memory limit %d is more than %d (--memory-limit)",
                memoryLimitBytes(), MOST_MEMORY_BYTES);
        requireTimeout(idleTimeout, "idle");
        requireTimeout(frameTimeout, "frame");
        requireTimeout(writeTimeout, "write");
        requireTimeout(drainTimeout, "drain");
        require(sweepShare > 0 && sweepShare <= 1,
                "sweep share %s is not above 0 and at most 1 (--sweep-share)", sweepShare);
        require(oldClientDelay.isPositive() && oldClientDelay.compareTo(Duration.ofMinutes(1)) <= 0,
                "old client delay %s is not above 0 and at most 1 minute (--old-client-delay)",
                        oldClientDelay);
        return copy();
    }

    private static void requireTimeout(Duration timeout, String name) {
        require(!timeout.isNegative() && timeout.compareTo(Duration.ofDays(365)) <= 0,
                "%s time-out %s is not within 0 and 365 days (--%1$s-timeout)", name, timeout);
    }

    private static void require(boolean condition, String message, Object... values) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(message, values));
        }
    }

    private ServerOptions copy() {
        try {
            return (ServerOptions) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }
}
