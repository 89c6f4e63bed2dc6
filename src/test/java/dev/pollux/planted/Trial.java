package dev.pollux.planted;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Tests in a JVM of their own, with a fault in what they test or without. */
final class Trial {
    enum Outcome { CAUGHT, SURVIVED, DOES_NOT_COMPILE, DOES_NOT_END, HAS_NO_TESTS, BREAKS_THE_JVM }

    /** What came of it; the text says more. */
    record Verdict(Outcome outcome, String text) {
    }

    private static final String CLASS_PATH = System.getProperty("java.class.path");
    private static final long PATIENCE_SECONDS = 120; // For each test class.

    private Trial() {
    }

    /** Plants a fault, and lets its test look for it. */
    static Verdict of(PlantedFault fault, Path folder) throws IOException, InterruptedException {
        String complaint = compile(fault, folder);
        String classPath = folder + File.pathSeparator + CLASS_PATH;
        return complaint == null ? run(List.of(fault.test()), classPath, folder)
                : new Verdict(Outcome.DOES_NOT_COMPILE, complaint);
    }

    /** Runs tests on what is there: SURVIVED is what is hoped for. */
    static Verdict withoutFault(Collection<String> tests, Path folder)
            throws IOException, InterruptedException {
        return run(tests, CLASS_PATH, folder);
    }

    /** Compiles the changed file into the folder. Returns null, or what the compiler has to say. */
    private static String compile(PlantedFault fault, Path folder) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        JavaFileObject source = new SimpleJavaFileObject(
                URI.create("string:///" + fault.file()), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return fault.source();
            }
        };
        List<String> options = List.of("-nowarn", "-proc:none", "-d", folder.toString(), "-cp", CLASS_PATH);
        boolean done = compiler.getTask(said, null, null, options, null, List.of(source)).call();
        return done ? null : said.toString();
    }

    private static Verdict run(Collection<String> tests, String classPath, Path folder)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments()); // Assertions and the like.
        command.add("-Dplanted.classes=" + folder.toAbsolutePath());
        command.addAll(List.of("-XX:+UseSerialGC", "-cp", classPath, FirstFailure.class.getName()));
        command.addAll(tests);
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(output.toFile()).start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS * tests.size(), TimeUnit.SECONDS)) {
                return new Verdict(Outcome.DOES_NOT_END, "see " + output);
            }
        } finally {
            process.destroyForcibly();
        }
        return switch (process.exitValue()) {
            case FirstFailure.PASSED -> new Verdict(Outcome.SURVIVED, String.join(", ", tests) + " passed");
            case FirstFailure.FAILED -> new Verdict(Outcome.CAUGHT, lastLine(output));
            case FirstFailure.NO_TESTS -> new Verdict(Outcome.HAS_NO_TESTS, "see " + output);
            default -> new Verdict(Outcome.BREAKS_THE_JVM, "see " + output);
        };
    }

    private static String lastLine(Path output) throws IOException {
        List<String> lines = Files.readAllLines(output);
        return lines.isEmpty() ? "" : lines.getLast();
    }
}
