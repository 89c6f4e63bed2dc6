package dev.pollux.posix;

import java.lang.foreign.MemorySegment;

/**
 * Whether this module may call native code. A class of its own, without constants: to initialise the bindings
 * takes that right already, and a class whose initialisation failed gives no advice the second time.
 */
final class NativeAccess {
    private NativeAccess() {
    }

    /**
     * Does nothing where native access is allowed; newer JDKs print a warning where it is not.
     *
     * @throws IllegalCallerException if it is denied; the message has the option that allows it
     */
    static void require() {
        try {
            MemorySegment.NULL.reinterpret(0);
        } catch (IllegalCallerException e) {
            Module module = NativeAccess.class.getModule();
            throw new IllegalCallerException("native access is denied: start java with"
                    + " --enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED"), e);
        }
    }
}
