package dev.pollux.bench.soak;

import dev.pollux.bench.harness.Progress;
import dev.pollux.bench.harness.Workshop;
import dev.pollux.poller.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** One back end's turn: a storm to warm up, a look, the long storm, and a second look. */
final class Turn {
    private static final int SURVIVORS = 16;
    private static final int FROZEN = 4;
    private static final double PROGRESS_SECONDS = 10;
    private static final int FIRST_STOP_TICK = 5;
    private static final int STOP_TICKS = 40; // From one stop to the next.
    private static final int STOP_MILLIS = 9000; // Longer than any time-out of the server.
    private static final double SHORT_SECONDS = 10; // Too short for such a stop.
    private static final int SHORT_STOP_MILLIS = 500;
    private static final int LEAVING_SECONDS = 20;
    private static final int LOOKS_ALIKE = 3; // In a row, until nobody is believed to be on the way.

    private final Workshop workshop;
    private final Backend backend;
    private final Arguments arguments;
    private final double seconds;
    private final Set<Trouble> troubles;
    private final Path hitFile;
    private final HitList hits;
    private final long beganNanos; // Of the whole run.
    private final List<Sample> samples = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final Map<Behaviour, Long> lives = new EnumMap<>(Behaviour.class);
    private long checkedBytes;
    private long unconnected;
    private int logLines;
    private Sample begin;
    private Sample end;

    Turn(Workshop workshop, Backend backend, Arguments arguments, long beganNanos) {
        this.workshop = workshop;
        this.backend = backend;
        this.arguments = arguments;
        this.seconds = arguments.seconds() / arguments.backends().size();
        this.beganNanos = beganNanos;
        SplittableRandom random = new SplittableRandom(arguments.seed() + backend.ordinal());
        this.troubles = arguments.troubles() == null ? Trouble.any(random) : arguments.troubles();
        this.hitFile = workshop.file("soak-" + backend + ".hits");
        this.hits = new HitList(hitFile);
    }

    Share run() throws InterruptedException {
        long hit = 0;
        double warmUp = Math.clamp(seconds / 6, 0.5, 10);
        try (ServerProcess server = ServerProcess.start(workshop, backend, troubles, arguments.seed(),
                hitFile, beganNanos)) {
            try {
                storm(server, arguments.seed(), warmUp);
                begin = afterAllLeft(server);
                storm(server, ~arguments.seed(), seconds - warmUp);
                end = afterAllLeft(server);
                faults.addAll(Share.differences(begin, end));
                int code = server.finish();
                if (code != 0) {
                    faults.add("the server ended with " + code);
                }
            } finally {
                List<String> log = server.log();
                logLines = log.size();
                hit = hits.count();
                log.stream().filter(line -> line.startsWith("SEVERE")).limit(3).forEach(faults::add);
            }
        } catch (IOException e) {
            faults.add(e.getMessage());
        }
        return new Share(backend, seconds, begin, end, samples, lives, checkedBytes, unconnected, logLines,
                troubles, hit, faults);
    }

    private void storm(ServerProcess server, long seed, double lasts)
            throws IOException, InterruptedException {
        try (FrozenPeers frozen = FrozenPeers.start(workshop, server.port(), seed, FROZEN, hitFile)) {
            Storm storm = Storm.begin(server.port(), seed, hits, SURVIVORS, arguments.seats());
            try {
                watch(server, storm, frozen, lasts);
            } finally {
                storm.end();
                faults.addAll(storm.faults());
                storm.lives().forEach((how, count) -> lives.merge(how, count, Long::sum));
                checkedBytes += storm.checked();
                unconnected += storm.unconnected();
            }
            checkedBytes += frozen.end();
        } catch (FrozenPeers.NotIntact e) {
            faults.add(e.getMessage());
        }
    }

    /** Looks at the server each second, or ten times if those are fewer; stops some peers at times. */
    private void watch(ServerProcess server, Storm storm, FrozenPeers frozen, double lasts)
            throws IOException, InterruptedException {
        double period = Math.clamp(lasts / 10, 0.1, 1);
        long from = System.nanoTime();
        double told = 0;
        try {
            for (int tick = 1; tick * period <= lasts && !storm.hasFaults(); tick++) {
                long left = from + (long) (tick * period * 1e9) - System.nanoTime();
                Thread.sleep(Math.max(0, left / 1_000_000));
                boolean tells = tick * period - told >= PROGRESS_SECONDS;
                Sample sample = server.sample(tells);
                samples.add(sample);
                if (tells) {
                    told = tick * period;
                    tell(sample, storm);
                }
                switch (tick % 7) {
                    case 3 -> frozen.stop();
                    case 4 -> frozen.go();
                    default -> { }
                }
                if (troubles.contains(Trouble.STOPS) && tick % STOP_TICKS == FIRST_STOP_TICK) {
                    frozen.go(); // Stopped beside the server, they would be idle.
                    int millis = lasts < SHORT_SECONDS ? SHORT_STOP_MILLIS : STOP_MILLIS;
                    server.pause(millis);
                    from += millis * 1_000_000L;
                }
            }
        } finally {
            frozen.go();
        }
    }

    private void tell(Sample sample, Storm storm) {
        System.out.printf("[%s of %s, %s] %d clients of %d so far; RSS %s, heap %s, off-heap %s, "
                + "%d descriptors; %.1f GB came back right%n", Progress.clock(sample.seconds()),
                Progress.clock(arguments.seconds()), backend, sample.clients(), sample.accepted(),
                Page.mebibytes(sample.residentBytes()), Page.mebibytes(sample.heapBytes()),
                Page.mebibytes(sample.offHeapBytes()), sample.descriptors(),
                (checkedBytes + storm.checked()) / 1e9);
    }

    /** Who hung up while he waited at the door is let in and goes then: some looks must agree. */
    private Sample afterAllLeft(ServerProcess server) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LEAVING_SECONDS * 1_000_000_000L;
        Sample last = server.sample(false);
        for (int alike = 0; alike < LOOKS_ALIKE && System.nanoTime() - deadline < 0;) {
            Thread.sleep(50);
            Sample sample = server.sample(false);
            alike = sample.clients() == 0 && sample.accepted() == last.accepted() ? alike + 1 : 0;
            last = sample;
        }
        server.sample(true); // What this leaves is collected by the next.
        Sample sample = server.sample(true);
        samples.add(sample);
        return sample;
    }
}
