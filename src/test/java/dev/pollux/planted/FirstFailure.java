package dev.pollux.planted;

import java.util.Arrays;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A program that runs test classes until a test fails, says which, and ends. */
final class FirstFailure implements TestExecutionListener {
    static final int PASSED = 0;
    static final int FAILED = 10; // The JVM's own codes are lower.
    static final int NO_TESTS = 11;

    private int tests;

    private FirstFailure() {
    }

    /** With the names of the classes. The last line of output is the test that failed, and how. */
    public static void main(String[] classes) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(Arrays.stream(classes).map(DiscoverySelectors::selectClass).toList()).build();
        FirstFailure listener = new FirstFailure();
        LauncherFactory.create().execute(request, listener);
        System.exit(listener.tests == 0 ? NO_TESTS : PASSED);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        tests += test.isTest() ? 1 : 0;
        if (result.getStatus() == TestExecutionResult.Status.FAILED) {
            Throwable failure = result.getThrowable().orElseThrow();
            failure.printStackTrace(System.out);
            System.out.println(name(test) + ": " + failure.toString().strip().replaceAll("\\s+", " "));
            System.out.flush();
            Runtime.getRuntime().halt(FAILED); // The other tests have nothing to add.
        }
    }

    private static String name(TestIdentifier test) {
        return test.getSource().map(source -> source instanceof MethodSource method
                ? method.getClassName().replaceFirst(".*\\.", "") + "." + method.getMethodName() : null)
                .orElse(test.getDisplayName());
    }
}
