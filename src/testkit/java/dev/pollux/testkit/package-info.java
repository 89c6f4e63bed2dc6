/**
 * A kernel in memory for tests of servers and handlers: {@link dev.pollux.testkit.SimulatedServer} is a
 * server on it whose loop the test drives, {@link dev.pollux.testkit.SimulatedPeer} the other end of a
 * connection, {@link dev.pollux.testkit.SimulatedKernel} the kernel with its clock, its buffers and its
 * faults. Everything happens on one thread and in simulated time, so that each run is like the one before.
 *
 * <p>Must not import the bindings: the numbers and layouts of Linux are written down here a second time, so
 * that a wrong one on either side shows. Man pages to read: tcp(7), socket(7), poll(2), epoll(7).
 */
package dev.pollux.testkit;
