package dev.pollux.testkit;

import static dev.pollux.posix.Errno.EACCES;
import static dev.pollux.posix.Errno.EADDRINUSE;
import static dev.pollux.posix.Errno.EADDRNOTAVAIL;
import static dev.pollux.posix.Errno.EAFNOSUPPORT;
import static dev.pollux.posix.Errno.EAGAIN;
import static dev.pollux.posix.Errno.EALREADY;
import static dev.pollux.posix.Errno.EBADF;
import static dev.pollux.posix.Errno.ECONNABORTED;
import static dev.pollux.posix.Errno.ECONNREFUSED;
import static dev.pollux.posix.Errno.ECONNRESET;
import static dev.pollux.posix.Errno.EDESTADDRREQ;
import static dev.pollux.posix.Errno.EDQUOT;
import static dev.pollux.posix.Errno.EEXIST;
import static dev.pollux.posix.Errno.EFAULT;
import static dev.pollux.posix.Errno.EHOSTDOWN;
import static dev.pollux.posix.Errno.EHOSTUNREACH;
import static dev.pollux.posix.Errno.EINPROGRESS;
import static dev.pollux.posix.Errno.EINTR;
import static dev.pollux.posix.Errno.EINVAL;
import static dev.pollux.posix.Errno.EIO;
import static dev.pollux.posix.Errno.EISCONN;
import static dev.pollux.posix.Errno.EISDIR;
import static dev.pollux.posix.Errno.ELOOP;
import static dev.pollux.posix.Errno.EMFILE;
import static dev.pollux.posix.Errno.EMSGSIZE;
import static dev.pollux.posix.Errno.ENETDOWN;
import static dev.pollux.posix.Errno.ENETUNREACH;
import static dev.pollux.posix.Errno.ENFILE;
import static dev.pollux.posix.Errno.ENOBUFS;
import static dev.pollux.posix.Errno.ENODEV;
import static dev.pollux.posix.Errno.ENOENT;
import static dev.pollux.posix.Errno.ENOMEM;
import static dev.pollux.posix.Errno.ENONET;
import static dev.pollux.posix.Errno.ENOPROTOOPT;
import static dev.pollux.posix.Errno.ENOSPC;
import static dev.pollux.posix.Errno.ENOTCONN;
import static dev.pollux.posix.Errno.ENOTSOCK;
import static dev.pollux.posix.Errno.EOPNOTSUPP;
import static dev.pollux.posix.Errno.EPERM;
import static dev.pollux.posix.Errno.EPIPE;
import static dev.pollux.posix.Errno.EPROTO;
import static dev.pollux.posix.Errno.EPROTONOSUPPORT;
import static dev.pollux.posix.Errno.EPROTOTYPE;
import static dev.pollux.posix.Errno.ETIMEDOUT;

import dev.pollux.posix.Errno;
import java.util.List;
import java.util.Locale;

/** The calls of {@link dev.pollux.posix.Posix}, with the errors that they may answer with. */
public enum SystemCall {
    SOCKET(EACCES, EAFNOSUPPORT, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTONOSUPPORT),
    SOCKETPAIR(EAFNOSUPPORT, EFAULT, EMFILE, ENFILE, EOPNOTSUPP, EPROTONOSUPPORT),
    BIND(EACCES, EADDRINUSE, EBADF, EINVAL, ENOTSOCK, EADDRNOTAVAIL, EFAULT, ENOMEM),
    LISTEN(EADDRINUSE, EBADF, ENOTSOCK, EOPNOTSUPP),
    ACCEPT4(EAGAIN, EBADF, ECONNABORTED, EFAULT, EINTR, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOTSOCK,
            EOPNOTSUPP, EPERM, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, ENETUNREACH),
    CONNECT(EACCES, EPERM, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EAGAIN, EALREADY, EBADF, ECONNREFUSED,
            EFAULT, EINPROGRESS, EINTR, EISCONN, ENETUNREACH, ENOTSOCK, EPROTOTYPE, ETIMEDOUT),
    GETSOCKNAME(EBADF, EFAULT, EINVAL, ENOBUFS, ENOTSOCK),
    GETPEERNAME(EBADF, EFAULT, EINVAL, ENOBUFS, ENOTCONN, ENOTSOCK),
    SETSOCKOPT(EBADF, EFAULT, EINVAL, ENOPROTOOPT, ENOTSOCK),
    GETSOCKOPT(EBADF, EFAULT, EINVAL, ENOPROTOOPT, ENOTSOCK),
    POLL(EFAULT, EINTR, EINVAL, ENOMEM),
    PPOLL(EFAULT, EINTR, EINVAL, ENOMEM),
    SELECT(EBADF, EINTR, EINVAL, ENOMEM),
    EPOLL_CREATE1(EINVAL, EMFILE, ENFILE, ENOMEM),
    EPOLL_CTL(EBADF, EEXIST, EINVAL, ELOOP, ENOENT, ENOMEM, ENOSPC, EPERM),
    EPOLL_WAIT(EBADF, EFAULT, EINTR, EINVAL),
    READ(EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, EISDIR, ECONNRESET, ETIMEDOUT, ENOTCONN, EHOSTUNREACH,
            ENETUNREACH, ENOMEM, ENOBUFS),
    SEND(EACCES, EAGAIN, EALREADY, EBADF, ECONNRESET, EDESTADDRREQ, EFAULT, EINTR, EINVAL, EISCONN, EMSGSIZE,
            ENOBUFS, ENOMEM, ENOTCONN, ENOTSOCK, EOPNOTSUPP, EPIPE, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH),
    SHUTDOWN(EBADF, EINVAL, ENOTCONN, ENOTSOCK),
    CLOSE(EBADF, EINTR, EIO, ENOSPC, EDQUOT),
    EVENTFD(EINVAL, EMFILE, ENFILE, ENODEV, ENOMEM),
    EVENTFD_WRITE(EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, ENOSPC),
    GETRLIMIT(EFAULT, EINVAL, EPERM),
    SETRLIMIT(EFAULT, EINVAL, EPERM);

    private final List<Errno> errnos;

    SystemCall(Errno... errnos) {
        this.errnos = List.of(errnos);
    }

    /**
     * The errors that its man page names for a socket; for calls on connections also those that the network
     * causes, which are named in tcp(7), ip(7) and accept(2). The list documents the call and limits nothing:
     * {@link Fault#fail} takes any errno, as a security module may return any.
     */
    public List<Errno> errnos() {
        return errnos;
    }

    /** The name in C. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
