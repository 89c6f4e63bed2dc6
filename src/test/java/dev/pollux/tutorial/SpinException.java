package dev.pollux.tutorial;

/** A loop of the tutorial's code has gone round so often without getting anywhere that it would for ever. */
public final class SpinException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SpinException(String what) {
        super(what);
    }
}
