package dev.pollux.bench;

/**
 * Stands for a client: what a server wants to get at when a descriptor is ready.
 *
 * @param fd its descriptor, which no other one has
 * @param token its slot, which no other one has, in the low half
 */
record Peer(int fd, long token) {
}
