package dev.pollux.testkit;

/** What Linux calls things, in numbers: the same on x86-64 and aarch64. */
final class Abi {
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int SOCK_STREAM = 1;
    static final int NONBLOCK = 0x800; // As SOCK_, EFD_ and O_.
    static final int CLOEXEC = 0x80000; // As SOCK_, EFD_ and EPOLL_.

    static final int SOL_SOCKET = 1;
    static final int SO_REUSEADDR = 2;
    static final int SO_ERROR = 4;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int SO_KEEPALIVE = 9;
    static final int SO_LINGER = 13;
    static final int IPPROTO_TCP = 6;
    static final int TCP_NODELAY = 1;
    static final int TCP_KEEPIDLE = 4;
    static final int TCP_KEEPINTVL = 5;
    static final int TCP_KEEPCNT = 6;
    static final int TCP_USER_TIMEOUT = 18;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int SHUT_RD = 0;
    static final int SHUT_WR = 1;
    static final int SHUT_RDWR = 2;

    static final int POLLIN = 0x1;
    static final int POLLOUT = 0x4;
    static final int POLLERR = 0x8;
    static final int POLLHUP = 0x10;
    static final int POLLNVAL = 0x20;
    static final int POLLRDHUP = 0x2000;
    /** What poll(2) and epoll(7) report unasked. */
    static final int UNASKED = POLLERR | POLLHUP;

    static final int EPOLL_CTL_ADD = 1;
    static final int EPOLL_CTL_DEL = 2;
    static final int EPOLL_CTL_MOD = 3;
    static final int FD_SETSIZE = 1024;
    static final int RLIMIT_NOFILE = 7;

    /** struct pollfd: int fd, short events, short revents. */
    static final long POLLFD_BYTES = 8;
    static final long POLLFD_EVENTS = 4;
    static final long POLLFD_REVENTS = 6;
    /** struct timespec, timeval and rlimit: two 64-bit numbers. */
    static final long PAIR_BYTES = 16;

    private Abi() {
    }
}
