/* The loop of "TCP Server in Zig - Part 5a: Poll" in C, as the tutorial leaves it: one array for poll(2), all
 * of it asked and scanned each time, accept until EAGAIN, a reader of 4096 bytes per client that is read
 * until EAGAIN, removal by swapping with the last. The tutorial prints each message; this sends it back.
 *
 * Left out are its mistakes: a prefix across the end of the buffer is not taken for a disconnect, lengths do
 * not wrap, POLLERR and POLLHUP without POLLIN close the client, and the client limit is kept.
 *
 *   tutorial_poll PORT                           scans to the end, as in the tutorial's final listing
 *   tutorial_poll PORT early-exit                stops after as many as poll(2) returned: its section "O(N)"
 *   tutorial_poll PORT early-exit accept-once    and one accept for each time the listener is ready */
#include "peer.h"
#include <poll.h>
#include <stdbool.h>

enum outcome { MESSAGE, NOTHING_MORE, GONE };

struct reader {
    uint8_t *buf;
    size_t pos;   /* bytes read into buf */
    size_t start; /* where the next message begins */
};

struct client {
    int socket;
    struct reader reader;
};

static struct pollfd polls[MAX_CLIENTS + 1]; /* [0] is the listener, [i + 1] belongs to clients[i] */
static struct client clients[MAX_CLIENTS];
static struct pollfd *const client_polls = polls + 1;
static int connected;
static int listener;

/* Makes room for a message of that size, counted from start. */
static bool ensure_space(struct reader *r, size_t space) {
    if (space > MAX_FRAME) {
        return false;
    }
    if (MAX_FRAME - r->start < space) {
        memmove(r->buf, r->buf + r->start, r->pos - r->start);
        r->pos -= r->start;
        r->start = 0;
    }
    return true;
}

/* A whole message in the buffer; prefix and payload lie together, so that the echo is one send. */
static enum outcome buffered_message(struct reader *r, uint8_t **message, size_t *total) {
    size_t have = r->pos - r->start;
    if (have < PREFIX) {
        return ensure_space(r, PREFIX) ? NOTHING_MORE : GONE;
    }
    size_t length = (size_t) u32le(r->buf + r->start) + PREFIX;
    if (have < length) {
        return ensure_space(r, length) ? NOTHING_MORE : GONE;
    }
    *message = r->buf + r->start;
    *total = length;
    r->start += length;
    return MESSAGE;
}

static enum outcome read_message(struct client *c, uint8_t **message, size_t *total) {
    struct reader *r = &c->reader;
    while (true) {
        enum outcome o = buffered_message(r, message, total);
        if (o != NOTHING_MORE) {
            return o;
        }
        ssize_t n = read(c->socket, r->buf + r->pos, MAX_FRAME - r->pos);
        if (n <= 0) {
            return n < 0 && errno == EAGAIN ? NOTHING_MORE : GONE;
        }
        r->pos += (size_t) n;
    }
}

/* The tutorial has no writes yet. A peer that does not take its replies is waited for, as a blocking write
 * would. */
static bool send_all(int fd, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            struct pollfd writable = {.fd = fd, .events = POLLOUT};
            if (poll(&writable, 1, 5000) <= 0) {
                return false;
            }
            continue;
        }
        if (n <= 0) {
            return false;
        }
        bytes += n;
        length -= (size_t) n;
    }
    return true;
}

static void accept_clients(bool once) {
    while (true) {
        if (connected == MAX_CLIENTS) {
            polls[0].fd = -1; /* poll ignores it until there is room again */
            return;
        }
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            return;
        }
        uint8_t *buf = malloc(MAX_FRAME);
        if (buf == NULL) {
            close(fd);
            return;
        }
        clients[connected] = (struct client) {.socket = fd, .reader = {.buf = buf}};
        client_polls[connected] = (struct pollfd) {.fd = fd, .events = POLLIN};
        connected++;
        if (once) {
            return;
        }
    }
}

static void remove_client(int at) {
    close(clients[at].socket);
    free(clients[at].reader.buf);
    polls[0].fd = listener;
    connected--;
    clients[at] = clients[connected];
    client_polls[at] = client_polls[connected];
}

/* Returns whether the client is still there. */
static bool serve(int at) {
    struct client *c = &clients[at];
    if ((client_polls[at].revents & POLLIN) == 0) {
        remove_client(at); /* POLLERR, POLLHUP or POLLNVAL alone */
        return false;
    }
    while (true) {
        uint8_t *message;
        size_t total;
        enum outcome o = read_message(c, &message, &total);
        if (o == NOTHING_MORE) {
            return true;
        }
        if (o == GONE || !send_all(c->socket, message, total)) {
            remove_client(at);
            return false;
        }
    }
}

int main(int argc, char **argv) {
    bool early_exit = argc > 2 && strcmp(argv[2], "early-exit") == 0;
    bool once = argc > 3 && strcmp(argv[3], "accept-once") == 0;
    listener = listen_on(argc > 1 ? argv[1] : "0");
    polls[0] = (struct pollfd) {.fd = listener, .events = POLLIN};
    while (true) {
        int pending = poll(polls, (nfds_t) connected + 1, -1);
        if (pending < 0 && errno != EINTR) {
            die("poll");
        }
        if (pending > 0 && polls[0].revents != 0) {
            accept_clients(once); /* new entries have revents 0 */
            pending--;
        }
        for (int i = 0; i < connected && (!early_exit || pending > 0);) {
            if (client_polls[i].revents == 0) {
                i++;
                continue;
            }
            pending--;
            if (serve(i)) {
                i++;
            }
        }
    }
}
