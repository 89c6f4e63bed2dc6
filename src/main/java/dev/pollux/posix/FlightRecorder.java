package dev.pollux.posix;

/**
 * Whether this Java has Flight Recorder: it is a module, jdk.jfr, which an image made with jlink may lack,
 * and which a program on the module path must ask for. Classes that need it are loaded only where it is.
 */
public final class FlightRecorder {
    private FlightRecorder() {
    }

    /** Whether events can be made. */
    public static boolean isPresent() {
        return ModuleLayer.boot().findModule("jdk.jfr").isPresent();
    }
}
