package dev.pollux.testkit;

import java.util.Comparator;
import java.util.PriorityQueue;

/** The clock, and what will happen when. */
final class Timeline {
    static final long NEVER = Long.MAX_VALUE;

    private record Event(long atNanos, long number, Runnable happens) {
    }

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::number));
    private long nowNanos = 1_000_000_000_000L;
    private long number; // So that what is due at one moment happens in the order in which it was planned.
    private long happened;

    long nowNanos() {
        return nowNanos;
    }

    void after(long delayNanos, Runnable happens) {
        events.add(new Event(nowNanos + Math.max(0, delayNanos), number++, happens));
    }

    /** When the next event is due, or {@link #NEVER}. */
    long nextNanos() {
        return events.isEmpty() ? NEVER : events.peek().atNanos;
    }

    /** How many events have happened. */
    long happened() {
        return happened;
    }

    /** Lets time pass, and happen what is due meanwhile. */
    void passUntil(long nanos) {
        while (nextNanos() <= nanos) {
            Event event = events.remove();
            nowNanos = Math.max(nowNanos, event.atNanos);
            happened++;
            event.happens.run();
        }
        nowNanos = Math.max(nowNanos, nanos);
    }
}
