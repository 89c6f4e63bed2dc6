/* How cheap framed echo can be on one thread: level-triggered epoll, one receive buffer for all, one read and
 * one send per readiness. What is unfinished after a read is kept with the client, and so is what the kernel
 * did not take; while something is unsent, that client is not read from. */
#include "peer.h"
#include <stdbool.h>
#include <sys/epoll.h>

enum { READ_BYTES = 64 << 10, BATCH = 1024 };

struct client {
    int fd;
    size_t kept;         /* bytes of an unfinished frame */
    size_t unsent, sent; /* bytes in out, and how many of them are gone */
    uint8_t *unfinished, *out;
    bool closed;
    struct client *next; /* to be freed after the batch */
};

static uint8_t buffer[MAX_FRAME + READ_BYTES];
static struct client *graveyard;
static int epoll;

static void watch(struct client *c, uint32_t events) {
    struct epoll_event e = {.events = events, .data.ptr = c};
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e) != 0) {
        die("epoll_ctl");
    }
}

static void bury(struct client *c) {
    if (!c->closed) {
        c->closed = true;
        close(c->fd);
        c->next = graveyard;
        graveyard = c;
    }
}

static void accept_clients(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct client *c = calloc(1, sizeof *c);
        if (c == NULL) {
            close(fd);
            return;
        }
        c->fd = fd;
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) != 0) {
            die("epoll_ctl");
        }
    }
}

/* How far whole frames reach, or -1 if one is too long. */
static ssize_t whole_frames(const uint8_t *bytes, size_t length) {
    size_t end = 0;
    while (length - end >= PREFIX) {
        size_t frame = (size_t) u32le(bytes + end) + PREFIX;
        if (frame > MAX_FRAME) {
            return -1;
        }
        if (frame > length - end) {
            break;
        }
        end += frame;
    }
    return (ssize_t) end;
}

/* Copies bytes to *where, which is made when first needed. */
static bool keep(uint8_t **where, size_t capacity, const uint8_t *bytes, size_t length) {
    if (*where == NULL && (*where = malloc(capacity)) == NULL) {
        return false;
    }
    memcpy(*where, bytes, length);
    return true;
}

static void reply(struct client *c, const uint8_t *bytes, size_t length) {
    ssize_t n = length == 0 ? 0 : send(c->fd, bytes, length, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) {
        bury(c);
        return;
    }
    size_t taken = n < 0 ? 0 : (size_t) n;
    if (taken < length) {
        if (!keep(&c->out, sizeof buffer, bytes + taken, length - taken)) {
            bury(c);
            return;
        }
        c->unsent = length - taken;
        c->sent = 0;
        watch(c, EPOLLOUT);
    }
}

static void readable(struct client *c) {
    if (c->kept > 0) {
        memcpy(buffer, c->unfinished, c->kept);
    }
    ssize_t n = read(c->fd, buffer + c->kept, READ_BYTES);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN) {
            bury(c);
        }
        return;
    }
    size_t have = c->kept + (size_t) n;
    ssize_t end = whole_frames(buffer, have);
    if (end < 0) {
        bury(c);
        return;
    }
    c->kept = have - (size_t) end;
    if (c->kept > 0 && !keep(&c->unfinished, MAX_FRAME, buffer + end, c->kept)) {
        bury(c);
        return;
    }
    reply(c, buffer, (size_t) end);
}

static void writable(struct client *c) {
    ssize_t n = send(c->fd, c->out + c->sent, c->unsent, MSG_NOSIGNAL);
    if (n < 0) {
        if (errno != EAGAIN) {
            bury(c);
        }
        return;
    }
    c->sent += (size_t) n;
    c->unsent -= (size_t) n;
    if (c->unsent == 0) {
        watch(c, EPOLLIN);
    }
}

int main(int argc, char **argv) {
    static struct epoll_event ready[BATCH];
    int listener = listen_on(argc > 1 ? argv[1] : "0");
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e) != 0) {
        die("epoll");
    }
    while (true) {
        int n = epoll_wait(epoll, ready, BATCH, -1);
        if (n < 0 && errno != EINTR) {
            die("epoll_wait");
        }
        for (int i = 0; i < n; i++) {
            struct client *c = ready[i].data.ptr;
            if (c == NULL) {
                accept_clients(listener);
            } else if (c->unsent > 0) {
                writable(c); /* a hang-up shows in send */
            } else {
                readable(c);
            }
        }
        while (graveyard != NULL) {
            struct client *c = graveyard;
            graveyard = c->next;
            free(c->unfinished);
            free(c->out);
            free(c);
        }
    }
}
