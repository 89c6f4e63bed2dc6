/**
 * The kernel as an interface: {@link dev.pollux.posix.Posix} has one method for each system call, and
 * {@link dev.pollux.posix.NativePosix} is the one class that makes them; a
 * {@link dev.pollux.posix.TracingPosix} stands before it where somebody wants to see them, and with
 * {@code -Ddev.pollux.checks=true} one that checks each.
 *
 * <p>Owns the errno capture segment of each thread, the errno names and the socket addresses. Must not import
 * anything of ours but the generated bindings. Man pages to read: socket(7), tcp(7), poll(2), errno(3).
 */
package dev.pollux.posix;
