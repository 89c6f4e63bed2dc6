package dev.pollux.testkit;

import dev.pollux.posix.Errno;
import java.util.HashMap;
import java.util.Map;

/** Ports, and how connections are made. All addresses are those of one machine. */
final class Network {
    private static final int FIRST_EPHEMERAL = 32768;
    private static final long FIRST_RETRY_NANOS = 1_000_000_000; // Of a SYN that found the backlog full.

    private final Timeline timeline;
    private final Map<Integer, StreamSocket> bound = new HashMap<>(); // By port.
    private int nextPort = FIRST_EPHEMERAL;
    int sendBufferBytes = 64 << 10; // Of connections that are made from now on.
    int receiveBufferBytes = 64 << 10;

    Network(Timeline timeline) {
        this.timeline = timeline;
    }

    int bind(StreamSocket socket, byte[] address) {
        if (Address.port(socket.local) != 0 || socket.state != StreamSocket.State.NEW) {
            return -Errno.EINVAL.number;
        }
        if (Address.family(address) != socket.family) {
            return -Errno.EAFNOSUPPORT.number;
        }
        int port = Address.port(address) != 0 ? Address.port(address) : freePort();
        if (bound.putIfAbsent(port, socket) != null) {
            return -Errno.EADDRINUSE.number;
        }
        socket.local = Address.withPort(address, port);
        return 0;
    }

    /** A closed socket's port can be bound again: nothing here lies in TIME_WAIT. */
    void release(StreamSocket socket) {
        bound.values().remove(socket);
    }

    int listen(StreamSocket socket, int limit) {
        if (socket.state == StreamSocket.State.LISTENING) {
            socket.backlog.limit(limit);
            return 0;
        }
        if (socket.state != StreamSocket.State.NEW) {
            return -Errno.EINVAL.number;
        }
        if (Address.port(socket.local) == 0) {
            bind(socket, Address.nameless(socket.family));
        }
        socket.backlog = new Backlog(limit);
        socket.state = StreamSocket.State.LISTENING;
        return 0;
    }

    /** What connect(2) answers on a socket that does not block: never success at once, not even here. */
    int connect(StreamSocket socket, int port) {
        switch (socket.state) {
            case CONNECTED -> {
                return -Errno.EISCONN.number;
            }
            case CONNECTING -> {
                return -Errno.EALREADY.number;
            }
            case LISTENING -> {
                return -Errno.EISCONN.number;
            }
            case NEW, DEAD -> { }
        }
        if (Address.port(socket.local) == 0) {
            socket.local = Address.loopback(socket.family, freePort());
        }
        socket.state = StreamSocket.State.CONNECTING;
        tryToConnect(socket, port, FIRST_RETRY_NANOS);
        return -Errno.EINPROGRESS.number;
    }

    private void tryToConnect(StreamSocket socket, int port, long retryNanos) {
        StreamSocket listener = bound.get(port);
        if (socket.state != StreamSocket.State.CONNECTING) {
            return; // Closed meanwhile.
        }
        if (listener == null || listener.state != StreamSocket.State.LISTENING) {
            socket.refuse(Errno.ECONNREFUSED);
        } else if (listener.backlog.isFull()) {
            timeline.after(retryNanos, () -> tryToConnect(socket, port, 2 * retryNanos));
        } else {
            StreamSocket accepted = new StreamSocket(listener.family);
            accepted.local = Address.loopback(listener.family, port);
            accepted.options.putAll(listener.options);
            join(socket, accepted);
            listener.backlog.add(accepted);
        }
    }

    void join(StreamSocket a, StreamSocket b) {
        StreamSocket.connect(a, b, new Pipe(sendBufferBytes, receiveBufferBytes),
                new Pipe(sendBufferBytes, receiveBufferBytes));
    }

    private int freePort() {
        while (bound.containsKey(nextPort)) {
            nextPort++;
        }
        return nextPort++;
    }
}
