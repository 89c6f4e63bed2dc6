/**
 * The server: {@link dev.pollux.server.Server} is what one starts, {@link dev.pollux.server.Handler} what one
 * writes, {@link dev.pollux.server.Client} what a handler talks to. Behind them {@code EventLoop} passes
 * readiness to clients.
 *
 * <p>Owns listeners, clients, their memory and the loop's thread. Must not import cli or stage. Man pages to
 * read: accept4(2), read(2), send(2), shutdown(2), tcp(7).
 */
package dev.pollux.server;
