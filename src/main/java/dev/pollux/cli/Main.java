package dev.pollux.cli;

/** Placeholder until the command line exists. */
public final class Main {
    private Main() {
    }

    /** Runs. */
    public static void main(String[] args) {
    }
}
