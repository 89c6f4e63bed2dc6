package dev.pollux.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * {@code make simulate}: runs schedules by their seeds, many without a word, or one with a trace. A schedule
 * that fails is made as small as possible, and shown with the command that runs it again.
 */
final class Simulate {
    private static final int MOST_ATTEMPTS = 3000; // To make a failing schedule smaller.
    private static final long SECOND = 1_000_000_000;

    private Simulate() {
    }

    public static void main(String[] arguments) throws InterruptedException {
        try (Silence _ = new Silence()) {
            String seed = argument(arguments, "SEED", "");
            if (!seed.isEmpty()) {
                replay(Long.parseLong(seed));
                return;
            }
            long first = Long.parseLong(argument(arguments, "FROM", "1"));
            long count = Long.parseLong(argument(arguments, "SEEDS", "20000"));
            int jobs = Integer.parseInt(argument(arguments, "JOBS", "1"));
            run(first, count, jobs);
        }
    }

    private static String argument(String[] arguments, String name, String otherwise) {
        for (String argument : arguments) {
            if (argument.startsWith(name + "=") && argument.length() > name.length() + 1) {
                return argument.substring(name.length() + 1);
            }
        }
        return otherwise;
    }

    private static void replay(long seed) {
        Schedule schedule = Schedule.of(seed);
        System.out.println(schedule);
        new ScheduleRun(schedule).trace(System.out::println).run();
        System.out.println("seed " + seed + " passes");
    }

    private static void run(long first, long count, int jobs) throws InterruptedException {
        AtomicLong next = new AtomicLong(first);
        AtomicReference<AssertionError> failure = new AtomicReference<>();
        long start = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            threads.add(Thread.ofPlatform().start(() -> work(next, first + count, failure)));
        }
        for (Thread thread : threads) {
            while (!thread.join(java.time.Duration.ofSeconds(5))) {
                long done = Math.min(count, next.get() - first);
                System.out.printf("%,d of %,d seeds, %,d a second%n", done, count,
                        done * SECOND / (System.nanoTime() - start));
            }
        }
        if (failure.get() != null) {
            System.out.println(failure.get().getMessage());
            System.exit(1);
        }
        System.out.printf("%,d seeds from %d on: all pass; %,d a second with %d threads%n", count, first,
                count * SECOND / (System.nanoTime() - start), jobs);
    }

    private static void work(AtomicLong next, long end, AtomicReference<AssertionError> failure) {
        for (long seed = next.getAndIncrement(); seed < end && failure.get() == null;
                seed = next.getAndIncrement()) {
            try {
                check(seed);
            } catch (AssertionError e) {
                failure.compareAndSet(null, e);
            }
        }
    }

    /** Runs one schedule. If that fails, says so with the smallest schedule found that fails too. */
    static void check(long seed) {
        ScheduleRun run = new ScheduleRun(Schedule.of(seed));
        Throwable failure = failure(run);
        if (failure != null) {
            AssertionError error = new AssertionError(explain(seed, run.suffered(), failure));
            error.setStackTrace(failure.getStackTrace());
            throw error;
        }
    }

    private static String explain(long seed, List<Mishap> suffered, Throwable failure) {
        Schedule whole = Schedule.of(seed);
        Schedule smallest = whole.with(whole.peers(), List.copyOf(suffered));
        Throwable last = failure(new ScheduleRun(smallest));
        if (last == null) {
            smallest = whole; // It takes the faults at just these moments.
            last = failure;
        } else {
            smallest = shrink(smallest);
            last = failure(new ScheduleRun(smallest));
        }
        return "make simulate SEED=" + seed + "\n" + failure + "\nfails at its smallest with " + last + "\n"
                + smallest;
    }

    private static Schedule shrink(Schedule failing) {
        Schedule smallest = failing;
        int attempts = 0;
        boolean shrunk = true;
        while (shrunk) {
            shrunk = false;
            for (Schedule smaller : smallest.smaller()) {
                if (++attempts > MOST_ATTEMPTS) {
                    return smallest;
                }
                if (failure(new ScheduleRun(smaller)) != null) {
                    smallest = smaller;
                    shrunk = true;
                    break;
                }
            }
        }
        return smallest;
    }

    private static Throwable failure(ScheduleRun run) {
        try {
            run.run();
            return null;
        } catch (RuntimeException | Error e) {
            return e;
        }
    }
}
