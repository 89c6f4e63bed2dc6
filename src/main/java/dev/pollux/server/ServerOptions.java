package dev.pollux.server;

import dev.pollux.frame.Framing;
import dev.pollux.poller.Backend;
import dev.pollux.poller.Poller;
import dev.pollux.poller.PollerOptions;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
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
    private static final long MOST_UNSENT_BYTES = 1L << 40; // So that no sum of ours overflows.
    private static final long MOST_MEMORY_BYTES = 1L << 50;
    private static final long MOST_SOCKET_BUFFER_BYTES = 512 << 20;
    private static final Duration LONGEST_KEEPALIVE = Duration.ofSeconds(32767); // Linux's MAX_TCP_KEEPIDLE.
    private static final int MAX_CLIENTS = 4096;
    static final long COMPUTED = Long.MIN_VALUE;

    private SocketAddress address = SocketAddress.of("127.0.0.1", 5882);
    private int backlog = 4096;
    private Integer maxClients; // Null for the default, which memory can lower.
    private String maxClientsReason; // Of effective options whose clients were lowered.
    private boolean strictLimits;
    private int acceptBudget = UNTIL_EAGAIN;
    private Framing framing = Framing.u32le();
    private long bufferSize = 4096;
    private long highWatermarkBytes = 64 << 10;
    private long lowWatermarkBytes = 32 << 10;
    private long unsentLimitBytes = COMPUTED;
    private long memoryLimitBytes = COMPUTED;
    private long socketBufferBytes = COMPUTED;
    private MachineMemory machine; // Null for this machine's.
    private long heapBytes = Runtime.getRuntime().maxMemory();
    private Duration idleTimeout = Duration.ZERO;
    private Duration frameTimeout = Duration.ofSeconds(10);
    private Duration writeTimeout = Duration.ofSeconds(30);
    private Duration firstFrameTimeout = Duration.ZERO;
    private Duration lingerTimeout = Duration.ofSeconds(3);
    private Duration drainTimeout = Duration.ofSeconds(3);
    private Duration keepalive = Duration.ofSeconds(60);
    private Backend backend; // Null for the first that works.
    private double sweepShare = PollerOptions.SWEEP_SHARE;
    private Duration oldClientDelay = Duration.ofNanos(PollerOptions.OLD_CLIENT_DELAY_NANOS);
    private Supplier<Posix> posix = Posix::confined;
    private Supplier<Arena> memory = Arena::ofConfined;

    /** Options as they are by default. */
    public ServerOptions() {
    }

    /** Sets where to listen; port 0 lets the kernel choose. Default: 127.0.0.1:5882. */
    public ServerOptions address(SocketAddress address) {
        this.address = address;
        return this;
    }

    public SocketAddress address() {
        return address;
    }

    /**
     * Sets how many connections the kernel holds until they are accepted, no more than net.core.somaxconn.
     * Default: 4096.
     */
    public ServerOptions backlog(int backlog) {
        this.backlog = backlog;
        return this;
    }

    public int backlog() {
        return backlog;
    }

    /**
     * Sets the most clients at one time. A start lowers it to what the descriptor limit allows, and the
     * default also to what the memory allows. Default: 4096.
     */
    public ServerOptions maxClients(int maxClients) {
        this.maxClients = maxClients;
        return this;
    }

    public int maxClients() {
        return maxClients == null ? MAX_CLIENTS : maxClients;
    }

    /**
     * The limit that lowered {@link #maxClients}, for a message; null if none did.
     *
     * @see #effective
     */
    public String maxClientsReason() {
        return maxClientsReason;
    }

    /** Sets whether a start fails where {@link #maxClients} would be lowered. Default: false. */
    public ServerOptions strictLimits(boolean strictLimits) {
        this.strictLimits = strictLimits;
        return this;
    }

    public boolean strictLimits() {
        return strictLimits;
    }

    /** Sets the calls of accept4(2) in one pass of the loop. Default: {@link #UNTIL_EAGAIN}. */
    public ServerOptions acceptBudget(int acceptBudget) {
        this.acceptBudget = acceptBudget;
        return this;
    }

    public int acceptBudget() {
        return acceptBudget;
    }

    /** Sets where frames end. Default: {@link Framing#u32le}. */
    public ServerOptions framing(Framing framing) {
        this.framing = framing;
        return this;
    }

    public Framing framing() {
        return framing;
    }

    /** Sets the largest frame, prefix included; at most 16 MiB. Default: 4096. */
    public ServerOptions bufferSize(long bufferSize) {
        this.bufferSize = bufferSize;
        return this;
    }

    public long bufferSize() {
        return bufferSize;
    }

    /** Sets the unsent bytes above which a client is not read from. Default: 64 KiB. */
    public ServerOptions highWatermarkBytes(long highWatermarkBytes) {
        this.highWatermarkBytes = highWatermarkBytes;
        return this;
    }

    public long highWatermarkBytes() {
        return highWatermarkBytes;
    }

    /** Sets the unsent bytes at which reading goes on, or fewer. Default: 32 KiB. */
    public ServerOptions lowWatermarkBytes(long lowWatermarkBytes) {
        this.lowWatermarkBytes = lowWatermarkBytes;
        return this;
    }

    public long lowWatermarkBytes() {
        return lowWatermarkBytes;
    }

    /**
     * Sets the unsent bytes above which a client is closed. Default: computed, the larger of 256 KiB and
     * high watermark + receive buffer.
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
     * Sets the bytes that all clients together may hold off-heap. Default: computed, 1 GiB, or less if
     * the clients' own limits add up to less, or half of what heap and JVM leave of the memory is less.
     *
     * @see MemoryPlan
     */
    public ServerOptions memoryLimitBytes(long memoryLimitBytes) {
        this.memoryLimitBytes = memoryLimitBytes;
        return this;
    }

    public long memoryLimitBytes() {
        return memoryPlan().memoryLimitBytes();
    }

    /**
     * Sets SO_SNDBUF and SO_RCVBUF of each client; 0 leaves their sizes to the kernel. The kernel doubles
     * both, and cuts them to net.core.wmem_max and net.core.rmem_max. Default: computed, 0, or less than
     * the kernel's usual 208 KiB if the memory has no room for so much.
     *
     * @see MemoryPlan
     */
    public ServerOptions socketBufferBytes(long socketBufferBytes) {
        this.socketBufferBytes = socketBufferBytes;
        return this;
    }

    public long socketBufferBytes() {
        return memoryPlan().socketBufferBytes();
    }

    /** Returns how these options divide the memory that this process may use. */
    public MemoryPlan memoryPlan() {
        return plan(maxClients());
    }

    private MemoryPlan plan(int clients) {
        // Growth holds the old block and the new one for a moment, hence twice.
        long each = 2 * (bufferSize + Outbound.mostBytes(unsentLimitBytes()));
        return MemoryPlan.of(machine == null ? MachineMemory.here() : machine, heapBytes,
                new MemoryPlan.Wish(clients, maxClients != null, each, 2 * receiveBufferBytes(),
                        memoryLimitBytes, socketBufferBytes));
    }

    /** Replaces this machine's memory and this JVM's maximum heap, for a test. */
    ServerOptions machine(MachineMemory machine, long heapBytes) {
        this.machine = machine;
        this.heapBytes = heapBytes;
        return this;
    }

    /**
     * Sets the time after which a client with no byte moved either way is closed; 0 for never. Default: 0.
     */
    public ServerOptions idleTimeout(Duration idleTimeout) {
        this.idleTimeout = idleTimeout;
        return this;
    }

    public Duration idleTimeout() {
        return idleTimeout;
    }

    /**
     * Sets the time from a frame's first byte to its last, without the server's own pauses; zero for no
     * limit. Default: 10 s.
     */
    public ServerOptions frameTimeout(Duration frameTimeout) {
        this.frameTimeout = frameTimeout;
        return this;
    }

    public Duration frameTimeout() {
        return frameTimeout;
    }

    /**
     * Sets the time in which a client must take some of the bytes that wait for it; zero for no limit.
     * Default: 30 s.
     */
    public ServerOptions writeTimeout(Duration writeTimeout) {
        this.writeTimeout = writeTimeout;
        return this;
    }

    public Duration writeTimeout() {
        return writeTimeout;
    }

    /**
     * Sets the time from a connection to the end of its first complete frame, against peers that take places
     * and never send. Off by default: a peer that only listens would be closed. Default: 0, which means no
     * limit.
     */
    public ServerOptions firstFrameTimeout(Duration firstFrameTimeout) {
        this.firstFrameTimeout = firstFrameTimeout;
        return this;
    }

    public Duration firstFrameTimeout() {
        return firstFrameTimeout;
    }

    /**
     * Sets the time that a peer has to hang up after the server's side was shut down. Meanwhile what it sends
     * is thrown away; closing earlier could send a reset, which destroys replies in flight. Default: 3 s.
     */
    public ServerOptions lingerTimeout(Duration lingerTimeout) {
        this.lingerTimeout = lingerTimeout;
        return this;
    }

    public Duration lingerTimeout() {
        return lingerTimeout;
    }

    /** Sets the default time for a drain, from its beginning to the server's end. Default: 3 s. */
    public ServerOptions drainTimeout(Duration drainTimeout) {
        this.drainTimeout = drainTimeout;
        return this;
    }

    public Duration drainTimeout() {
        return drainTimeout;
    }

    /**
     * Sets the silence after which the kernel probes whether a peer is still there (SO_KEEPALIVE), in
     * seconds, rounded up; zero for never. Six unanswered probes, each a sixth of that time after the last,
     * close the client. A peer that acknowledges nothing is closed after the same time in all, or after the
     * write timeout if that is longer (TCP_USER_TIMEOUT). Default: 60 s.
     *
     * @see <a href="https://man7.org/linux/man-pages/man7/tcp.7.html">tcp(7)</a>
     */
    public ServerOptions keepalive(Duration keepalive) {
        this.keepalive = keepalive;
        return this;
    }

    public Duration keepalive() {
        return keepalive;
    }

    /**
     * Sets how to wait for readiness. One that is set must work, or the start fails; by default the start
     * takes another one, and logs that, where the kernel or its sandbox refuses the first. Default: {@link
     * Backend#auto}.
     *
     * @param backend null for the default
     */
    public ServerOptions backend(Backend backend) {
        this.backend = backend;
        return this;
    }

    public Backend backend() {
        return backend == null ? Backend.auto() : backend;
    }

    /** Makes the poller on the calling thread. */
    Poller openPoller(Posix posix) {
        if (backend != null) {
            return backend.open(posix, pollerOptions());
        }
        PosixException refusal = null;
        for (Backend each : Backend.inOrderOfChoice()) {
            try {
                Poller poller = each.open(posix, pollerOptions());
                if (refusal != null) {
                    String reason = refusal.getMessage();
                    PeerLog.LOG.log(Level.WARNING, () -> "waiting with " + each + ", since " + reason);
                }
                return poller;
            } catch (PosixException e) {
                refusal = refusal == null ? e : refusal;
            }
        }
        throw refusal;
    }

    /**
     * Sets the part of the time that {@link Backend#POLL_GENERATIONS} may use to poll silent clients.
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
     * Sets how late {@link Backend#POLL_GENERATIONS} may notice a silent client, if the share allows it.
     * Default: 10 ms.
     */
    public ServerOptions oldClientDelay(Duration oldClientDelay) {
        this.oldClientDelay = oldClientDelay;
        return this;
    }

    public Duration oldClientDelay() {
        return oldClientDelay;
    }

    PollerOptions pollerOptions() {
        return new PollerOptions(maxClients(), sweepShare, oldClientDelay.toNanos());
    }

    /** Sets what makes the kernel for a thread, on that thread. Default: {@link Posix#confined}. */
    public ServerOptions posix(Supplier<Posix> posix) {
        this.posix = posix;
        return this;
    }

    public Supplier<Posix> posix() {
        return posix;
    }

    /**
     * Sets what makes the arena of what is held for one client: the beginning of a frame, or unsent bytes.
     * Called on the loop's thread, many times. An arena that throws {@link OutOfMemoryError} ends that client
     * with {@link CloseReason#NO_RESOURCES}, and no more. Default: {@link Arena#ofConfined}.
     */
    public ServerOptions memory(Supplier<Arena> memory) {
        this.memory = memory;
        return this;
    }

    public Supplier<Arena> memory() {
        return memory;
    }

    /**
     * Returns a copy as a server would run with it here and now, with all computed values fixed. The soft
     * descriptor limit is raised as far as it goes, and {@link #maxClients} lowered to what descriptors and
     * memory allow.
     *
     * @throws IllegalArgumentException if the options contradict each other
     * @throws PosixException if the descriptor limit has no room, or {@link #strictLimits} is set and
     *         descriptors or memory have too little
     */
    public ServerOptions effective() {
        ServerOptions effective = checked();
        try (Posix kernel = posix.get()) {
            DescriptorLimit.Room room =
                    DescriptorLimit.clientsWithin(kernel, maxClients(), strictLimits, backend());
            effective.fix(effective.plan(room.clients()), room);
        }
        return effective;
    }

    private void fix(MemoryPlan plan, DescriptorLimit.Room room) {
        int wanted = maxClients();
        if (plan.clients() < room.clients()) {
            maxClientsReason = plan.limitSource() + " allows " + plan.limitBytes() + " bytes of memory";
            if (strictLimits) {
                throw new PosixException("max clients " + room.clients(), -Errno.ENOMEM.number,
                        maxClientsReason + ", with room for " + plan.clients() + "; lower --max-clients");
            }
        } else if (room.clients() < wanted) {
            maxClientsReason = room.reason();
        }
        maxClients = plan.clients();
        memoryLimitBytes = plan.memoryLimitBytes();
        socketBufferBytes = plan.socketBufferBytes();
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
        require(maxClients() >= 1, "max clients %d is less than 1 (--max-clients)", maxClients);
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
        require(socketBufferBytes == COMPUTED || socketBufferBytes >= 0
                        && socketBufferBytes <= MOST_SOCKET_BUFFER_BYTES,
                "socket buffers %d is not within 0..%d (--socket-buffers)", socketBufferBytes,
                MOST_SOCKET_BUFFER_BYTES);
        require(!keepalive.isNegative() && keepalive.compareTo(LONGEST_KEEPALIVE) <= 0,
                "keepalive %s is not within 0 and 32767 s (--keepalive)", keepalive);
        requireTimeout(idleTimeout, "idle");
        requireTimeout(frameTimeout, "frame");
        requireTimeout(writeTimeout, "write");
        requireTimeout(firstFrameTimeout, "first-frame");
        requireTimeout(lingerTimeout, "linger");
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
