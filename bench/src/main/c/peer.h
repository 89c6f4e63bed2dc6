/* What the C servers share: the listening socket, and the end when whoever started them is gone. */
#ifndef PEER_H
#define PEER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FRAME = 4096, MAX_CLIENTS = 16384, BACKLOG = 4096, PREFIX = 4 };

static inline void die(const char *what) {
    perror(what);
    exit(1);
}

static inline uint32_t u32le(const uint8_t *p) {
    return p[0] | (uint32_t) p[1] << 8 | (uint32_t) p[2] << 16 | (uint32_t) p[3] << 24;
}

/* SIGIO, whose default is to end the process, when the pipe on stdin closes. A thread that reads it would
 * make every system call of a single-threaded server dearer: the kernel then counts references to
 * descriptors. */
static inline void end_with_stdin(void) {
    struct stat st;
    if (fstat(0, &st) == 0 && S_ISFIFO(st.st_mode)) {
        fcntl(0, F_SETOWN, getpid());
        fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_ASYNC);
    }
}

/* Descriptors as far as the hard limit allows. */
static inline void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Opens 127.0.0.1:port, says where, returns the descriptor. TCP_NODELAY is inherited by what it accepts. */
static inline int listen_on(const char *port) {
    raise_descriptor_limit();
    end_with_stdin();
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t) atoi(port)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0
            || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0
            || bind(fd, (struct sockaddr *) &address, sizeof address) != 0 || listen(fd, BACKLOG) != 0
            || getsockname(fd, (struct sockaddr *) &address, &length) != 0) {
        die("listen");
    }
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

#endif
