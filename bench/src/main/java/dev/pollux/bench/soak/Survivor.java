package dev.pollux.bench.soak;

import dev.pollux.bench.soak.Frames.WrongBytes;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/**
 * A peer that is there from beginning to end, never does anything wrong, and must not notice what the others
 * do: each byte of its stream comes back, and the end when it has said that it is done.
 */
final class Survivor implements Runnable {
    private static final int BURST_BYTES = 32 << 10; // Fits into the sockets' buffers: nobody has to wait.
    private static final int MOST_PAUSE_MILLIS = 50;

    private final String name;
    private final int port;
    private final long seed;
    private final Over over;
    private final CountDownLatch served = new CountDownLatch(1);
    private volatile String fault; // Null while there is none.
    private volatile long checked;

    Survivor(String name, int port, long seed, Over over) {
        this.name = name;
        this.port = port;
        this.seed = seed;
        this.over = over;
    }

    @Override
    public void run() {
        SplittableRandom random = new SplittableRandom(~seed);
        try (Connection peer = new Connection(port, seed, 0)) {
            try {
                do {
                    long most = peer.sent() + random.nextInt(BURST_BYTES - Frames.LARGEST);
                    do {
                        peer.send(1, random);
                    } while (peer.sent() < most);
                    peer.receiveAll();
                    checked = peer.checked();
                    served.countDown();
                    over.pause(random.nextInt(MOST_PAUSE_MILLIS));
                } while (!over.isOver());
                peer.finish();
                peer.receiveToEnd();
                peer.requireWhole();
            } finally {
                checked = peer.checked();
            }
        } catch (IOException | WrongBytes e) {
            fault = name + ": " + e + " (after " + checked + " bytes)";
        } finally {
            served.countDown();
        }
    }

    /** Returns when its first bytes have come back, or nothing more will. */
    void awaitService() throws InterruptedException {
        served.await();
    }

    /** What went wrong; null if nothing has. */
    String fault() {
        return fault;
    }

    /** Bytes that came back as they were sent. */
    long checked() {
        return checked;
    }
}
