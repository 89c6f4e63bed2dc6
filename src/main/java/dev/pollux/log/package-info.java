/**
 * What reaches a log: {@link dev.pollux.log.Log} hands lines to the platform's logger and survives whatever
 * fails on the way, {@link dev.pollux.log.Escaped} makes text safe to show.
 *
 * <p>A peer can have its bytes put into an exception's message. So every line of the library goes through
 * here, and no other package uses {@link System.Logger}. Must not import anything of ours.
 */
package dev.pollux.log;
