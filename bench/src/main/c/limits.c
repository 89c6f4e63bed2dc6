/* What the JMH benchmarks of Pollux do, in C: the limit that their figures are held against.
 *
 *   limits scan CLIENTS READY PLACEMENT MILLIS ITERATIONS   READY 0, 3, 1%, all; FRONT, SPREAD or BACK
 *   limits calls MILLIS ITERATIONS                          system calls that do next to nothing
 *   limits await CLIENTS READY MILLIS ITERATIONS            poll and epoll_wait; NOTHING, FIRST or LAST
 *   limits echo MILLIS ITERATIONS                           the calls of one round trip, on one thread
 *   limits check                                            all forms of the scan find the same
 *
 * Prints a line of JSON for each form: its name, its kind, whether it stops when all are found, and the
 * nanoseconds of one operation in each iteration.
 *
 * Dead code: a form is called through a pointer that the compiler cannot follow, stores each hit into an
 * array, and its result goes into a sum that is printed at the end. Learnt branches: 16 arrays in turn. */
#include "peer.h"
#include <poll.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <time.h>

enum { ARRAYS = 16, MAX_ITERATIONS = 64, EVENTS = 1024, ROUND_TRIP = 20 };
enum kind { SCALAR, VECTORISED, CALL };

static const char *const KINDS[] = {"scalar", "vectorised", "call"};

/* ---- The scan. Each writes the indexes of ready entries to hits and returns how many it found. ---- */

typedef int scan_form(const struct pollfd *entries, int n, int ready, int *hits);

/* An entry as one little-endian long: revents are its upper 16 bits. */
static inline uint64_t word(const struct pollfd *entry) {
    uint64_t w;
    memcpy(&w, entry, sizeof w);
    return w;
}

#define OR4(p) (word(p) | word((p) + 1) | word((p) + 2) | word((p) + 3))
#define OR8(p) (OR4(p) | OR4((p) + 4))
#define READY(w) ((w) >> 48 != 0)

/* The tutorial's loop: "for (self.client_polls[0..self.connected])", and its section on O(N). */
static int tutorial_end(const struct pollfd *p, int n, int ready, int *hits) {
    (void) ready;
    int found = 0;
    for (int i = 0; i < n; i++) {
        if (p[i].revents != 0) {
            hits[found++] = i;
        }
    }
    return found;
}

static int tutorial_stop(const struct pollfd *p, int n, int ready, int *hits) {
    int found = 0;
    for (int i = 0; i < n && found < ready; i++) {
        if (p[i].revents != 0) {
            hits[found++] = i;
        }
    }
    return found;
}

static int word_end(const struct pollfd *p, int n, int ready, int *hits) {
    (void) ready;
    int found = 0;
    for (int i = 0; i < n; i++) {
        if (READY(word(p + i))) {
            hits[found++] = i;
        }
    }
    return found;
}

static int word_stop(const struct pollfd *p, int n, int ready, int *hits) {
    int found = 0;
    for (int i = 0; i < n && found < ready; i++) {
        if (READY(word(p + i))) {
            hits[found++] = i;
        }
    }
    return found;
}

/* One test for several entries, and where it says yes each of them, inside the same loop. */
#define GROUPED(name, group, any)                                                  \
    static int name##_end(const struct pollfd *p, int n, int ready, int *hits) {   \
        (void) ready;                                                              \
        int found = 0, i = 0;                                                      \
        for (; i + (group) <= n; i += (group)) {                                   \
            if (READY(any(p + i))) {                                               \
                for (int j = i; j < i + (group); j++) {                            \
                    if (p[j].revents != 0) {                                       \
                        hits[found++] = j;                                         \
                    }                                                              \
                }                                                                  \
            }                                                                      \
        }                                                                          \
        for (; i < n; i++) {                                                       \
            if (p[i].revents != 0) {                                               \
                hits[found++] = i;                                                 \
            }                                                                      \
        }                                                                          \
        return found;                                                              \
    }                                                                              \
    static int name##_stop(const struct pollfd *p, int n, int ready, int *hits) {  \
        int found = 0, i = 0;                                                      \
        for (; i + (group) <= n && found < ready; i += (group)) {                  \
            if (READY(any(p + i))) {                                               \
                for (int j = i; j < i + (group) && found < ready; j++) {           \
                    if (p[j].revents != 0) {                                       \
                        hits[found++] = j;                                         \
                    }                                                              \
                }                                                                  \
            }                                                                      \
        }                                                                          \
        for (; i < n && found < ready; i++) {                                      \
            if (p[i].revents != 0) {                                               \
                hits[found++] = i;                                                 \
            }                                                                      \
        }                                                                          \
        return found;                                                              \
    }

/* A search loop of its own, which breaks; then one by one, as the server's nextReady. */
#define SEARCHED(name, group, any)                                                 \
    static inline int name##_next(const struct pollfd *p, int n, int i) {          \
        for (; i + (group) <= n; i += (group)) {                                   \
            if (READY(any(p + i))) {                                               \
                break;                                                             \
            }                                                                      \
        }                                                                          \
        while (i < n && p[i].revents == 0) {                                       \
            i++;                                                                   \
        }                                                                          \
        return i;                                                                  \
    }                                                                              \
    static int name##_end(const struct pollfd *p, int n, int ready, int *hits) {   \
        (void) ready;                                                              \
        int found = 0;                                                             \
        for (int i = name##_next(p, n, 0); i < n; i = name##_next(p, n, i + 1)) {  \
            hits[found++] = i;                                                     \
        }                                                                          \
        return found;                                                              \
    }                                                                              \
    static int name##_stop(const struct pollfd *p, int n, int ready, int *hits) {  \
        int found = 0;                                                             \
        for (int i = 0; found < ready; i++) {                                      \
            i = name##_next(p, n, i);                                              \
            if (i == n) {                                                          \
                break;                                                             \
            }                                                                      \
            hits[found++] = i;                                                     \
        }                                                                          \
        return found;                                                              \
    }

/* A loop without a way out, which the compiler turns into vectors. */
static inline uint64_t any_of_32(const struct pollfd *p) {
    uint64_t any = 0;
    for (int j = 0; j < 32; j++) {
        any |= word(p + j);
    }
    return any;
}

GROUPED(or4, 4, OR4)
GROUPED(or8, 8, OR8)
GROUPED(or32, 32, any_of_32)
SEARCHED(or4_search, 4, OR4)
SEARCHED(or8_search, 8, OR8)
SEARCHED(or32_search, 32, any_of_32)

static const struct {
    const char *name; /* as in Java, with ToTheEnd or UntilFound behind it */
    enum kind kind;
    scan_form *end, *stop;
} SCANS[] = {
    {"tutorial", SCALAR, tutorial_end, tutorial_stop},
    {"longPerEntry", SCALAR, word_end, word_stop},
    {"or4", SCALAR, or4_end, or4_stop},
    {"or4Search", SCALAR, or4_search_end, or4_search_stop},
    {"or8", SCALAR, or8_end, or8_stop},
    {"or8Search", SCALAR, or8_search_end, or8_search_stop},
    {"or32", VECTORISED, or32_end, or32_stop},
    {"or32Search", VECTORISED, or32_search_end, or32_search_stop},
};
enum { FORMS = sizeof SCANS / sizeof SCANS[0] };

/* ---- The clock and the lines. ---- */

static int millis, iterations;
static volatile uint64_t sink; /* what all results went into */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}

/* Does an operation so many times, and returns something that depends on each result. */
typedef uint64_t batch(void *of, uint64_t times);

static double timed(batch *run, void *of, uint64_t times) {
    double began = now();
    sink += run(of, times);
    return now() - began;
}

/* Twice as often until it takes half an iteration: that is the warm-up as well. */
static void measure(const char *name, const char *ending, enum kind kind, batch *run, void *of) {
    batch *volatile hidden = run;
    double enough = millis * 1e6;
    uint64_t times = 1;
    double took;
    while ((took = timed(hidden, of, times)) < enough / 2) {
        times *= 2;
    }
    times = (uint64_t) ((double) times * enough / took) + 1;
    printf("{\"form\": \"%s%s\", \"kind\": \"%s\", \"unit\": \"ns/op\", \"iterations\": [", name, ending, KINDS[kind]);
    for (int i = 0; i < iterations; i++) {
        printf("%s%.5g", i == 0 ? "" : ", ", timed(hidden, of, times) / (double) times);
    }
    printf("]}\n");
    fflush(stdout);
}

/* ---- Part 1 of the benchmarks: the scan. ---- */

struct arrays {
    struct pollfd *of[ARRAYS];
    int *hits;
    int n, ready;
    scan_form *form;
    unsigned turn;
};

static uint64_t random_state = 88172645463325252u;

static uint32_t random_below(uint32_t bound) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t) (random_state >> 32) % bound;
}

static void *allocated(size_t count, size_t size) {
    void *memory = NULL; /* aligned as malloc'ed big arrays are in Java, and better */
    if (posix_memalign(&memory, 64, (count * size + 63) / 64 * 64) != 0) {
        die("posix_memalign");
    }
    memset(memory, 0, count * size);
    return memory;
}

/* Descriptors are shuffled: a client's place says nothing about its number. */
static void shuffle(int *numbers, int n) {
    for (int i = n - 1; i > 0; i--) {
        int j = (int) random_below((uint32_t) i + 1), moved = numbers[i];
        numbers[i] = numbers[j];
        numbers[j] = moved;
    }
}

static void prepare(struct arrays *a, int n, int ready, char placement) {
    *a = (struct arrays) {.n = n, .ready = ready, .hits = allocated((size_t) n, sizeof(int))};
    int *numbers = allocated((size_t) n, sizeof(int));
    for (int i = 0; i < n; i++) {
        numbers[i] = i;
    }
    for (int k = 0; k < ARRAYS; k++) {
        struct pollfd *p = a->of[k] = allocated((size_t) n, sizeof *p);
        shuffle(numbers, n);
        for (int i = 0; i < n; i++) {
            p[i] = (struct pollfd) {.fd = numbers[i] + 8, .events = POLLIN};
        }
        shuffle(numbers, n); /* again, for the places: other ones in each array */
        for (int i = 0; i < ready; i++) {
            p[placement == 'F' ? i : placement == 'B' ? n - 1 - i : numbers[i]].revents = POLLIN;
        }
    }
    free(numbers);
}

static void release(struct arrays *a) {
    for (int k = 0; k < ARRAYS; k++) {
        free(a->of[k]);
    }
    free(a->hits);
}

static uint64_t scan_batch(void *of, uint64_t times) {
    struct arrays *a = of;
    scan_form *volatile hidden = a->form;
    scan_form *form = hidden;
    uint64_t sum = 0;
    for (uint64_t t = 0; t < times; t++) {
        sum += (uint64_t) form(a->of[a->turn++ & (ARRAYS - 1)], a->n, a->ready, a->hits);
        __asm__ volatile("" : "+r"(sum) : : "memory");
    }
    return sum;
}

static int ready_of(const char *text, int n) {
    char *end;
    long number = strtol(text, &end, 10);
    if (strcmp(text, "all") == 0) {
        return n;
    }
    if (*end == '%') {
        number = n * number / 100;
        number = number < 1 ? 1 : number;
    }
    return number > n ? n : (int) number;
}

static void scan(int n, const char *ready, const char *placement) {
    struct arrays a;
    prepare(&a, n, ready_of(ready, n), placement[0]);
    for (int f = 0; f < FORMS; f++) {
        a.form = SCANS[f].end;
        measure(SCANS[f].name, "ToTheEnd", SCANS[f].kind, scan_batch, &a);
        a.form = SCANS[f].stop;
        measure(SCANS[f].name, "UntilFound", SCANS[f].kind, scan_batch, &a);
    }
    release(&a);
}

/* One form against what the array was filled with; returns whether it found that and nothing else. */
static bool finds(scan_form *form, const struct arrays *a, int k) {
    memset(a->hits, 0xFF, (size_t) a->n * sizeof(int));
    int found = form(a->of[k], a->n, a->ready, a->hits), at = 0;
    for (int i = 0; i < a->n; i++) {
        if (a->of[k][i].revents != 0 && a->hits[at++] != i) {
            return false;
        }
    }
    return found == a->ready && at == found;
}

static int check(void) {
    int compared = 0;
    for (int n = 1; n <= 140; n++) {
        int readies[] = {0, 1, n / 10, n / 2, n};
        for (int r = 0; r < 5; r++) {
            for (const char *placement = "FSB"; *placement != '\0'; placement++) {
                struct arrays a;
                prepare(&a, n, readies[r] > n ? n : readies[r], *placement);
                for (int k = 0; k < ARRAYS; k++) {
                    for (int f = 0; f < FORMS; f++) {
                        if (!finds(SCANS[f].end, &a, k) || !finds(SCANS[f].stop, &a, k)) {
                            printf("%s is wrong: %d of %d at %c\n", SCANS[f].name, a.ready, n, *placement);
                            return 1;
                        }
                        compared += 2;
                    }
                }
                release(&a);
            }
        }
    }
    printf("all forms agree: %d scans\n", compared);
    return 0;
}

/* ---- Parts 4 and 5: system calls. ---- */

/* The peer's end, which blocks, and the server's, which does not. */
static void tcp_pair(int *pair) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || pair[0] < 0 || bind(listener, (struct sockaddr *) &address, length) != 0
            || listen(listener, 1) != 0 || getsockname(listener, (struct sockaddr *) &address, &length) != 0
            || connect(pair[0], (struct sockaddr *) &address, length) != 0
            || (pair[1] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) < 0
            || setsockopt(pair[0], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0
            || setsockopt(pair[1], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0) {
        die("a pair of TCP sockets");
    }
    close(listener);
}

/* What a call answered, with errno where it said -1: reading it is part of the call in Java too. */
static inline uint64_t answer(ssize_t returned) {
    return (uint64_t) (returned >= 0 ? returned : -errno);
}

#define BATCH(name, setup, call)                              \
    static uint64_t name(void *of, uint64_t times) {          \
        setup;                                                \
        uint64_t sum = 0;                                     \
        for (uint64_t t = 0; t < times; t++) {                \
            sum += answer(call);                              \
        }                                                     \
        return sum;                                           \
    }

static uint8_t bytes[MAX_FRAME];

struct watched {
    struct pollfd *entries;
    nfds_t n;
    int epoll;
    struct epoll_event *events;
};

BATCH(getppid_batch, (void) of, getppid())
BATCH(close_batch, (void) of, close(-1))
BATCH(read_batch, int fd = *(int *) of, read(fd, bytes, sizeof bytes))
BATCH(poll_batch, struct watched *w = of, poll(w->entries, w->n, 0))
BATCH(poll_blocking_batch, struct watched *w = of, poll(w->entries, w->n, -1))
BATCH(epoll_batch, struct watched *w = of, epoll_wait(w->epoll, w->events, EVENTS, 0))
BATCH(epoll_blocking_batch, struct watched *w = of, epoll_wait(w->epoll, w->events, EVENTS, -1))

static void calls(void) {
    int pair[2];
    tcp_pair(pair);
    struct pollfd one = {.fd = pair[1], .events = POLLIN};
    struct watched watched = {.entries = &one, .n = 1};
    measure("getppid", "", CALL, getppid_batch, NULL);
    measure("closeNone", "", CALL, close_batch, NULL);
    measure("readEagain", "", CALL, read_batch, &pair[1]);
    measure("pollOfOne", "Idle", CALL, poll_batch, &watched);
    if (send(pair[0], bytes, 1, 0) != 1 || poll(&one, 1, 1000) != 1) {
        die("send");
    }
    measure("pollOfOne", "Readable", CALL, poll_batch, &watched);
    close(pair[0]);
    close(pair[1]);
}

/* Both ends of n / 2 socketpairs are watched; where one alone is, the other end is not. */
static void await(int n, const char *ready) {
    raise_descriptor_limit();
    struct watched w = {.entries = allocated((size_t) n + 1, sizeof(struct pollfd)), .n = (nfds_t) n,
                        .epoll = epoll_create1(EPOLL_CLOEXEC),
                        .events = allocated(EVENTS, sizeof(struct epoll_event))};
    for (int i = 0; i < n; i += 2) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) {
            die("socketpair");
        }
        w.entries[i] = (struct pollfd) {.fd = pair[0], .events = POLLIN};
        w.entries[i + 1] = (struct pollfd) {.fd = pair[1], .events = POLLIN};
    }
    for (int i = 0; i < n; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t) i};
        if (epoll_ctl(w.epoll, EPOLL_CTL_ADD, w.entries[i].fd, &event) != 0) {
            die("epoll_ctl");
        }
    }
    bool nothing = strcmp(ready, "NOTHING") == 0;
    int at = strcmp(ready, "LAST") == 0 ? n - 1 : 0;
    if (!nothing && send(w.entries[at ^ 1].fd, bytes, 1, 0) != 1) {
        die("send");
    }
    measure("poll", "AtOnce", CALL, poll_batch, &w);
    measure("epollWait", "AtOnce", CALL, epoll_batch, &w);
    if (!nothing) {
        measure("poll", "Blocking", CALL, poll_blocking_batch, &w);
        measure("epollWait", "Blocking", CALL, epoll_blocking_batch, &w);
    }
}

/* The calls of one echo, in their order: the peer's send, poll, read, send, the peer's read. */
static uint64_t echo_batch(void *of, uint64_t times) {
    int *pair = of;
    struct pollfd one = {.fd = pair[1], .events = POLLIN};
    static uint8_t room[65536];
    uint8_t reply[ROUND_TRIP];
    uint64_t sum = 0;
    for (uint64_t t = 0; t < times; t++) {
        ssize_t sent = send(pair[0], bytes, ROUND_TRIP, MSG_NOSIGNAL);
        int pending = poll(&one, 1, -1);
        ssize_t got = read(pair[1], room, sizeof room);
        if (sent != ROUND_TRIP || pending != 1 || got != ROUND_TRIP
                || send(pair[1], room, ROUND_TRIP, MSG_NOSIGNAL) != ROUND_TRIP
                || read(pair[0], reply, sizeof reply) != ROUND_TRIP) {
            die("echo");
        }
        sum += reply[ROUND_TRIP - 1] + (uint64_t) got;
    }
    return sum;
}

static void echo(void) {
    int pair[2];
    tcp_pair(pair);
    bytes[0] = ROUND_TRIP - PREFIX;
    measure("fiveCalls", "", CALL, echo_batch, pair);
    close(pair[0]);
    close(pair[1]);
}

int main(int argc, char **argv) {
    const char *part = argc > 1 ? argv[1] : "";
    if (strcmp(part, "check") == 0) {
        return check();
    }
    int clients = argc > 2 ? atoi(argv[2]) : 0;
    millis = argc > 3 ? atoi(argv[argc - 2]) : 0;
    iterations = argc > 3 ? atoi(argv[argc - 1]) : 0;
    bool timed_well = millis > 0 && iterations > 0 && iterations <= MAX_ITERATIONS;
    if (strcmp(part, "scan") == 0 && argc == 7 && timed_well && clients > 0) {
        scan(clients, argv[3], argv[4]);
    } else if (strcmp(part, "calls") == 0 && argc == 4 && timed_well) {
        calls();
    } else if (strcmp(part, "await") == 0 && argc == 6 && timed_well && clients > 0) {
        await(clients, argv[3]);
    } else if (strcmp(part, "echo") == 0 && argc == 4 && timed_well) {
        echo();
    } else {
        fputs("limits: see the comment at the top of limits.c\n", stderr);
        return 2;
    }
    return 0;
}
