/**
 * Which descriptors are ready: {@link dev.pollux.poller.Poller} is the contract, {@link
 * dev.pollux.poller.Backend} lists its implementations, each named after its system call.
 *
 * <p>Owns the arrays that those calls read and write, and the eventfd that wakes them. Must not import frame
 * or server: it knows descriptors and tokens, not clients. Man pages to read: poll(2), eventfd(2).
 */
package dev.pollux.poller;
