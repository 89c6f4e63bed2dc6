package dev.pollux.posix;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One call of a traced kernel. Loaded only where Flight Recorder is present and somebody traces. */
@Name("dev.pollux.SystemCall")
@Label("System Call")
@Category("Pollux")
@Description("A call that Pollux made of the kernel; serve --trace=jfr")
@StackTrace(false)
final class SystemCall extends Event implements Trace.Call {
    @Label("Name")
    String name;

    @Label("Descriptor")
    @Description("-1 for a call that is not about one")
    int descriptor;

    @Label("Result")
    @Description("As in its man page: -1 if it failed")
    long result;

    @Label("Errno")
    String errno;

    static Trace.Call begin(String name) {
        SystemCall call = new SystemCall();
        if (!call.isEnabled()) {
            return null;
        }
        call.name = name;
        call.begin();
        return call;
    }

    @Override
    public void end(long result, int fd, Object... arguments) {
        end();
        if (shouldCommit()) {
            descriptor = fd == Trace.NO_DESCRIPTOR ? -1 : fd;
            this.result = Math.max(-1, result);
            errno = result < 0 ? Errno.name(result) : null;
            commit();
        }
    }
}
