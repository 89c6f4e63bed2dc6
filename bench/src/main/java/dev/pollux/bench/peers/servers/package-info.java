/**
 * Framed echo, written once for each way to serve it in Java. Each is what a good programmer of that way
 * would write: frames are parsed, replies to one read leave in one write, a peer that does not read is not
 * read from.
 *
 * <p>Each runs in a process of its own, made by {@link dev.pollux.bench.peers.servers.PeerServer}, and owns
 * its sockets and buffers. Must not import the harness.
 */
package dev.pollux.bench.peers.servers;
