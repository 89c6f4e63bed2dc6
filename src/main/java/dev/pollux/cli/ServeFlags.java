package dev.pollux.cli;

import dev.pollux.poller.Backend;
import dev.pollux.posix.SocketAddress;
import dev.pollux.server.ServerOptions;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The flags of {@code serve} that are about the server itself. What they are by default the server decides.
 */
final class ServeFlags {
    private static final String BY_DEFAULT = " Default: ${DEFAULT-VALUE}";
    private static final String COMPUTED = " Default: computed, see --dry-run";

    private final ServerOptions defaults = new ServerOptions();

    @Option(names = "--host", paramLabel = "ADDRESS",
            description = "IPv4 or IPv6 address to listen on." + BY_DEFAULT)
    private String host = hostOf(defaults.address());

    @Option(names = "--port", paramLabel = "PORT", converter = PositiveInt.Port.class,
            description = "Port to listen on; 0 takes a free one." + BY_DEFAULT)
    private int port = defaults.address().port();

    @Option(names = "--backlog", paramLabel = "N", converter = PositiveInt.class,
            description = "Connections that the kernel holds until they are accepted." + BY_DEFAULT)
    private int backlog = defaults.backlog();

    @Option(names = "--accept", paramLabel = "HOW", converter = AcceptBudget.Converter.class,
            completionCandidates = AcceptBudget.Names.class,
            description = "Connections taken in one pass: until-eagain, once, or a number." + BY_DEFAULT)
    private AcceptBudget accept = new AcceptBudget(defaults.acceptBudget());

    @Option(names = "--poller", paramLabel = "NAME", converter = PollerName.Converter.class,
            completionCandidates = PollerName.Names.class, defaultValue = PollerName.AUTO,
            description = "How to wait for readiness: ${COMPLETION-CANDIDATES}." + BY_DEFAULT)
    private Backend poller;

    @Option(names = "--sweep-share", paramLabel = "SHARE", converter = ShareConverter.class,
            description = "poll-generations: the part of the time for asking silent clients." + BY_DEFAULT)
    private double sweepShare = defaults.sweepShare();

    @Option(names = "--old-client-delay", paramLabel = "TIME", converter = TimeSpan.Converter.class,
            description = "poll-generations: how late one is noticed, if the share allows it." + BY_DEFAULT)
    private TimeSpan oldClientDelay = new TimeSpan(defaults.oldClientDelay());

    @Option(names = "--framing", paramLabel = "NAME", converter = FramingName.Converter.class,
            description = "Where a frame ends: ${COMPLETION-CANDIDATES}." + BY_DEFAULT)
    private FramingName framing = FramingName.U32LE;

    @Option(names = "--buffer-size", paramLabel = "SIZE", converter = ByteSize.Converter.class,
            description = "The largest frame, prefix included; up to 16m." + BY_DEFAULT)
    private ByteSize bufferSize = new ByteSize(defaults.bufferSize());

    @Option(names = "--max-clients", paramLabel = "N", converter = PositiveInt.class,
            description = "Clients at one time; lowered to what the descriptor limit allows. Default: 4096,"
                    + " or less where memory is short")
    private Integer maxClients; // Null for the default, which memory can lower.

    @Option(names = "--strict-limits", description = "Fail where --max-clients would have to be lowered.")
    private boolean strictLimits = defaults.strictLimits();

    @Option(names = "--idle-timeout", paramLabel = "TIME", converter = TimeSpan.Converter.class,
            description = "Close a client after this long without a byte moved; 0 for never." + BY_DEFAULT)
    private TimeSpan idleTimeout = new TimeSpan(defaults.idleTimeout());

    @Option(names = "--frame-timeout", paramLabel = "TIME", converter = TimeSpan.Converter.class,
            description = "Time from a frame's first byte to its last; 0 for no limit." + BY_DEFAULT)
    private TimeSpan frameTimeout = new TimeSpan(defaults.frameTimeout());

    @Option(names = "--write-timeout", paramLabel = "TIME", converter = TimeSpan.Converter.class,
            description = "Time for a client to take some of what waits for it; 0 for no limit." + BY_DEFAULT)
    private TimeSpan writeTimeout = new TimeSpan(defaults.writeTimeout());

    @Option(names = "--first-frame-timeout", paramLabel = "TIME", converter = TimeSpan.Converter.class,
            description = "Time from a connection to its first whole frame; 0 for no limit." + BY_DEFAULT)
    private TimeSpan firstFrameTimeout = new TimeSpan(defaults.firstFrameTimeout());

    @Option(names = "--linger-timeout", paramLabel = "TIME", converter = TimeSpan.Converter.class,
            description = "Time for a peer to hang up after the server has; 0 does not wait." + BY_DEFAULT)
    private TimeSpan lingerTimeout = new TimeSpan(defaults.lingerTimeout());

    @Option(names = "--drain-timeout", paramLabel = "TIME", converter = TimeSpan.Converter.class,
            description = "Time from SIGTERM or Ctrl-C to the end; 0 does not wait." + BY_DEFAULT)
    private TimeSpan drainTimeout = new TimeSpan(defaults.drainTimeout());

    @Option(names = "--keepalive", paramLabel = "TIME", converter = TimeSpan.Converter.class,
            description = "Silence after which the kernel probes whether a peer is there; 0 for never."
                    + BY_DEFAULT)
    private TimeSpan keepalive = new TimeSpan(defaults.keepalive());

    @Option(names = "--high-watermark", paramLabel = "SIZE", converter = ByteSize.Converter.class,
            description = "With more unsent bytes than this a client is not read from." + BY_DEFAULT)
    private ByteSize highWatermark = new ByteSize(defaults.highWatermarkBytes());

    @Option(names = "--low-watermark", paramLabel = "SIZE", converter = ByteSize.Converter.class,
            description = "With as many unsent bytes, or fewer, reading goes on." + BY_DEFAULT)
    private ByteSize lowWatermark = new ByteSize(defaults.lowWatermarkBytes());

    @Option(names = "--unsent-limit", paramLabel = "SIZE", converter = ByteSize.Converter.class,
            description = "With more unsent bytes than this a client is closed." + COMPUTED)
    private ByteSize unsentLimit;

    @Option(names = "--memory-limit", paramLabel = "SIZE", converter = ByteSize.Converter.class,
            description = "What all clients together may hold off-heap." + COMPUTED)
    private ByteSize memoryLimit;

    @Option(names = "--socket-buffers", paramLabel = "SIZE", converter = ByteSize.Converter.class,
            description = "The kernel's buffers of each client, SO_SNDBUF and SO_RCVBUF; 0 for its own"
                    + " choice." + COMPUTED)
    private ByteSize socketBuffers;

    /**
     * The flags as the server takes them, which checks whether they agree.
     *
     * @param command whose usage is wrong if one of them is
     */
    ServerOptions toServerOptions(CommandLine command) {
        ServerOptions options = new ServerOptions()
                .address(address(command))
                .backlog(backlog)
                .acceptBudget(accept.calls())
                .backend(poller)
                .sweepShare(sweepShare)
                .oldClientDelay(oldClientDelay.duration())
                .framing(framing.framing)
                .bufferSize(bufferSize.bytes())
                .strictLimits(strictLimits)
                .idleTimeout(idleTimeout.duration())
                .frameTimeout(frameTimeout.duration())
                .writeTimeout(writeTimeout.duration())
                .firstFrameTimeout(firstFrameTimeout.duration())
                .lingerTimeout(lingerTimeout.duration())
                .drainTimeout(drainTimeout.duration())
                .keepalive(keepalive.duration())
                .highWatermarkBytes(highWatermark.bytes())
                .lowWatermarkBytes(lowWatermark.bytes());
        if (unsentLimit != null) {
            options.unsentLimitBytes(unsentLimit.bytes());
        }
        if (memoryLimit != null) {
            options.memoryLimitBytes(memoryLimit.bytes());
        }
        if (maxClients != null) {
            options.maxClients(maxClients);
        }
        if (socketBuffers != null) {
            options.socketBufferBytes(socketBuffers.bytes());
        }
        return options;
    }

    private static String hostOf(SocketAddress address) {
        String text = address.toString();
        return text.substring(0, text.lastIndexOf(':'));
    }

    private SocketAddress address(CommandLine command) {
        try {
            return SocketAddress.of(host, port);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, "Invalid value for option '--host': " + e.getMessage(), e);
        }
    }
}
