package dev.pollux.bench;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * getppid(2), a call that does nearly nothing and is not cached by libc, linked in each way that there is.
 * The server has no use for it, so it is linked here, as {@code NativePosix} links.
 */
final class Getppid {
    static final StructLayout STATE = Linker.Option.captureStateLayout();

    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle PLAIN = link();
    private static final MethodHandle ERRNO_CAPTURED = link(Linker.Option.captureCallState("errno"));
    private static final MethodHandle CRITICAL = link(Linker.Option.critical(false));

    private Getppid() {
    }

    /** As jextract links: errno is lost. */
    static int plain() {
        try {
            return (int) PLAIN.invokeExact();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** As {@code NativePosix} does it: the JVM copies errno into {@code state} behind the call. */
    static int errnoCaptured(MemorySegment state) {
        try {
            int returned = (int) ERRNO_CAPTURED.invokeExact(state);
            return returned >= 0 ? returned : -(int) ERRNO.get(state, 0L);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Without the change of the thread's state: a collection must wait until the call is back. */
    static int critical() {
        try {
            return (int) CRITICAL.invokeExact();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static MethodHandle link(Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find("getppid").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT), options);
    }
}
