package dev.pollux.bench.lab;

import dev.pollux.bench.harness.JsonReader;
import dev.pollux.bench.harness.Workshop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code limits.c}, compiled for this run. */
final class LimitsProgram implements Measurer {
    private final Workshop workshop;
    private final Path program;

    LimitsProgram(Workshop workshop) throws IOException, InterruptedException {
        this.workshop = workshop;
        this.program = workshop.program("limits");
    }

    /** Nothing, where C has nothing to say about a group. */
    @Override
    public List<Sample> measure(Group group, Plan plan) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(Limits.arguments(group));
        if (arguments.isEmpty()) {
            return List.of();
        }
        arguments.add(Integer.toString(plan.cMillis()));
        arguments.add(Integer.toString(plan.iterations()));
        return parse(output(arguments));
    }

    /** What the program prints. */
    String output(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(arguments);
        command.addFirst(program.toString());
        Process process = workshop.start(new ProcessBuilder(command).redirectErrorStream(true));
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("limits " + String.join(" ", arguments) + ": " + output.strip());
        }
        return output;
    }

    static List<Sample> parse(String lines) {
        return lines.lines().map(JsonReader::readObject).map(LimitsProgram::sample).toList();
    }

    private static Sample sample(Map<String, Object> line) {
        return new Sample(Side.of((String) line.get("kind")), (String) line.get("form"),
                (String) line.get("unit"), Figure.numbers(line.get("iterations")), Double.NaN);
    }
}
