package dev.pollux.posix;

import static dev.pollux.bindings.linux.Libc.*;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.bindings.linux.sockaddr_in;
import dev.pollux.bindings.linux.sockaddr_in6;
import java.lang.foreign.MemorySegment;

/**
 * The arguments of a call as strace(1) would show them: constants by name, and memory as an ellipsis, except
 * for addresses and for what is ready.
 */
final class CallText {
    private static final String MEMORY = "…";
    private static final int MOST_ENTRIES = 8; // That are shown of an array.

    private CallText() {
    }

    static String memory(MemorySegment segment) {
        return segment.address() == 0 ? "NULL" : MEMORY;
    }

    /** An internet address; one of another family is not shown. */
    static String address(MemorySegment address) {
        long bytes = address.byteSize();
        if (bytes >= sockaddr_in.sizeof()) {
            int family = Short.toUnsignedInt(sockaddr_in.sin_family(address));
            if (family == AF_INET() || family == AF_INET6() && bytes >= sockaddr_in6.sizeof()) {
                return SocketAddress.from(address).toString();
            }
        }
        return memory(address);
    }

    /** Of an array of pollfd the entries that are ready, behind each other. */
    static String ready(MemorySegment fds, int first, int count, int pending) {
        StringBuilder text = new StringBuilder("[");
        int left = Math.min(pending, MOST_ENTRIES);
        int shown = 0;
        for (int i = first; i < first + count && left > 0; i++) {
            MemorySegment entry = pollfd.asSlice(fds, i);
            if (pollfd.revents(entry) != 0) {
                text.append("{fd=").append(pollfd.fd(entry)).append(", revents=")
                        .append(pollBits(pollfd.revents(entry))).append("}, ");
                left--;
                shown++;
            }
        }
        return close(text, shown < count);
    }

    /** Of an array of epoll_event the entries that the kernel wrote. */
    static String events(MemorySegment events, int written) {
        StringBuilder text = new StringBuilder("[");
        int shown = Math.clamp(written, 0, MOST_ENTRIES);
        for (int i = 0; i < shown; i++) {
            text.append(event(events, i)).append(", ");
        }
        return close(text, shown < written);
    }

    /** One epoll_event. */
    static String event(MemorySegment events, int index) {
        if (events.address() == 0) {
            return "NULL";
        }
        return "{events=" + pollBits(EpollEvent.events(events, index)).replace("POLL", "EPOLL")
                + ", data=" + EpollEvent.data(events, index) + "}";
    }

    private static String close(StringBuilder text, boolean more) {
        if (more) {
            text.append(MEMORY);
        } else if (text.length() > 1) {
            text.setLength(text.length() - 2);
        }
        return text.append(']').toString();
    }

    /** poll's bits, which are epoll's too. */
    private static String pollBits(int bits) {
        Names names = new Names(bits);
        names.bit(POLLIN(), "POLLIN").bit(POLLOUT(), "POLLOUT").bit(POLLERR(), "POLLERR");
        return names.bit(POLLHUP(), "POLLHUP").bit(POLLNVAL(), "POLLNVAL").text();
    }

    static String family(int domain) {
        return new Names(domain).whole(AF_INET(), "AF_INET").whole(AF_INET6(), "AF_INET6")
                .whole(AF_UNIX(), "AF_UNIX").text();
    }

    static String socketType(int type) {
        int flags = type & (SOCK_CLOEXEC() | SOCK_NONBLOCK());
        String bare = new Names(type & ~flags).whole(SOCK_STREAM(), "SOCK_STREAM").text();
        return flags == 0 ? bare : bare + "|" + socketFlags(flags);
    }

    static String socketFlags(int flags) {
        return new Names(flags).bit(SOCK_CLOEXEC(), "SOCK_CLOEXEC").bit(SOCK_NONBLOCK(), "SOCK_NONBLOCK")
                .text();
    }

    static String eventfdFlags(int flags) {
        return new Names(flags).bit(EFD_CLOEXEC(), "EFD_CLOEXEC").bit(EFD_NONBLOCK(), "EFD_NONBLOCK").text();
    }

    static String epollFlags(int flags) {
        return new Names(flags).bit(EPOLL_CLOEXEC(), "EPOLL_CLOEXEC").text();
    }

    static String epollOperation(int operation) {
        return new Names(operation).whole(EPOLL_CTL_ADD(), "EPOLL_CTL_ADD")
                .whole(EPOLL_CTL_DEL(), "EPOLL_CTL_DEL").whole(EPOLL_CTL_MOD(), "EPOLL_CTL_MOD").text();
    }

    static String messageFlags(int flags) {
        return new Names(flags).bit(MSG_NOSIGNAL(), "MSG_NOSIGNAL").text();
    }

    static String shutdownHow(int how) {
        return new Names(how).whole(SHUT_WR(), "SHUT_WR").text();
    }

    static String resource(int resource) {
        return new Names(resource).whole(RLIMIT_NOFILE(), "RLIMIT_NOFILE").text();
    }

    static String level(int level) {
        return new Names(level).whole(SOL_SOCKET(), "SOL_SOCKET").whole(IPPROTO_TCP(), "SOL_TCP").text();
    }

    static String option(int level, int name) {
        Names names = new Names(name);
        if (level == SOL_SOCKET()) {
            names.whole(SO_ERROR(), "SO_ERROR").whole(SO_LINGER(), "SO_LINGER")
                    .whole(SO_REUSEADDR(), "SO_REUSEADDR").whole(SO_SNDBUF(), "SO_SNDBUF")
                    .whole(SO_RCVBUF(), "SO_RCVBUF").whole(SO_KEEPALIVE(), "SO_KEEPALIVE");
        } else if (level == IPPROTO_TCP()) {
            names.whole(TCP_NODELAY(), "TCP_NODELAY").whole(TCP_INFO(), "TCP_INFO")
                    .whole(TCP_KEEPIDLE(), "TCP_KEEPIDLE").whole(TCP_KEEPINTVL(), "TCP_KEEPINTVL")
                    .whole(TCP_KEEPCNT(), "TCP_KEEPCNT").whole(TCP_USER_TIMEOUT(), "TCP_USER_TIMEOUT");
        }
        return names.text();
    }

    /** Puts a number together from the names of its bits, or has one name for all of it. */
    private static final class Names {
        private final int value;
        private final StringBuilder text = new StringBuilder();
        private int left;

        Names(int value) {
            this.value = value;
            this.left = value;
        }

        Names bit(int bit, String name) {
            if ((left & bit) != 0) {
                append(name);
                left &= ~bit;
            }
            return this;
        }

        Names whole(int number, String name) {
            if (value == number) {
                append(name);
                left = 0;
            }
            return this;
        }

        /** What has no name follows as a number. */
        String text() {
            if (left != 0 || text.isEmpty()) {
                append(Integer.toString(left));
            }
            return text.toString();
        }

        private void append(String name) {
            text.append(text.isEmpty() ? "" : "|").append(name);
        }
    }
}
