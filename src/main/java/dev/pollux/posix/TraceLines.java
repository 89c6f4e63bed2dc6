package dev.pollux.posix;

import java.util.function.Consumer;

/** A line for each call, in the form of strace(1) with -T. */
final class TraceLines implements Trace {
    private static final long NANOS_PER_MICRO = 1000;
    private static final long MICROS_PER_SECOND = 1_000_000;

    private final Consumer<String> lines;

    TraceLines(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public Call begin(String name) {
        long beganNanos = System.nanoTime();
        return (result, fd, arguments) -> {
            long nanos = System.nanoTime() - beganNanos; // Before the time that the text takes.
            lines.accept(line(name, fd, arguments, result, nanos));
        };
    }

    static String line(String name, int fd, Object[] arguments, long result, long nanos) {
        StringBuilder line = new StringBuilder(96).append(name).append('(');
        String between = "";
        if (fd != NO_DESCRIPTOR) {
            line.append(fd);
            between = ", ";
        }
        for (Object argument : arguments) {
            line.append(between).append(argument);
            between = ", ";
        }
        line.append(") = ");
        if (result < 0) {
            line.append("-1 ").append(Errno.describe(result));
        } else {
            line.append(result);
        }
        long micros = nanos / NANOS_PER_MICRO;
        String fraction = Long.toString(micros % MICROS_PER_SECOND);
        return line.append(" <").append(micros / MICROS_PER_SECOND).append('.')
                .append("0".repeat(6 - fraction.length())).append(fraction).append('>').toString();
    }
}
