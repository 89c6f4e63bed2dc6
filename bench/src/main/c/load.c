/* The load for all servers alike: one thread on epoll that checks every byte of every reply.
 *
 *   load PORT SERVER_PID
 *
 * takes commands on stdin, one a line, and answers each with a line on stdout:
 *
 *   open IDLE ACTIVE                         opened COUNT
 *   run ACTIVE OUTSTANDING FRAME MILLIS      slice MESSAGES WALL_NS SERVER_NS LOAD_NS [BUCKET:COUNT]...
 *   trickle RATE FRAME MILLIS                the same
 *   light RATE FRAME MILLIS                  the same
 *
 * `run` keeps OUTSTANDING messages under way on each of the ACTIVE connections, which were opened last;
 * `trickle` sends RATE messages a second, one at a time, each to a connection chosen at random among all;
 * `light` does not wait for the reply before it sends the next.
 * FRAME counts the prefix. A slice ends when every reply is there; then the connections rest until the next
 * command. SERVER_NS is the CPU time of the whole process SERVER_PID, ended threads included. It ends with
 * its stdin, or with `error ...` and exit 1. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    PREFIX = 4,
    MAX_FRAME = 4096,
    MAX_OUTSTANDING = 64,
    PATTERN = 1 << 16,
    READ_BYTES = 256 << 10,
    BATCH = 256,
    REPLY_MILLIS = 5000,      /* longer than this without a reply is a failure */
    SETTLE_NANOS = 15000000,  /* what a server still does after its last reply belongs to the slice */
    PORTS_PER_SOURCE = 20000, /* connections from one address; the next come from the next one */
    BUCKETS_PER_OCTAVE = 128, /* its upper half, but for the first: a latency is off by less than 1 % */
    BUCKETS = 64 * BUCKETS_PER_OCTAVE
};

struct connection {
    int fd;
    bool writing;            /* EPOLLOUT is asked for */
    uint32_t sent, received; /* messages */
    uint32_t matched;        /* bytes of the next reply that are there and right */
    uint64_t *sent_at;       /* by message number modulo MAX_OUTSTANDING */
    uint8_t *out;            /* what the kernel has not taken yet */
    size_t out_length;
};

static struct connection *connections;
static uint32_t count;
static int epoll;
static uint16_t port;
static clockid_t server_clock;
static uint32_t frame_bytes;
static uint8_t pattern[PATTERN + MAX_FRAME];
static uint64_t buckets[BUCKETS];
static uint64_t messages;
static uint64_t random_state = 88172645463325252u;

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("error ", stdout);
    vprintf(format, arguments);
    putchar('\n');
    fflush(stdout);
    exit(1);
}

static void fail_errno(const char *what) {
    fail("%s: %s", what, strerror(errno));
}

static uint64_t nanos(clockid_t clock) {
    struct timespec t;
    if (clock_gettime(clock, &t) != 0) {
        fail_errno("clock_gettime");
    }
    return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}

static uint64_t now(void) {
    return nanos(CLOCK_MONOTONIC);
}

static uint64_t next_random(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Values below BUCKETS_PER_OCTAVE have a bucket each, those above share one with their neighbours. */
static void record(uint64_t value) {
    int shift = value < BUCKETS_PER_OCTAVE ? 0 : 57 - __builtin_clzll(value);
    buckets[(uint64_t) shift * BUCKETS_PER_OCTAVE + (value >> shift)]++;
}

/* The payload of each message: a stretch of noise that depends on its connection and number. */
static const uint8_t *payload(uint32_t connection, uint32_t message) {
    return pattern + ((connection * 7919u + message * 13u) & (PATTERN - 1));
}

static void prefix(uint8_t *to) {
    uint32_t length = frame_bytes - PREFIX;
    for (int i = 0; i < PREFIX; i++) {
        to[i] = (uint8_t) (length >> 8 * i);
    }
}

static void watch(uint32_t index, bool writing) {
    struct connection *c = &connections[index];
    if (c->writing != writing) {
        struct epoll_event e = {.events = EPOLLIN | (writing ? EPOLLOUT : 0), .data.u32 = index};
        if (epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e) != 0) {
            fail_errno("epoll_ctl");
        }
        c->writing = writing;
    }
}

static void flush(uint32_t index) {
    struct connection *c = &connections[index];
    ssize_t n = send(c->fd, c->out, c->out_length, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) {
        fail_errno("send");
    }
    if (n > 0) {
        c->out_length -= (size_t) n;
        memmove(c->out, c->out + n, c->out_length);
    }
    watch(index, c->out_length > 0);
}

/* Sends so many messages in one go. */
static void ask(uint32_t index, uint32_t how_many, uint64_t at) {
    struct connection *c = &connections[index];
    if (c->out == NULL) {
        c->out = malloc((size_t) MAX_OUTSTANDING * MAX_FRAME);
        c->sent_at = malloc(MAX_OUTSTANDING * sizeof *c->sent_at);
        if (c->out == NULL || c->sent_at == NULL) {
            fail("out of memory");
        }
    }
    for (; how_many > 0; how_many--) {
        prefix(c->out + c->out_length);
        memcpy(c->out + c->out_length + PREFIX, payload(index, c->sent), frame_bytes - PREFIX);
        c->out_length += frame_bytes;
        c->sent_at[c->sent++ % MAX_OUTSTANDING] = at;
    }
    flush(index);
}

/* Compares with what was sent; a reply must not begin before its message was. */
static void check(uint32_t index, const uint8_t *bytes, uint32_t length) {
    struct connection *c = &connections[index];
    uint8_t wanted_prefix[PREFIX];
    const uint8_t *wanted;
    if (c->received == c->sent) {
        fail("connection %u got bytes that it had not asked for", index);
    }
    if (c->matched < PREFIX) {
        prefix(wanted_prefix);
        wanted = wanted_prefix + c->matched;
    } else {
        wanted = payload(index, c->received) + (c->matched - PREFIX);
    }
    if (memcmp(bytes, wanted, length) != 0) {
        uint32_t i = 0;
        while (bytes[i] == wanted[i]) {
            i++;
        }
        fail("wrong byte on connection %u, message %u, at %u of %u: %u instead of %u", index, c->received,
             c->matched + i, frame_bytes, bytes[i], wanted[i]);
    }
}

/* Checks what has come; returns how many replies that completes. */
static uint32_t receive(uint32_t index, uint64_t *at) {
    static uint8_t buffer[READ_BYTES];
    struct connection *c = &connections[index];
    ssize_t n = read(c->fd, buffer, sizeof buffer);
    if (n < 0) {
        if (errno == EAGAIN) {
            return 0;
        }
        fail_errno("read");
    }
    if (n == 0) {
        fail("connection %u was closed by the server", index);
    }
    *at = now();
    uint32_t complete = 0;
    for (uint32_t done = 0; done < (uint32_t) n;) {
        uint32_t rest = (c->matched < PREFIX ? PREFIX : frame_bytes) - c->matched;
        uint32_t length = rest < (uint32_t) n - done ? rest : (uint32_t) n - done;
        check(index, buffer + done, length);
        done += length;
        c->matched += length;
        if (c->matched == frame_bytes) {
            record(*at - c->sent_at[c->received++ % MAX_OUTSTANDING]);
            c->matched = 0;
            complete++;
        }
    }
    messages += complete;
    return complete;
}

/* Waits for replies, and asks anew for each until `deadline`. Returns how many came. */
static uint32_t turn(uint64_t deadline) {
    struct epoll_event events[BATCH];
    int n = epoll_wait(epoll, events, BATCH, REPLY_MILLIS);
    if (n == 0) {
        fail("no reply within %d ms", REPLY_MILLIS);
    }
    if (n < 0 && errno != EINTR) {
        fail_errno("epoll_wait");
    }
    uint32_t replies = 0;
    for (int i = 0; i < n; i++) {
        uint32_t index = events[i].data.u32;
        if (events[i].events & EPOLLOUT) {
            flush(index);
        }
        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
            uint64_t at = 0;
            uint32_t complete = receive(index, &at);
            replies += complete;
            if (complete > 0 && at < deadline) {
                ask(index, complete, at);
            }
        }
    }
    return replies;
}

/* One message there and back. */
static void round_trip(uint32_t index, uint64_t at) {
    ask(index, 1, at);
    while (connections[index].received != connections[index].sent) {
        turn(0);
    }
}

static int connected_socket(uint32_t number) {
    int one = 1;
    struct timeval patience = {.tv_sec = REPLY_MILLIS / 1000};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        fail_errno("socket");
    }
    uint32_t source = number / PORTS_PER_SOURCE;
    if (source > 0) { /* the port is then chosen by connect, which knows the other end */
        struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + source)};
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        if (bind(fd, (struct sockaddr *) &from, sizeof from) != 0) {
            fail_errno("bind");
        }
    }
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); /* bounds connect */
    if (connect(fd, (struct sockaddr *) &to, sizeof to) != 0) {
        fail_errno("connect");
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* An echo now and then keeps the server's backlog short; the last one shows that all have been accepted. */
static void open_connections(uint32_t how_many) {
    free(connections);
    connections = calloc(how_many, sizeof *connections);
    if (connections == NULL) {
        fail("out of memory");
    }
    frame_bytes = 64;
    for (count = 0; count < how_many; count++) {
        int fd = connected_socket(count);
        struct epoll_event e = {.events = EPOLLIN, .data.u32 = count};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) != 0) {
            fail_errno("epoll_ctl");
        }
        connections[count] = (struct connection) {.fd = fd};
        if (count % BATCH == BATCH - 1 || count == how_many - 1) {
            round_trip(count, now());
        }
    }
    printf("opened %u\n", count);
}

struct clocks {
    uint64_t wall, server, load;
};

static struct clocks begin(uint32_t frame) {
    if (frame <= PREFIX || frame > MAX_FRAME || count == 0) {
        fail("a frame of %u bytes on %u connections", frame, count);
    }
    frame_bytes = frame;
    messages = 0;
    memset(buckets, 0, sizeof buckets);
    return (struct clocks) {now(), nanos(server_clock), nanos(CLOCK_PROCESS_CPUTIME_ID)};
}

/* The kernel brings a process's CPU time up to date when it goes to sleep: another reason to wait before
 * asking. */
static void end(struct clocks from) {
    uint64_t wall = now() - from.wall;
    uint64_t load = nanos(CLOCK_PROCESS_CPUTIME_ID) - from.load;
    nanosleep(&(struct timespec) {.tv_nsec = SETTLE_NANOS}, NULL);
    printf("slice %lu %lu %lu %lu", messages, wall, nanos(server_clock) - from.server, load);
    for (int i = 0; i < BUCKETS; i++) {
        if (buckets[i] > 0) {
            printf(" %d:%lu", i, buckets[i]);
        }
    }
    putchar('\n');
}

static void run(uint32_t active, uint32_t outstanding, uint32_t frame, uint32_t millis) {
    if (active == 0 || active > count || outstanding == 0 || outstanding > MAX_OUTSTANDING) {
        fail("%u active with %u outstanding on %u connections", active, outstanding, count);
    }
    struct clocks from = begin(frame);
    uint64_t deadline = from.wall + millis * 1000000ull;
    for (uint32_t i = count - active; i < count; i++) {
        ask(i, outstanding, now());
    }
    while (now() < deadline) {
        turn(deadline);
    }
    for (uint32_t i = count - active; i < count; i++) {
        while (connections[i].received != connections[i].sent) {
            turn(0);
        }
    }
    end(from);
}

static void sleep_until(uint64_t due) {
    for (uint64_t at = now(); at < due; at = now()) {
        struct timespec rest = {.tv_sec = (time_t) ((due - at) / 1000000000u),
                                .tv_nsec = (long) ((due - at) % 1000000000u)};
        struct pollfd p = {.fd = epoll, .events = POLLIN};
        if (ppoll(&p, 1, &rest, NULL) > 0) {
            turn(0); /* in a trickle nothing is asked for now: this fails and says why */
        }
    }
}

/* Intervals vary by half, so as not to beat time with a server's own rhythm. Each latency counts from when the
 * message was sent. One at a time, there are fewer where the replies take longer than the interval. */
static void paced(uint32_t rate, uint32_t frame, uint32_t millis, bool one_at_a_time) {
    if (rate == 0 || rate > 1000000) {
        fail("a rate of %u", rate);
    }
    struct clocks from = begin(frame);
    uint64_t deadline = from.wall + millis * 1000000ull;
    uint64_t interval = 1000000000u / rate;
    uint64_t due = from.wall;
    while (true) {
        due += interval / 2 + next_random() % interval;
        if (due >= deadline) {
            break;
        }
        sleep_until(due);
        uint32_t index = (uint32_t) (next_random() % count);
        if (one_at_a_time) {
            round_trip(index, now());
            due = due < now() ? now() : due; /* what could not be sent meanwhile is not made up for */
        } else if (connections[index].sent - connections[index].received < MAX_OUTSTANDING) {
            ask(index, 1, now());
        }
    }
    sleep_until(deadline);
    for (uint32_t i = 0; i < count; i++) {
        while (connections[i].received != connections[i].sent) {
            turn(0);
        }
    }
    end(from);
}

static bool obey(const char *line) {
    unsigned a, b, c, d;
    if (sscanf(line, "open %u %u", &a, &b) == 2) {
        open_connections(a + b);
    } else if (sscanf(line, "run %u %u %u %u", &a, &b, &c, &d) == 4) {
        run(a, b, c, d);
    } else if (sscanf(line, "trickle %u %u %u", &a, &b, &c) == 3) {
        paced(a, b, c, true);
    } else if (sscanf(line, "light %u %u %u", &a, &b, &c) == 3) {
        paced(a, b, c, false);
    } else {
        return false;
    }
    fflush(stdout);
    return true;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fail("usage: load PORT SERVER_PID");
    }
    port = (uint16_t) atoi(argv[1]);
    if (clock_getcpuclockid(atoi(argv[2]), &server_clock) != 0) {
        fail("there is no process %s", argv[2]);
    }
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    prctl(PR_SET_TIMERSLACK, 1); /* sleep to the nanosecond, not to 50 µs */
    for (size_t i = 0; i < sizeof pattern; i++) {
        pattern[i] = (uint8_t) (next_random() >> 32);
    }
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) {
        fail_errno("epoll_create1");
    }
    char line[128];
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (!obey(line)) {
            fail("what is %s", line);
        }
    }
    return 0;
}
