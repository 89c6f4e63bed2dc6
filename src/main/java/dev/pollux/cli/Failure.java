package dev.pollux.cli;

/** Something went wrong that one line can say: the program prints its message and exits with 1. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    Failure(String message) {
        super(message);
    }
}
