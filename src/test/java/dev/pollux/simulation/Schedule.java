package dev.pollux.simulation;

import dev.pollux.poller.Backend;
import dev.pollux.server.ServerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Everything that is decided before a run: the server's options, the kernel's sizes, what each peer does, and
 * what goes wrong. It comes from a seed, and can be made smaller part by part.
 *
 * @param taskMicros when the server is given tasks
 * @param mishaps what goes wrong; null for what the seed brings
 * @param endMicros when the server is told to end
 */
record Schedule(long seed, Backend backend, Settings settings, List<Peer> peers, List<Integer> taskMicros,
        List<Mishap> mishaps, Rates rates, int endMicros, boolean drains) {

    /** The server's options and the kernel's sizes. */
    record Settings(int bufferSize, int maxClients, int acceptBudget, int highWatermark, int lowWatermark,
            int memoryLimit, int idleMillis, int frameMillis, int writeMillis, int sendBuffer,
            int receiveBuffer, int oldDelayMicros) {
    }

    /** How probable it is that something goes wrong with a call, an allocation or a callback. */
    record Rates(double calls, double memory, double callbacks) {
    }

    /** What one peer does, and when it begins. */
    record Peer(int connectMicros, List<Act> acts) {
    }

    /** One thing that a peer does; what the numbers mean is said by the kind. */
    record Act(Kind kind, int first, int second) {
        @Override
        public String toString() {
            return kind + (first == 0 && second == 0 ? "" : " " + first + " " + second);
        }
    }

    enum Kind {
        /** Sends a frame with a payload of {@code first} bytes, in pieces of {@code second}; 0 for whole. */
        FRAME,
        /** Waits {@code first} microseconds. */
        PAUSE,
        /** Reads {@code first} bytes every {@code second} microseconds. */
        READ_SLOWLY, READ_NOTHING, READ_ALL,
        /** Asks the handler to close it; or to fail. */
        BYE, BOOM,
        /** Announces a frame over the limit. */
        TOO_LONG,
        /** Sends {@code first} bytes of a frame and no more of it. */
        HALF,
        FINISH, CLOSE, RESET, VANISH;

        /** Whether nothing follows it. */
        boolean isEnd() {
            return ordinal() >= BYE.ordinal();
        }
    }

    static Schedule of(long seed) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        Settings settings = settings(random);
        List<Peer> peers = new ArrayList<>();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            peers.add(peer(random, settings));
        }
        List<Integer> tasks = new ArrayList<>();
        for (int i = Math.max(0, random.nextInt(6) - 2); i > 0; i--) {
            tasks.add(random.nextInt(30_000));
        }
        Rates rates = new Rates(pick(random, 0, 0, 0.01, 0.05, 0.2), pick(random, 0, 0, 0, 0.1, 0.5),
                pick(random, 0, 0, 0.05, 0.2));
        return new Schedule(seed, Backend.values()[random.nextInt(Backend.values().length)], settings, peers,
                tasks, null, rates, 1000 + random.nextInt(60_000), random.nextInt(4) > 0);
    }

    private static Settings settings(Random random) {
        int buffer = pick(random, 16, 64, 256, 4096, 9000);
        int high = pick(random, 0, 50, 500, 5000);
        return new Settings(buffer, pick(random, 1, 2, 3, 8), pick(random, 1, 2, 100), high,
                high == 0 ? 0 : random.nextInt(high), pick(random, 0, 0, 0, 600, 5000),
                pick(random, 0, 0, 30, 30, 300), pick(random, 0, 20, 1000), pick(random, 0, 30, 1000),
                pick(random, 1, 10, 100, 3000, 60_000), pick(random, 1, 7, 100, 3000, 60_000),
                pick(random, 200, 1000, 10_000));
    }

    private static int pick(Random random, int... values) {
        return values[random.nextInt(values.length)];
    }

    private static double pick(Random random, double... values) {
        return values[random.nextInt(values.length)];
    }

    private static Peer peer(Random random, Settings settings) {
        List<Act> acts = new ArrayList<>();
        // Not too many system calls for one frame: there are more seeds to try.
        int largest = Math.min(settings.bufferSize() - 4,
                50 * Math.min(settings.sendBuffer(), settings.receiveBuffer()));
        for (int i = random.nextInt(12); i > 0; i--) {
            acts.add(switch (random.nextInt(12)) {
                case 0 -> new Act(Kind.PAUSE, random.nextInt(20_000), 0);
                case 1 -> new Act(Kind.READ_SLOWLY, 1 + random.nextInt(largest), random.nextInt(3000));
                case 2 -> new Act(random.nextBoolean() ? Kind.READ_NOTHING : Kind.READ_ALL, 0, 0);
                default -> frame(random, largest);
            });
        }
        if (random.nextInt(10) > 0) {
            acts.add(switch (random.nextInt(16)) {
                case 0 -> new Act(Kind.BYE, 0, 0);
                case 1 -> new Act(Kind.BOOM, 0, 0);
                case 2 -> new Act(Kind.TOO_LONG, 0, 0);
                case 3 -> new Act(Kind.HALF, 1 + random.nextInt(largest + 3), 0);
                case 4 -> new Act(Kind.CLOSE, 0, 0);
                case 5, 6 -> new Act(Kind.RESET, 0, 0);
                case 7 -> new Act(Kind.VANISH, 0, 0);
                default -> new Act(Kind.FINISH, 0, 0);
            });
        }
        return new Peer(random.nextInt(10_000), acts);
    }

    private static Act frame(Random random, int largest) {
        int bytes = switch (random.nextInt(4)) {
            case 0 -> largest - random.nextInt(Math.min(3, largest));
            case 1 -> random.nextInt(4);
            default -> random.nextInt(largest + 1);
        };
        return new Act(Kind.FRAME, Math.min(bytes, largest),
                random.nextInt(3) > 0 ? 0 : bytes / 16 + 1 + random.nextInt(bytes + 4));
    }

    ServerOptions options() {
        ServerOptions options = new ServerOptions().backend(backend).bufferSize(settings.bufferSize())
                .maxClients(settings.maxClients()).acceptBudget(settings.acceptBudget())
                .highWatermarkBytes(settings.highWatermark()).lowWatermarkBytes(settings.lowWatermark())
                .idleTimeout(Duration.ofMillis(settings.idleMillis()))
                .frameTimeout(Duration.ofMillis(settings.frameMillis()))
                .writeTimeout(Duration.ofMillis(settings.writeMillis()))
                .lingerTimeout(Duration.ofMillis(100))
                .oldClientDelay(Duration.ofNanos(settings.oldDelayMicros() * 1000L));
        return settings.memoryLimit() == 0 ? options : options.memoryLimitBytes(settings.memoryLimit());
    }

    /** All schedules with one thing less, larger parts first. */
    List<Schedule> smaller() {
        List<Schedule> smaller = new ArrayList<>();
        for (int i = 0; i < peers.size() && peers.size() > 1; i++) {
            smaller.add(with(without(peers, i, 1), mishaps));
        }
        for (int part = mishaps.size(); part >= 1; part /= 2) {
            for (int i = 0; i < mishaps.size(); i += part) {
                smaller.add(with(peers, without(mishaps, i, part)));
            }
        }
        for (int i = 0; i < taskMicros.size(); i++) {
            smaller.add(new Schedule(seed, backend, settings, peers, without(taskMicros, i, 1), mishaps,
                    rates, endMicros, drains));
        }
        for (int i = 0; i < peers.size(); i++) {
            Peer peer = peers.get(i);
            for (int k = 0; k < peer.acts.size(); k++) {
                Peer less = new Peer(peer.connectMicros, without(peer.acts, k, 1));
                smaller.add(with(replaced(i, less), mishaps));
            }
            for (int k = 0; k < peer.acts.size(); k++) {
                Act act = peer.acts.get(k);
                if (act.first > 1) {
                    List<Act> acts = new ArrayList<>(peer.acts);
                    acts.set(k, new Act(act.kind, act.first / 2, act.second));
                    smaller.add(with(replaced(i, new Peer(peer.connectMicros, acts)), mishaps));
                }
            }
        }
        return smaller;
    }

    private static <T> List<T> without(List<T> list, int from, int count) {
        List<T> less = new ArrayList<>(list.subList(0, from));
        less.addAll(list.subList(Math.min(list.size(), from + count), list.size()));
        return less;
    }

    private List<Peer> replaced(int index, Peer peer) {
        List<Peer> changed = new ArrayList<>(peers);
        changed.set(index, peer);
        return changed;
    }

    Schedule with(List<Peer> peers, List<Mishap> mishaps) {
        return new Schedule(seed, backend, settings, peers, taskMicros, mishaps, rates, endMicros, drains);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append("seed ").append(seed).append(", ").append(backend).append(", ").append(settings)
                .append(", ").append(drains ? "drains" : "closes").append(" at ").append(endMicros)
                .append(" µs\n");
        for (Peer peer : peers) {
            text.append("  at ").append(peer.connectMicros).append(" µs: ").append(peer.acts).append('\n');
        }
        return text.append("  tasks at ").append(taskMicros).append(" µs\n  mishaps: ")
                .append(mishaps == null ? "at " + rates : mishaps).toString();
    }
}
