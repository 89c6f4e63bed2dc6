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
         * the same, as Linux does. A read, send or shutdown that fails with an error of the network, such as
         * ECONNRESET, breaks the connection as well.
         */
        FAIL,
        /**
         * The call is not made, and returns an error; the value is its number. Nothing else happens: a
         * seccomp filter or a security module refused the call. A close(2) is made all the same.
         */
        REFUSE,
        /** A read or send moves no more bytes than the value says, at least one. */
        SHORTEN,
        /** The clock goes forward by so many nanoseconds before the call: somebody stopped the process. */
        JUMP,
        /** A wait reports one descriptor that is not ready; the value chooses among those asked for. */
        SPURIOUS
    }

    private static final int MOST_ERRNO = 4095; // What a system call can return.

    /** Nothing goes wrong. */
    public static final Fault NONE = new Fault(Kind.NONE, 0);

    /** Makes the call fail with any error. */
    public static Fault fail(Errno errno) {
        return fail(errno.number);
    }

    /**
     * Makes the call fail with an error number, also one without a name: a seccomp filter may return any
     * number from 1 to 4095.
     */
    public static Fault fail(int errno) {
        return new Fault(Kind.FAIL, checked(errno));
    }

    /** Makes the call return an error, while its connection stays as it is. */
    public static Fault refuse(int errno) {
        return new Fault(Kind.REFUSE, checked(errno));
    }

    private static int checked(int errno) {
        if (errno < 1 || errno > MOST_ERRNO) {
            throw new IllegalArgumentException("errno " + errno + " is not within 1.." + MOST_ERRNO);
        }
        return errno;
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

    /** Whether the call returns an error. */
    public boolean fails() {
        return kind == Kind.FAIL || kind == Kind.REFUSE;
    }

    /** How much of a transfer is left by this. */
    long most(long length) {
        return kind == Kind.SHORTEN ? Math.min(length, Math.max(1, value)) : length;
    }

    /** {@code ECONNRESET}, {@code REFUSE EPIPE}, {@code SHORTEN 3}, … */
    @Override
    public String toString() {
        String name = fails() ? Errno.name(-value) : String.valueOf(value);
        return kind == Kind.FAIL ? name : kind + " " + name;
    }
}
