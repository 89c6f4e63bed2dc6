package dev.pollux.bench.peers;

import dev.pollux.server.ServerOptions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How late poll-generations may notice a silent client: by its options, or its log where they do not fit. */
final class Promise {
    private static final Pattern LOGGED =
            Pattern.compile("silent clients may be noticed after up to (\\d+) ms");

    private Promise() {
    }

    /** In nanoseconds; what was said last holds. */
    static double in(String log) {
        double promised = new ServerOptions().oldClientDelay().toNanos();
        for (Matcher matcher = LOGGED.matcher(log); matcher.find();) {
            promised = Double.parseDouble(matcher.group(1)) * 1e6;
        }
        return promised;
    }
}
