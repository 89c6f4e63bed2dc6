package dev.pollux.tutorial;

/**
 * An error of the tutorial's code, which its callers handle as they are written. What is unchecked here is a
 * panic there: an index out of bounds ends the whole process.
 */
public final class ZigError extends Exception {
    private static final long serialVersionUID = 1;

    ZigError(String name) {
        super(name);
    }
}
