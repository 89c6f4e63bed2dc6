package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.POLLERR;
import static dev.pollux.bindings.linux.Libc.POLLHUP;
import static dev.pollux.bindings.linux.Libc.POLLNVAL;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.bindings.linux.timespec;
import dev.pollux.posix.Posix;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * A kernel that owns the clock: poll(2) takes as long as it is told to, and what blocks jumps to the next
 * event or to its deadline. It writes revents where it was asked and, when told to, nonsense everywhere else.
 */
final class FakePollKernel {
    /** A call of poll or ppoll. */
    record Call(long atNanos, int first, int count, long timeoutNanos) {
    }

    private record Event(long atNanos, long number, Runnable happens) {
    }

    /** The only descriptor that it opens: the wake-up's. */
    static final int EVENTFD = 3;
    private static final int MOST_CALLS = 100_000; // In one test, or since it cleared them.
    private static final int MOST_MISSED = 10_000; // Events in one call that do not end it.
    /** Bits that a scan outside its stretch would trip over. */
    private static final short POISON = 0x7FFF;

    final List<Call> calls = new ArrayList<>();
    long nanos = 1_000_000_000_000L;
    long callNanos = 300;
    double entryNanos = 50;
    boolean poisons;
    Consumer<Call> asked = call -> { }; // Before it is answered.
    ToIntFunction<Call> refuses = call -> 0; // Or -errno.
    private final Map<Integer, Integer> ready = new HashMap<>(); // Poll bits by descriptor.
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::number));
    private long eventCount;
    private int hits;

    Posix posix() {
        return (Posix) Proxy.newProxyInstance(
                Posix.class.getClassLoader(), new Class<?>[] {Posix.class}, this::call);
    }

    private Object call(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "nanoTime" -> nanos;
            case "poll" -> {
                int millis = (int) arguments[3];
                yield poll((MemorySegment) arguments[0], (int) arguments[1], (int) arguments[2],
                        millis > 0 ? millis * 1_000_000L : millis);
            }
            case "ppoll" -> {
                MemorySegment timeout = (MemorySegment) arguments[3];
                yield poll((MemorySegment) arguments[0], (int) arguments[1], (int) arguments[2],
                        timespec.tv_sec(timeout) * 1_000_000_000 + timespec.tv_nsec(timeout));
            }
            case "eventfd" -> EVENTFD;
            case "eventfdWrite" -> {
                ready(EVENTFD, 1);
                yield 0;
            }
            case "read" -> {
                ready(EVENTFD, 0);
                yield 8L;
            }
            case "shareable" -> proxy;
            case "close" -> method.getReturnType() == int.class ? 0 : null;
            default -> throw new AssertionError("not simulated: " + method);
        };
    }

    /** From now on a descriptor has these poll bits; 0 for none. */
    void ready(int fd, int bits) {
        if (bits == 0) {
            ready.remove(fd);
        } else {
            ready.put(fd, bits);
        }
    }

    int bits(int fd) {
        return ready.getOrDefault(fd, 0);
    }

    /** Makes something happen while the poller is in a call; what is overdue happens in the next one. */
    void after(long delayNanos, Runnable happens) {
        events.add(new Event(nanos + delayNanos, eventCount++, happens));
    }

    /** The hits of all calls since this was asked last. */
    int hits() {
        int result = hits;
        hits = 0;
        return result;
    }

    private int poll(MemorySegment entries, int first, int count, long timeoutNanos) {
        Call call = new Call(nanos, first, count, timeoutNanos);
        calls.add(call);
        if (calls.size() > MOST_CALLS) {
            throw new AssertionError("no end of calls; the last one: " + call);
        }
        asked.accept(call);
        int refusal = refuses.applyAsInt(call);
        nanos += callNanos + (long) (refusal == 0 ? count * entryNanos : 0);
        if (refusal != 0) {
            return refusal;
        }
        long deadline = timeoutNanos < 0 ? Long.MAX_VALUE : Math.max(nanos, call.atNanos + timeoutNanos);
        happenUntil(nanos);
        int found = fill(entries, first, count);
        int missed = 0;
        while (found == 0 && nanos < deadline) {
            Event next = events.peek();
            if (next == null || next.atNanos > deadline) {
                if (timeoutNanos < 0) {
                    throw new AssertionError("waits for ever: " + call);
                }
                nanos = deadline;
            } else {
                nanos = next.atNanos;
                if (++missed > MOST_MISSED) {
                    throw new AssertionError("sleeps through everything: " + call);
                }
                happenUntil(nanos);
                found = fill(entries, first, count);
            }
        }
        hits += found;
        return found;
    }

    private void happenUntil(long now) {
        while (!events.isEmpty() && events.peek().atNanos <= now) {
            events.remove().happens.run();
        }
    }

    private int fill(MemorySegment entries, int first, int count) {
        int found = 0;
        int capacity = (int) (entries.byteSize() / pollfd.sizeof());
        for (int i = poisons ? 0 : first; i < (poisons ? capacity : first + count); i++) {
            long at = i * pollfd.sizeof();
            short revents = POISON;
            if (i >= first && i < first + count) {
                int fd = entries.get(JAVA_INT, at + pollfd.fd$offset());
                int wanted = entries.get(JAVA_SHORT, at + pollfd.events$offset());
                revents = (short) (fd < 0 ? 0 : bits(fd) & (wanted | POLLERR() | POLLHUP() | POLLNVAL()));
                found += revents != 0 ? 1 : 0;
            }
            entries.set(JAVA_SHORT, at + pollfd.revents$offset(), revents);
        }
        return found;
    }
}
