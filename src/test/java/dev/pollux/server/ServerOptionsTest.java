package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.frame.Framing;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import java.time.Duration;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class ServerOptionsTest {
    private final ServerOptions options = new ServerOptions();

    private void assertRefused(String... parts) {
        assertThatExceptionOfType(IllegalArgumentException.class).as("%s", String.join(" ", parts))
                .isThrownBy(() -> new Server(options, TestServer.ECHO))
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    private void assertTaken() {
        assertThat(new Server(options, TestServer.ECHO).address()).isNull();
    }

    @Test
    void theDefaultsAreTheDocumentedOnes() {
        assertThat(options.address()).isEqualTo(SocketAddress.of("127.0.0.1", 5882));
        assertThat(options.backlog()).isEqualTo(4096);
        assertThat(options.maxClients()).isEqualTo(4096);
        assertThat(options.strictLimits()).isFalse();
        assertThat(options.acceptBudget()).isEqualTo(ServerOptions.UNTIL_EAGAIN);
        assertThat(options.bufferSize()).isEqualTo(4096);
        assertThat(options.highWatermarkBytes()).isEqualTo(65_536);
        assertThat(options.lowWatermarkBytes()).isEqualTo(32_768);
        assertThat(options.unsentLimitBytes()).isEqualTo(262_144);
        assertThat(options.idleTimeout()).isZero();
        assertThat(options.frameTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(options.writeTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(options.drainTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(options.keepalive()).isEqualTo(Duration.ofSeconds(60));
        options.machine(new MachineMemory(64L << 30, "a test"), 1 << 30);
        assertThat(options.socketBufferBytes()).isZero();
        assertTaken();
    }

    @Test
    void theUnsentLimitFollowsTheHighWatermarkAndTheReceiveBuffer() {
        options.highWatermarkBytes(1 << 20).bufferSize(1 << 20);
        assertThat(options.unsentLimitBytes()).isEqualTo((1 << 20) + options.receiveBufferBytes());
        assertTaken();
    }

    @Test
    void theMemoryLimitIsAGigabyteOrWhatAllClientsCanHoldIfThatIsLess() {
        options.machine(new MachineMemory(64L << 30, "a test"), 1 << 30);
        assertThat(options.memoryLimitBytes()).isEqualTo(1 << 30);
        assertThat(options.maxClients(10).memoryLimitBytes()).isLessThan(7 << 20);
        options.maxClients(Integer.MAX_VALUE).bufferSize(16 << 20).unsentLimitBytes(1L << 32);
        assertThat(options.memoryLimitBytes()).as("at least one client's worth").isGreaterThan(1L << 32);
        assertTaken();
    }

    @Test
    void bufferSizesOutOfRangeAreRefused() {
        options.bufferSize(4);
        assertRefused("buffer size", "--buffer-size", "4", "5", "16777216");
        options.bufferSize((16 << 20) + 1);
        assertRefused("--buffer-size", "16777217", "16777216");
        options.bufferSize(-1);
        assertRefused("--buffer-size", "-1");
        options.bufferSize(16 << 20);
        assertTaken();
        options.bufferSize(5);
        assertTaken();
        options.bufferSize(1).framing(Framing.line());
        assertRefused("--buffer-size");
        options.bufferSize(2);
        assertTaken();
    }

    @Test
    void countsBelowOneAreRefused() {
        options.maxClients(0);
        assertRefused("--max-clients", "0", "1");
        options.maxClients(1).backlog(0);
        assertRefused("--backlog", "0", "1");
        options.backlog(1).acceptBudget(0);
        assertRefused("--accept", "0", "1");
        options.acceptBudget(1).memoryLimitBytes(0);
        assertRefused("--memory-limit", "0", "1");
        options.memoryLimitBytes(1);
        assertTaken();
    }

    @Test
    void aMemoryLimitThatNoSumCouldHoldIsRefused() {
        options.memoryLimitBytes((1L << 50) + 1);
        assertRefused("--memory-limit", "1125899906842625", "1125899906842624");
        options.memoryLimitBytes(1L << 50);
        assertTaken();
    }

    @Test
    void aLowWatermarkAboveTheHighOneIsRefused() {
        options.lowWatermarkBytes(65_537);
        assertRefused("low watermark", "--low-watermark", "65537", "65536");
        options.lowWatermarkBytes(-1);
        assertRefused("--low-watermark", "-1");
        options.lowWatermarkBytes(65_536);
        assertTaken();
        options.lowWatermarkBytes(0).highWatermarkBytes(0);
        assertTaken();
    }

    @Test
    void anUnsentLimitThatTheRepliesToOneReadCouldPassIsRefused() {
        long least = 65_536 + options.receiveBufferBytes();
        options.unsentLimitBytes(least - 1);
        assertRefused("unsent limit", "--unsent-limit", String.valueOf(least - 1), String.valueOf(least));
        options.unsentLimitBytes(least);
        assertTaken();
    }

    @Test
    void sizesBeyondReasonAreRefusedInsteadOfWrappingAround() {
        options.highWatermarkBytes(Long.MAX_VALUE);
        assertRefused("--high-watermark", String.valueOf(Long.MAX_VALUE));
        options.highWatermarkBytes(65_536).unsentLimitBytes(Long.MAX_VALUE);
        assertRefused("--unsent-limit", String.valueOf(Long.MAX_VALUE));
        options.unsentLimitBytes(-5);
        assertRefused("--unsent-limit", "-5");
    }

    @Test
    void timeoutsOutOfRangeAreRefusedByName() {
        timeout("--idle-timeout", ServerOptions::idleTimeout);
        timeout("--frame-timeout", ServerOptions::frameTimeout);
        timeout("--write-timeout", ServerOptions::writeTimeout);
        timeout("--drain-timeout", ServerOptions::drainTimeout);
        timeout("--linger-timeout", ServerOptions::lingerTimeout);
        timeout("--first-frame-timeout", ServerOptions::firstFrameTimeout);
    }

    private void timeout(String name, BiFunction<ServerOptions, Duration, ServerOptions> set) {
        set.apply(options, Duration.ofMillis(-1));
        assertRefused(name);
        set.apply(options, Duration.ofDays(366));
        assertRefused(name, "365 days");
        set.apply(options, Duration.ofSeconds(Long.MAX_VALUE));
        assertRefused(name);
        set.apply(options, Duration.ZERO);
        assertTaken();
    }

    @Test
    void keepaliveAndSocketBuffersOutOfRangeAreRefused() {
        options.keepalive(Duration.ofMillis(-1));
        assertRefused("--keepalive");
        options.keepalive(Duration.ofSeconds(32768));
        assertRefused("--keepalive", "32767");
        options.keepalive(Duration.ofSeconds(32767)).socketBufferBytes(-1);
        assertRefused("--socket-buffers", "-1");
        options.socketBufferBytes((512 << 20) + 1);
        assertRefused("--socket-buffers", "536870913", "536870912");
        options.socketBufferBytes(512 << 20);
        assertTaken();
        options.keepalive(Duration.ZERO).socketBufferBytes(0);
        assertTaken();
        options.memoryLimitBytes(-1);
        assertRefused("--memory-limit", "-1");
        options.memoryLimitBytes(1).maxClients(-1);
        assertRefused("--max-clients", "-1");
    }

    private static final MachineMemory SMALL = new MachineMemory(256 << 20, "/sys/fs/cgroup/memory.max");

    @Test
    void computedMaxClientsIsLoweredToWhatTheMemoryAllowsAndThatIsLogged() {
        options.address(SocketAddress.of("127.0.0.1", 0)).machine(SMALL, 64 << 20);
        ServerOptions effective = options.effective();
        assertThat(effective.maxClients()).isBetween(700, 800);
        assertThat(effective.socketBufferBytes()).isEqualTo(16 << 10);
        assertThat(effective.memoryPlan().sumBytes()).isLessThanOrEqualTo(256 << 20);
        assertThat(effective.maxClientsReason())
                .isEqualTo("/sys/fs/cgroup/memory.max allows 268435456 bytes of memory");
        assertThat(effective.effective().maxClients()).as("fixed").isEqualTo(effective.maxClients());
        try (Log log = new Log(); Server server = new Server(options, TestServer.ECHO).start()) {
            assertThat(server.address()).isNotNull();
            assertThat(log.warnings()).containsExactly("max clients lowered from 4096 to "
                    + effective.maxClients() + ": " + effective.maxClientsReason());
        }
    }

    @Test
    void withStrictLimitsTooLittleMemoryIsAnError() {
        options.address(SocketAddress.of("127.0.0.1", 0)).machine(SMALL, 64 << 20).strictLimits(true);
        assertThatExceptionOfType(PosixException.class)
                .isThrownBy(() -> new Server(options, TestServer.ECHO).start())
                .withMessageContaining("max clients 4096: ENOMEM").withMessageContaining("--max-clients");
        assertThat(options.maxClients(700).effective().maxClients()).isEqualTo(700);
    }

    @Test
    void maxClientsThatIsSetIsKeptAndASumBeyondTheMemoryIsWarnedOf() {
        options.address(SocketAddress.of("127.0.0.1", 0)).machine(SMALL, 64 << 20).maxClients(4096);
        assertThat(options.effective().maxClients()).isEqualTo(4096);
        assertThat(options.effective().maxClientsReason()).isNull();
        try (Log log = new Log(); Server server = new Server(options, TestServer.ECHO).start()) {
            assertThat(server.address()).isNotNull();
            assertThat(log.warnings()).singleElement().asString().startsWith("the limits add up to ")
                    .endsWith(SMALL.source() + " allows 268435456 (serve --dry-run prints the terms)");
        }
    }

    @Test
    void laterChangesConcernTheNextServerOnly() {
        options.address(SocketAddress.of("127.0.0.1", 0));
        Server server = new Server(options, TestServer.ECHO);
        options.address(SocketAddress.of("192.0.2.1", 0)).maxClients(0);
        try (server) {
            assertThat(server.start().address().toString()).startsWith("127.0.0.1:");
        }
    }

    @Test
    void maxClientsIsLoweredToWhatTheDescriptorLimitAllowsAndThatIsSaid() {
        int limit = DescriptorLimits.here();
        options.address(SocketAddress.of("127.0.0.1", 0)).maxClients(limit);
        int effective = options.effective().maxClients();
        assertThat(effective).isLessThan(limit).isGreaterThan(limit / 2);
        assertThat(options.maxClients()).as("unchanged").isEqualTo(limit);
        try (Log log = new Log(); Server server = new Server(options, TestServer.ECHO).start()) {
            assertThat(server.address()).isNotNull();
            assertThat(log.warnings()).singleElement().asString()
                    .startsWith("max clients lowered from " + limit + " to ").contains("ulimit -Hn");
        }
    }

    @Test
    void withStrictLimitsThatIsAnError() {
        options.maxClients(DescriptorLimits.here()).strictLimits(true);
        Server server = new Server(options, TestServer.ECHO);
        assertThatExceptionOfType(PosixException.class).isThrownBy(server::start)
                .withMessageContaining("max clients " + options.maxClients())
                .withMessageContaining("--max-clients");
        assertThat(options.maxClients(10).effective().maxClients()).isEqualTo(10);
    }
}
