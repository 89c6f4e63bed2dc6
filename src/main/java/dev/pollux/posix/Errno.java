package dev.pollux.posix;

import dev.pollux.bindings.linux.Libc;

/**
 * Linux's error numbers by name, so that code can switch over them and messages can show them.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/errno.3.html">errno(3)</a>
 */
public enum Errno {
    E2BIG(Libc.E2BIG()),
    EACCES(Libc.EACCES()),
    EADDRINUSE(Libc.EADDRINUSE()),
    EADDRNOTAVAIL(Libc.EADDRNOTAVAIL()),
    EADV(Libc.EADV()),
    EAFNOSUPPORT(Libc.EAFNOSUPPORT()),
    EAGAIN(Libc.EAGAIN()),
    EALREADY(Libc.EALREADY()),
    EBADE(Libc.EBADE()),
    EBADF(Libc.EBADF()),
    EBADFD(Libc.EBADFD()),
    EBADMSG(Libc.EBADMSG()),
    EBADR(Libc.EBADR()),
    EBADRQC(Libc.EBADRQC()),
    EBADSLT(Libc.EBADSLT()),
    EBFONT(Libc.EBFONT()),
    EBUSY(Libc.EBUSY()),
    ECANCELED(Libc.ECANCELED()),
    ECHILD(Libc.ECHILD()),
    ECHRNG(Libc.ECHRNG()),
    ECOMM(Libc.ECOMM()),
    ECONNABORTED(Libc.ECONNABORTED()),
    ECONNREFUSED(Libc.ECONNREFUSED()),
    ECONNRESET(Libc.ECONNRESET()),
    EDEADLK(Libc.EDEADLK()),
    EDESTADDRREQ(Libc.EDESTADDRREQ()),
    EDOM(Libc.EDOM()),
    EDOTDOT(Libc.EDOTDOT()),
    EDQUOT(Libc.EDQUOT()),
    EEXIST(Libc.EEXIST()),
    EFAULT(Libc.EFAULT()),
    EFBIG(Libc.EFBIG()),
    EHOSTDOWN(Libc.EHOSTDOWN()),
    EHOSTUNREACH(Libc.EHOSTUNREACH()),
    EHWPOISON(Libc.EHWPOISON()),
    EIDRM(Libc.EIDRM()),
    EILSEQ(Libc.EILSEQ()),
    EINPROGRESS(Libc.EINPROGRESS()),
    EINTR(Libc.EINTR()),
    EINVAL(Libc.EINVAL()),
    EIO(Libc.EIO()),
    EISCONN(Libc.EISCONN()),
    EISDIR(Libc.EISDIR()),
    EISNAM(Libc.EISNAM()),
    EKEYEXPIRED(Libc.EKEYEXPIRED()),
    EKEYREJECTED(Libc.EKEYREJECTED()),
    EKEYREVOKED(Libc.EKEYREVOKED()),
    EL2HLT(Libc.EL2HLT()),
    EL2NSYNC(Libc.EL2NSYNC()),
    EL3HLT(Libc.EL3HLT()),
    EL3RST(Libc.EL3RST()),
    ELIBACC(Libc.ELIBACC()),
    ELIBBAD(Libc.ELIBBAD()),
    ELIBEXEC(Libc.ELIBEXEC()),
    ELIBMAX(Libc.ELIBMAX()),
    ELIBSCN(Libc.ELIBSCN()),
    ELNRNG(Libc.ELNRNG()),
    ELOOP(Libc.ELOOP()),
    EMEDIUMTYPE(Libc.EMEDIUMTYPE()),
    EMFILE(Libc.EMFILE()),
    EMLINK(Libc.EMLINK()),
    EMSGSIZE(Libc.EMSGSIZE()),
    EMULTIHOP(Libc.EMULTIHOP()),
    ENAMETOOLONG(Libc.ENAMETOOLONG()),
    ENAVAIL(Libc.ENAVAIL()),
    ENETDOWN(Libc.ENETDOWN()),
    ENETRESET(Libc.ENETRESET()),
    ENETUNREACH(Libc.ENETUNREACH()),
    ENFILE(Libc.ENFILE()),
    ENOANO(Libc.ENOANO()),
    ENOBUFS(Libc.ENOBUFS()),
    ENOCSI(Libc.ENOCSI()),
    ENODATA(Libc.ENODATA()),
    ENODEV(Libc.ENODEV()),
    ENOENT(Libc.ENOENT()),
    ENOEXEC(Libc.ENOEXEC()),
    ENOKEY(Libc.ENOKEY()),
    ENOLCK(Libc.ENOLCK()),
    ENOLINK(Libc.ENOLINK()),
    ENOMEDIUM(Libc.ENOMEDIUM()),
    ENOMEM(Libc.ENOMEM()),
    ENOMSG(Libc.ENOMSG()),
    ENONET(Libc.ENONET()),
    ENOPKG(Libc.ENOPKG()),
    ENOPROTOOPT(Libc.ENOPROTOOPT()),
    ENOSPC(Libc.ENOSPC()),
    ENOSR(Libc.ENOSR()),
    ENOSTR(Libc.ENOSTR()),
    ENOSYS(Libc.ENOSYS()),
    ENOTBLK(Libc.ENOTBLK()),
    ENOTCONN(Libc.ENOTCONN()),
    ENOTDIR(Libc.ENOTDIR()),
    ENOTEMPTY(Libc.ENOTEMPTY()),
    ENOTNAM(Libc.ENOTNAM()),
    ENOTRECOVERABLE(Libc.ENOTRECOVERABLE()),
    ENOTSOCK(Libc.ENOTSOCK()),
    ENOTTY(Libc.ENOTTY()),
    ENOTUNIQ(Libc.ENOTUNIQ()),
    ENXIO(Libc.ENXIO()),
    EOPNOTSUPP(Libc.EOPNOTSUPP()),
    EOVERFLOW(Libc.EOVERFLOW()),
    EOWNERDEAD(Libc.EOWNERDEAD()),
    EPERM(Libc.EPERM()),
    EPFNOSUPPORT(Libc.EPFNOSUPPORT()),
    EPIPE(Libc.EPIPE()),
    EPROTO(Libc.EPROTO()),
    EPROTONOSUPPORT(Libc.EPROTONOSUPPORT()),
    EPROTOTYPE(Libc.EPROTOTYPE()),
    ERANGE(Libc.ERANGE()),
    EREMCHG(Libc.EREMCHG()),
    EREMOTE(Libc.EREMOTE()),
    EREMOTEIO(Libc.EREMOTEIO()),
    ERESTART(Libc.ERESTART()),
    ERFKILL(Libc.ERFKILL()),
    EROFS(Libc.EROFS()),
    ESHUTDOWN(Libc.ESHUTDOWN()),
    ESOCKTNOSUPPORT(Libc.ESOCKTNOSUPPORT()),
    ESPIPE(Libc.ESPIPE()),
    ESRCH(Libc.ESRCH()),
    ESRMNT(Libc.ESRMNT()),
    ESTALE(Libc.ESTALE()),
    ESTRPIPE(Libc.ESTRPIPE()),
    ETIME(Libc.ETIME()),
    ETIMEDOUT(Libc.ETIMEDOUT()),
    ETOOMANYREFS(Libc.ETOOMANYREFS()),
    ETXTBSY(Libc.ETXTBSY()),
    EUCLEAN(Libc.EUCLEAN()),
    EUNATCH(Libc.EUNATCH()),
    EUSERS(Libc.EUSERS()),
    EXDEV(Libc.EXDEV()),
    EXFULL(Libc.EXFULL());

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
     * @return its name, or null if Linux has no such number
     */
    public static Errno of(long result) {
        assert result < 0;
        return -result < BY_NUMBER.length ? BY_NUMBER[(int) -result] : null;
    }

    /**
     * Returns whether a failed result proves a bug of the caller: a descriptor that is not open or no socket,
     * memory that is not the process's, an argument that makes no sense. Every other error is the peer's or
     * the machine's, also one that no man page lists: Linux hands errors of the network to read(2), and a
     * security module may answer with what it likes.
     */
    public static boolean isBug(long result) {
        return switch (of(result)) {
            case EBADF, EFAULT, EINVAL, ENOTSOCK -> true;
            case null, default -> false;
        };
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
