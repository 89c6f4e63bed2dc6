/**
 * A TCP server engine whose only way to the network is the operating system's own calls, made through the
 * Foreign Function &amp; Memory API.
 */
module dev.pollux {
    requires static jdk.unsupported; // Without it the command line handles signals by a shutdown hook.
    requires static jdk.jfr; // Without it there are no events for Flight Recorder, and all else works.
    requires static info.picocli; // Only the command line needs it, and target/pollux.jar brings it along.

    exports dev.pollux.frame;
    exports dev.pollux.metrics;
    exports dev.pollux.poller;
    exports dev.pollux.posix;
    exports dev.pollux.server;

    opens dev.pollux.cli to info.picocli;
}
