package dev.pollux.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.poller.Backend;
import dev.pollux.server.CloseReason;
import dev.pollux.server.Handler;
import dev.pollux.server.ServerOptions;
import dev.pollux.testkit.SimulatedKernel;
import dev.pollux.testkit.SimulatedPeer;
import dev.pollux.testkit.SimulatedServer;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * While one client's callback takes longer than every time-out, other peers do in time what their deadlines
 * ask for. No deadline closes them before the server looked.
 */
@Timeout(60)
class LastLookTest {
    private static final int SLOW_BYTES = 1; // A payload of this length takes long.
    private static final Duration LONG = Duration.ofSeconds(9);

    private final SimulatedKernel kernel = new SimulatedKernel().sendBufferBytes(100).receiveBufferBytes(100);
    private final Handler handler = (client, buffer, offset, length) -> {
        if (length == SLOW_BYTES) {
            kernel.pass(LONG);
        }
        client.send(buffer, offset, length);
    };

    private static ServerOptions options(Backend backend) {
        return new ServerOptions().backend(backend).idleTimeout(Duration.ofSeconds(5))
                .frameTimeout(Duration.ofSeconds(4)).writeTimeout(Duration.ofSeconds(3));
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatTookItsBytesMeanwhileIsServed(Backend backend) {
        try (var server = SimulatedServer.start(options(backend), handler, kernel)) {
            SimulatedPeer owed = server.connect().readNothing().sendFrame(new byte[400]);
            server.advance(Duration.ofSeconds(1));
            kernel.after(Duration.ofSeconds(2), owed::readAll);
            server.connect().sendFrame(new byte[SLOW_BYTES]);
            server.advance(Duration.ofSeconds(10));
            assertThat(server.reason(owed)).isNull();
            assertThat(owed.nextFrame()).hasSize(400);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatSentMeanwhileIsServed(Backend backend) {
        try (var server = SimulatedServer.start(options(backend), handler, kernel)) {
            SimulatedPeer idle = server.connect();
            SimulatedPeer inTheMidst = server.connect().send((byte) 4, (byte) 0);
            server.advance(Duration.ofSeconds(1));
            kernel.after(Duration.ofSeconds(2), () -> idle.sendFrame("in time"));
            kernel.after(Duration.ofSeconds(2), () -> inTheMidst.send(new byte[] {0, 0, 'r', 'e', 's', 't'}));
            server.connect().sendFrame(new byte[SLOW_BYTES]);
            server.advance(Duration.ofSeconds(10));
            assertThat(idle.nextText()).isEqualTo("in time");
            assertThat(inTheMidst.nextText()).isEqualTo("rest");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCallbackThatIsSlowDuringTheLookTakesNoTimeFromTheNextClient(Backend backend) {
        try (var server = SimulatedServer.start(options(backend), handler, kernel)) {
            SimulatedPeer first = server.connect();
            SimulatedPeer second = server.connect();
            server.advance(Duration.ofSeconds(1));
            kernel.after(Duration.ofSeconds(2), () -> first.sendFrame(new byte[SLOW_BYTES]));
            kernel.after(Duration.ofSeconds(2), () -> second.sendFrame("in time"));
            server.connect().sendFrame(new byte[SLOW_BYTES]);
            server.advance(Duration.ofSeconds(19));
            assertThat(second.nextText()).isEqualTo("in time");
            assertThat(server.reason(second)).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatDidNothingIsClosed(Backend backend) {
        try (var server = SimulatedServer.start(options(backend), handler, kernel)) {
            SimulatedPeer idle = server.connect();
            SimulatedPeer inTheMidst = server.connect().send((byte) 4, (byte) 0);
            SimulatedPeer owed = server.connect().readNothing().sendFrame(new byte[400]);
            server.advance(Duration.ofSeconds(1));
            server.connect().sendFrame(new byte[SLOW_BYTES]);
            server.advance(Duration.ofSeconds(10));
            assertThat(server.reason(idle)).isEqualTo(CloseReason.IDLE_TIMEOUT);
            assertThat(server.reason(inTheMidst)).isIn(CloseReason.FRAME_TIMEOUT, CloseReason.IDLE_TIMEOUT);
            assertThat(server.reason(owed)).isIn(CloseReason.WRITE_TIMEOUT, CloseReason.IDLE_TIMEOUT);
        }
    }
}
