package dev.pollux.server;

import dev.pollux.posix.Intercepted;
import dev.pollux.posix.Posix;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The real kernel with a clock that a test can put forward. */
final class TestClock implements Supplier<Posix> {
    private final AtomicLong offsetNanos = new AtomicLong();
    private final UnaryOperator<Posix> around;

    TestClock() {
        this(posix -> posix);
    }

    /** With something more around each kernel. */
    TestClock(UnaryOperator<Posix> around) {
        this.around = around;
    }

    @Override
    public Posix get() {
        return around.apply(Intercepted.call(Posix.confined(), "nanoTime",
                (arguments, kernel) -> (long) kernel.call() + offsetNanos.get()));
    }

    /** Puts the clock forward; a sleeping server must be woken to know: {@link TestServer#settle}. */
    void advance(Duration time) {
        offsetNanos.addAndGet(time.toNanos());
    }
}
