package dev.pollux.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** A thread whose blocking in the kernel can be seen, and ended by a signal. */
public final class KernelThread<T> {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle TGKILL = LINKER.downcallHandle(
            LINKER.defaultLookup().find("tgkill").orElseThrow(),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final int SIGPIPE = 13; // The JVM has a handler for it that does nothing.
    // What proc(5) says of a thread on its way: it runs, or waits for a lock (futex(2), x86-64 and aarch64).
    private static final Set<String> NOT_IN_A_CALL = Set.of("running", "-1", "202", "98");

    private final FutureTask<T> task;
    private final CompletableFuture<Integer> id = new CompletableFuture<>();

    private KernelThread(Callable<T> body) {
        task = new FutureTask<>(() -> {
            Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
            id.complete(Integer.parseInt(self.getFileName().toString()));
            return body.call();
        });
    }

    public static <T> KernelThread<T> start(Callable<T> body) {
        KernelThread<T> started = new KernelThread<>(body);
        Thread thread = new Thread(started.task, "kernel-thread");
        thread.setDaemon(true); // One that hangs fails its own test and no other.
        thread.start();
        return started;
    }

    /** Returns when the thread sleeps in a system call, or has ended. */
    public void untilBlocked() throws Exception {
        Path call = Path.of("/proc/self/task/" + id.get() + "/syscall");
        while (!task.isDone() && isOnItsWay(call)) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the thread did not block: " + Files.readString(call));
            }
            Thread.onSpinWait();
        }
    }

    private boolean isOnItsWay(Path call) throws IOException {
        try {
            return NOT_IN_A_CALL.contains(Files.readString(call).strip().split(" ")[0]);
        } catch (IOException e) {
            if (task.isDone()) {
                return false;
            }
            throw e;
        }
    }

    /** Ends the thread's call with EINTR; a signal that comes too early does nothing: it may take several. */
    public T interruptCall() throws Exception {
        while (!task.isDone()) {
            untilBlocked();
            signal();
            if (Thread.interrupted()) {
                throw new InterruptedException("the call goes on after a signal");
            }
        }
        return join();
    }

    private void signal() throws Exception {
        try {
            int process = (int) ProcessHandle.current().pid();
            int ignored = (int) TGKILL.invokeExact(process, (int) id.get(), SIGPIPE);
        } catch (Error | Exception e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    public boolean isDone() {
        return task.isDone();
    }

    /** What the body returned or threw; waits for it, but not for ever. */
    public T join() throws Exception {
        try {
            return task.get(Sockets.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        }
    }
}
