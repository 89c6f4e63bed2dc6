/**
 * The tutorial's steps, from a blocking server for one client to poll(2) without its O(N): a runnable file
 * each, which begins with what is new, what to try, what is still wrong, and where the engine does it.
 *
 * <p>Owns nothing that anybody else uses. Must not import anything of ours but {@code posix} and the
 * bindings: a stage shows the mechanism itself. {@link dev.pollux.stage.Stage} has what all stages share and
 * none is about, {@link dev.pollux.stage.Reader} is the tutorial's. Man pages to read: accept4(2), poll(2),
 * epoll(7).
 */
package dev.pollux.stage;
