package dev.pollux.cli;

import dev.pollux.stage.Stage;
import dev.pollux.stage.Stage01Blocking;
import dev.pollux.stage.Stage02NonBlocking;
import dev.pollux.stage.Stage03ReadEach;
import dev.pollux.stage.Stage04Poll;
import dev.pollux.stage.Stage05EarlyExit;
import dev.pollux.stage.Stage06LevelTriggered;
import dev.pollux.stage.Stage07Frames;
import dev.pollux.stage.Stage08Map;
import dev.pollux.stage.Stage09Writes;
import dev.pollux.stage.Stage10Limits;
import dev.pollux.stage.Stage11Epoll;
import dev.pollux.stage.Stage12Generations;
import java.util.Set;
import java.util.function.Supplier;

/** The tutorial's steps, in order, with the options that each takes beside {@code --port}. */
enum StageName {
    BLOCKING(Stage01Blocking::new, "blocking echo, one client at a time"),
    NON_BLOCKING(Stage02NonBlocking::new, "non-blocking accept, which spins", "--seconds"),
    READ_EACH(Stage03ReadEach::new, "a read from every socket in turn, which spins", "--seconds"),
    POLL(Stage04Poll::new, "poll(2): an array of pollfd, the listener first, swap-remove"),
    EARLY_EXIT(Stage05EarlyExit::new, "the scan stops when all that is pending is found"),
    LEVEL_TRIGGERED(Stage06LevelTriggered::new, "level-triggered: accept once or until EAGAIN", "--accept"),
    FRAMES(Stage07Frames::new, "framing; clients and pollfds in step, a reader for each client"),
    MAP(Stage08Map::new, "the same with a map from descriptor to client"),
    WRITES(Stage09Writes::new, "answers, and POLLOUT only when it is needed"),
    LIMITS(Stage10Limits::new, "timeouts and a client limit", "--max-clients", "--idle-timeout"),
    EPOLL(Stage11Epoll::new, "the same on epoll(7)", "--max-clients", "--idle-timeout"),
    GENERATIONS(Stage12Generations::new, "two generations: poll(2) without the O(N)",
            "--max-clients", "--idle-timeout");

    private final Supplier<Stage> supplier;
    final String shows;
    final Set<String> options;

    StageName(Supplier<Stage> supplier, String shows, String... options) {
        this.supplier = supplier;
        this.shows = shows;
        this.options = Set.of(options);
    }

    /** The stage on the calling thread. */
    Stage make() {
        return supplier.get();
    }

    int number() {
        return ordinal() + 1;
    }
}
