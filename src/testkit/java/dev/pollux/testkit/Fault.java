package dev.pollux.testkit;

import dev.pollux.posix.Errno;
import java.time.Duration;

/**
 * What goes wrong with one call.
 *
 * @param kind in which way
 * @param value what {@link Kind} says
 */
public record Fault(Kind kind, long value) {
    /** The ways in which a call can go wrong. */
    public enum Kind {
        /** Nothing does. */
        NONE,
        /**
         * The call is not made, and answers with an error; the value is its number. A close(2) is made all
         * the same, as Linux does. An error of the network breaks the connection as well.
         */
        FAIL,
        /** A read or send moves no more bytes than the value says, at least one. */
        SHORTEN,
        /** The clock goes forward by so many nanoseconds before the call: somebody stopped the process. */
        JUMP,
        /** A wait reports one descriptor that is not ready; the value chooses among those asked for. */
        SPURIOUS
    }

    /** Nothing goes wrong. */
    public static final Fault NONE = new Fault(Kind.NONE, 0);

    /** The call answers with an error. */
    public static Fault fail(Errno errno) {
        return new Fault(Kind.FAIL, errno.number);
    }

    /** A transfer of at most so many bytes. */
    public static Fault shorten(long bytes) {
        return new Fault(Kind.SHORTEN, bytes);
    }

    /** The clock goes forward. */
    public static Fault jump(Duration time) {
        return new Fault(Kind.JUMP, time.toNanos());
    }

    /** A wait reports a descriptor that is not ready. */
    public static Fault spurious(long which) {
        return new Fault(Kind.SPURIOUS, which);
    }

    boolean fails() {
        return kind == Kind.FAIL;
    }

    /** How much of a transfer is left by this. */
    long most(long length) {
        return kind == Kind.SHORTEN ? Math.min(length, Math.max(1, value)) : length;
    }

    /** {@code ECONNRESET}, {@code SHORTEN 3}, … */
    @Override
    public String toString() {
        Errno errno = kind == Kind.FAIL ? Errno.of(-value) : null;
        return errno != null ? errno.name() : kind + " " + value;
    }
}
