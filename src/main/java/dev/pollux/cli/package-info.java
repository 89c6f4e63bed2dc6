/**
 * The command line: {@link dev.pollux.cli.Main} with its subcommands {@code serve}, {@code send} and
 * {@code stage}.
 *
 * <p>Owns flags, exit codes, signals, and what is written to stdout and stderr. The only package that may
 * import picocli, and nobody imports this one. The runnable jar sends the library's log lines to stderr
 * through {@link dev.pollux.cli.StderrLoggerFinder}; the library jar leaves logging to whoever embeds it.
 */
package dev.pollux.cli;
