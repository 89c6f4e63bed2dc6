package dev.pollux.bench.soak;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Whether a storm is over, for those that take part: a wait of theirs ends then. */
final class Over {
    private final CountDownLatch latch = new CountDownLatch(1);

    void end() {
        latch.countDown();
    }

    boolean isOver() {
        return latch.getCount() == 0;
    }

    /** Does nothing for so long, since that is what this peer does. */
    void pause(int millis) {
        try {
            latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a thread that ends by itself. */
    void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
