package dev.pollux.bench.soak;

import dev.pollux.bench.soak.Frames.CutOff;
import dev.pollux.bench.soak.Frames.WrongBytes;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/**
 * A peer that is there from beginning to end, never does anything wrong, and must not notice what the others
 * do: each byte of its stream comes back, and the end when it has said that it is done. If the server was
 * made to break its connection ({@link Trouble}), it comes again.
 */
final class Survivor implements Runnable {
    private static final int BURST_BYTES = 32 << 10; // Fits into the sockets' buffers: nobody has to wait.
    private static final long SEEDS_APART = 1_000_003; // Of one survivor's connections.
    private static final int MOST_PAUSE_MILLIS = 50;

    private final String name;
    private final int port;
    private final long seed;
    private final Over over;
    private final HitList hits;
    private final CountDownLatch served = new CountDownLatch(1);
    private volatile String fault; // Null while there is none.
    private volatile long checked;

    Survivor(String name, int port, long seed, Over over, HitList hits) {
        this.hits = hits;
        this.name = name;
        this.port = port;
        this.seed = seed;
        this.over = over;
    }

    @Override
    public void run() {
        for (long life = 0; !live(seed + life * SEEDS_APART); life++) { }
        served.countDown();
    }

    /**
     * Goes from a connection to its end. Returns false if the server was made to break it: a survivor begins
     * again then.
     */
    private boolean live(long seed) {
        SplittableRandom random = new SplittableRandom(~seed);
        long before = checked;
        long mark = hits.mark();
        int from = 0;
        try (Connection peer = new Connection(port, seed, 0)) {
            from = peer.localPort();
            try {
                do {
                    long most = peer.sent() + random.nextInt(BURST_BYTES - Frames.LARGEST);
                    do {
                        peer.send(1, random);
                    } while (peer.sent() < most);
                    peer.receiveAll();
                    checked = before + peer.checked();
                    served.countDown();
                    over.pause(random.nextInt(MOST_PAUSE_MILLIS));
                } while (!over.isOver());
                peer.finish();
                peer.receiveToEnd();
                peer.requireWhole();
            } finally {
                checked = before + peer.checked();
            }
        } catch (IOException | CutOff e) {
            if (!over.isOver() && hits.isHit(from, mark)) {
                return false;
            }
            fault = hits.isHit(from, mark) ? fault : name + ": " + e + " (after " + checked + " bytes)";
        } catch (WrongBytes e) {
            fault = name + ": " + e + " (after " + checked + " bytes)";
        }
        return true;
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
