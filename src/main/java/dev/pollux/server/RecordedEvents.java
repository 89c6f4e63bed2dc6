package dev.pollux.server;

import dev.pollux.posix.Errno;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;

/**
 * Events that are recorded whenever a recording asks for them. Before the first recording no event class is
 * touched, because loading one brings in a hundred others; afterwards each event is asked before anything is
 * made for it, and what happens in every iteration asks an event that is made once.
 */
final class RecordedEvents extends Events {
    private static final String CATEGORY = "Pollux";

    private SlowIteration iteration; // Made when it is wanted first.
    private boolean timed; // An iteration under way when a recording begins has no beginning to tell.

    /** What all that is about a client tells of it. */
    private abstract static class ClientEvent extends Event {
        @Label("Peer")
        String peer;

        @Label("Descriptor")
        int descriptor;

        void of(Client client) {
            peer = client.address().toString();
            descriptor = client.fd();
        }
    }

    @Name("dev.pollux.ClientAccepted")
    @Label("Client Accepted")
    @Category(CATEGORY)
    @StackTrace(false)
    static final class ClientAccepted extends ClientEvent {
    }

    @Name("dev.pollux.ClientClosed")
    @Label("Client Closed")
    @Category(CATEGORY)
    @StackTrace(false)
    static final class ClientClosed extends ClientEvent {
        @Label("Reason")
        String reason;

        @Label("Bytes Received")
        @DataAmount
        long bytesReceived;

        @Label("Bytes Sent")
        @DataAmount
        long bytesSent;

        @Label("Bytes Unsent")
        @Description("What the peer was owed")
        @DataAmount
        long bytesUnsent;
    }

    @Name("dev.pollux.ReadingPaused")
    @Label("Reading Paused")
    @Description("A client is not read from, because it does not take its replies")
    @Category(CATEGORY)
    @StackTrace(false)
    static final class ReadingPaused extends ClientEvent {
        @Label("Bytes Unsent")
        @DataAmount
        long bytesUnsent;
    }

    @Name("dev.pollux.ReadingResumed")
    @Label("Reading Resumed")
    @Category(CATEGORY)
    @StackTrace(false)
    static final class ReadingResumed extends ClientEvent {
        @Label("Bytes Unsent")
        @DataAmount
        long bytesUnsent;
    }

    @Name("dev.pollux.AcceptBackOff")
    @Label("Accept Back-Off")
    @Description("No client is accepted for a while, because accept4 failed")
    @Category(CATEGORY)
    @StackTrace(false)
    static final class AcceptBackOff extends Event {
        @Label("Descriptor")
        int descriptor;

        @Label("Errno")
        String errno;

        @Label("Back-Off")
        @Timespan(Timespan.NANOSECONDS)
        long backOff;
    }

    @Name("dev.pollux.ClientLimitReached")
    @Label("Client Limit Reached")
    @Description("All places are taken: further connections wait in the kernel's backlog")
    @Category(CATEGORY)
    @StackTrace(false)
    static final class ClientLimitReached extends Event {
        @Label("Clients at Most")
        int maxClients;
    }

    /** Its duration does not contain the wait. */
    @Name("dev.pollux.SlowIteration")
    @Label("Slow Iteration")
    @Description("Between two waits the loop was busy for longer than the threshold")
    @Category(CATEGORY)
    @Threshold("10 ms")
    @StackTrace(false)
    static final class SlowIteration extends Event {
        @Label("Ready")
        @Description("Descriptors that were ready")
        int ready;
    }

    @Override
    void accepted(Client client) {
        if (!FlightRecorder.isInitialized()) {
            return;
        }
        ClientAccepted event = new ClientAccepted();
        if (event.shouldCommit()) {
            event.of(client);
            event.commit();
        }
    }

    @Override
    void closed(Client client) {
        if (!FlightRecorder.isInitialized()) {
            return;
        }
        ClientClosed event = new ClientClosed();
        if (event.shouldCommit()) {
            event.of(client);
            event.reason = client.reason().name();
            event.bytesReceived = client.bytesReceived();
            event.bytesSent = client.bytesSent();
            event.bytesUnsent = client.unsentBytes();
            event.commit();
        }
    }

    @Override
    void readingPaused(Client client) {
        if (!FlightRecorder.isInitialized()) {
            return;
        }
        ReadingPaused event = new ReadingPaused();
        if (event.shouldCommit()) {
            event.of(client);
            event.bytesUnsent = client.unsentBytes();
            event.commit();
        }
    }

    @Override
    void readingResumed(Client client) {
        if (!FlightRecorder.isInitialized()) {
            return;
        }
        ReadingResumed event = new ReadingResumed();
        if (event.shouldCommit()) {
            event.of(client);
            event.bytesUnsent = client.unsentBytes();
            event.commit();
        }
    }

    @Override
    void acceptBackOff(int listener, int result, long backOffNanos) {
        if (!FlightRecorder.isInitialized()) {
            return;
        }
        AcceptBackOff event = new AcceptBackOff();
        if (event.shouldCommit()) {
            event.descriptor = listener;
            event.errno = Errno.name(result);
            event.backOff = backOffNanos;
            event.commit();
        }
    }

    @Override
    void clientLimitReached(int maxClients) {
        if (!FlightRecorder.isInitialized()) {
            return;
        }
        ClientLimitReached event = new ClientLimitReached();
        if (event.shouldCommit()) {
            event.maxClients = maxClients;
            event.commit();
        }
    }

    @Override
    void iterationBegan() {
        timed = false;
        if (FlightRecorder.isInitialized()) {
            if (iteration == null) {
                iteration = new SlowIteration();
            }
            timed = iteration.isEnabled();
            if (timed) {
                iteration.begin();
            }
        }
    }

    @Override
    void iterationEnded(int ready) {
        if (timed) {
            iteration.end();
            if (iteration.shouldCommit()) {
                iteration.ready = ready;
                iteration.commit();
            }
        }
    }
}
