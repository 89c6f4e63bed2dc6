package dev.pollux.posix;

/**
 * A system call failed in a way that is ours to mend or the operator's, never a peer's: the message names the
 * call, what it was about, the errno, and what to do where that is known.
 */
public final class PosixException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errno; // Above 0.

    /**
     * Describes a failed call.
     *
     * @param call the call and what it was about: {@code bind 127.0.0.1:5882}
     * @param result what the call returned: {@code -errno}
     */
    public PosixException(String call, long result) {
        this(call, result, "");
    }

    /** Describes a failed call, with a sentence of advice. */
    public PosixException(String call, long result, String advice) {
        super(call + ": " + Errno.describe(result) + (advice.isEmpty() ? "" : "; " + advice));
        this.errno = (int) -result;
    }

    /** The error number, above 0. */
    public int errno() {
        return errno;
    }

    /** Hands on a result of zero or more, and throws for any other. */
    public static int check(int result, String call) {
        if (result < 0) {
            throw new PosixException(call, result);
        }
        return result;
    }
}
