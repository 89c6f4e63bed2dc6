/**
 * Hours of misbehaviour in minutes: {@link dev.pollux.bench.soak.Soak} lets real peers do to a server in a
 * process of its own what peers do, by a seed, and holds that it ends with what it began with. Meanwhile the
 * process has {@link dev.pollux.bench.soak.Trouble} of its own.
 *
 * <p>Owns the processes that it starts and ends them by handle. The peers are blocking sockets of the JDK on
 * virtual threads, so that nothing of ours is on both sides.
 */
package dev.pollux.bench.soak;
