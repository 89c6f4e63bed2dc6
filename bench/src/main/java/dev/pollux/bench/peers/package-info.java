/**
 * Our server beside its peers: {@link dev.pollux.bench.peers.Peers} starts them all for each load of
 * {@link dev.pollux.bench.peers.Targets}, lets them take turns in short slices, and compares the CPU time
 * that they spend on a message.
 *
 * <p>Owns the processes that it starts and ends them by handle. Servers and load are programs of their own,
 * talked to through pipes: nothing of the harness runs while they are measured.
 */
package dev.pollux.bench.peers;
