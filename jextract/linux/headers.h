/*
 * What the bindings are generated from: the system's own headers, and the few declarations that they show only
 * under _GNU_SOURCE. We do not define _GNU_SOURCE: it turns the address argument of accept4(2) and its kin into a
 * transparent union, which jextract cannot pass, and strerror_r(3) into GNU's variant.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int accept4(int sockfd, struct sockaddr *addr, socklen_t *addrlen, int flags);
int ppoll(struct pollfd *fds, nfds_t nfds, const struct timespec *timeout, const sigset_t *sigmask);
int __xpg_strerror_r(int errnum, char *buf, size_t buflen);
