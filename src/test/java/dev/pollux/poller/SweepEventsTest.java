package dev.pollux.poller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.posix.Recorded;
import dev.pollux.posix.Sockets;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SweepEventsTest {
    private static final int CLIENTS = 5;

    /** One talks all the time, so that sweeps go on; the others become old after some of them. */
    @Test
    void aSweepTellsHowManyAreAskedEachTimeAndHowManyInTurn() throws Exception {
        List<RecordedEvent> events;
        try (Recorded recording = new Recorded("Sweep"); Sockets sockets = new Sockets()) {
            try (GenerationalPoll poll = new GenerationalPoll(sockets.posix(),
                    new PollerOptions(CLIENTS, 1, 1))) {
                Sockets.Pair talking = sockets.unixPair();
                poll.add(talking.far(), Poller.token(2, 0), Interest.READ);
                for (int slot = 3; slot < 2 + CLIENTS; slot++) {
                    poll.add(sockets.unixPair().far(), Poller.token(slot, 0), Interest.READ);
                }
                sockets.write(talking.near(), 1);
                for (int i = 0; i < 100_000 && poll.sweep() < 10; i++) {
                    assertThat(poll.await(0)).isEqualTo(1);
                }
            }
            events = recording.events();
        }
        assertThat(events).hasSizeGreaterThanOrEqualTo(8);
        RecordedEvent last = events.getLast();
        assertThat(last.getInt("young")).isEqualTo(1);
        assertThat(last.getInt("old")).isEqualTo(CLIENTS - 1);
        assertThat(last.getBoolean("quiet")).isFalse();
        assertThat(events.getFirst().getInt("young")).isEqualTo(CLIENTS);
        assertThat(last.getDuration()).isPositive();
    }
}
