/**
 * What measures the server: {@code peers} beside others' servers, in processes of their own; JMH for its
 * parts.
 *
 * <p>Not part of the library: nothing here is ever a dependency of what is measured.
 */
package dev.pollux.bench;
