package dev.pollux.posix;

import dev.pollux.bindings.linux.Libc;

/**
 * The error numbers that the man pages of our calls name, so that code can switch over them and messages can
 * say them.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/errno.3.html">errno(3)</a>
 */
public enum Errno {
    E2BIG(Libc.E2BIG()),
    EACCES(Libc.EACCES()),
    EADDRINUSE(Libc.EADDRINUSE()),
    EADDRNOTAVAIL(Libc.EADDRNOTAVAIL()),
    EAFNOSUPPORT(Libc.EAFNOSUPPORT()),
    EAGAIN(Libc.EAGAIN()),
    EALREADY(Libc.EALREADY()),
    EBADF(Libc.EBADF()),
    ECONNABORTED(Libc.ECONNABORTED()),
    ECONNREFUSED(Libc.ECONNREFUSED()),
    ECONNRESET(Libc.ECONNRESET()),
    EDESTADDRREQ(Libc.EDESTADDRREQ()),
    EDOM(Libc.EDOM()),
    EDQUOT(Libc.EDQUOT()),
    EEXIST(Libc.EEXIST()),
    EFAULT(Libc.EFAULT()),
    EFBIG(Libc.EFBIG()),
    EHOSTDOWN(Libc.EHOSTDOWN()),
    EHOSTUNREACH(Libc.EHOSTUNREACH()),
    EINPROGRESS(Libc.EINPROGRESS()),
    EINTR(Libc.EINTR()),
    EINVAL(Libc.EINVAL()),
    EIO(Libc.EIO()),
    EISCONN(Libc.EISCONN()),
    EISDIR(Libc.EISDIR()),
    ELOOP(Libc.ELOOP()),
    EMFILE(Libc.EMFILE()),
    EMSGSIZE(Libc.EMSGSIZE()),
    ENAMETOOLONG(Libc.ENAMETOOLONG()),
    ENETDOWN(Libc.ENETDOWN()),
    ENETUNREACH(Libc.ENETUNREACH()),
    ENFILE(Libc.ENFILE()),
    ENOBUFS(Libc.ENOBUFS()),
    ENODEV(Libc.ENODEV()),
    ENOENT(Libc.ENOENT()),
    ENOMEM(Libc.ENOMEM()),
    ENONET(Libc.ENONET()),
    ENOPROTOOPT(Libc.ENOPROTOOPT()),
    ENOSPC(Libc.ENOSPC()),
    ENOSYS(Libc.ENOSYS()),
    ENOTCONN(Libc.ENOTCONN()),
    ENOTDIR(Libc.ENOTDIR()),
    ENOTSOCK(Libc.ENOTSOCK()),
    EOPNOTSUPP(Libc.EOPNOTSUPP()),
    EPERM(Libc.EPERM()),
    EPIPE(Libc.EPIPE()),
    EPROTO(Libc.EPROTO()),
    EPROTONOSUPPORT(Libc.EPROTONOSUPPORT()),
    EPROTOTYPE(Libc.EPROTOTYPE()),
    ERANGE(Libc.ERANGE()),
    EROFS(Libc.EROFS()),
    ETIMEDOUT(Libc.ETIMEDOUT());

    private static final Errno[] BY_NUMBER = new Errno[256];

    static {
        for (Errno errno : values()) {
            BY_NUMBER[errno.number] = errno;
        }
    }

    /** The C value, above 0. */
    public final int number;

    Errno(int number) {
        this.number = number;
    }

    /**
     * Names the result of a call that failed.
     *
     * @param result what a method of {@link Posix} returned: {@code -errno}
     * @return its name, or null if none of ours has that number
     */
    public static Errno of(long result) {
        assert result < 0;
        return -result < BY_NUMBER.length ? BY_NUMBER[(int) -result] : null;
    }

    /** Says a failed result as people know it: {@code EADDRINUSE (Address already in use)}. */
    public static String describe(long result) {
        return name(result) + " (" + NativePosix.strerror((int) -result) + ")";
    }

    /** Says a failed result by its name alone: {@code EADDRINUSE}. */
    public static String name(long result) {
        Errno errno = of(result);
        return errno == null ? "errno " + -result : errno.name();
    }
}
