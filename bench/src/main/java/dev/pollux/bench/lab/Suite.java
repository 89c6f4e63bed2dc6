package dev.pollux.bench.lab;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The benchmarks that JMH's annotation processor found, as groups. */
final class Suite {
    private Suite() {
    }

    /** Those that a scope wants and whose Class.method an expression finds. */
    static List<Group> groups(Scope scope, Pattern filter) {
        OutputFormat silent = OutputFormatFactory.createFormatInstance(
                new PrintStream(OutputStream.nullOutputStream()), VerboseMode.SILENT);
        return groups(BenchmarkList.defaultList().getAll(silent, List.of()), scope, filter);
    }

    static List<Group> groups(Collection<BenchmarkListEntry> entries, Scope scope, Pattern filter) {
        Map<String, BenchmarkListEntry> sorted = new TreeMap<>(); // JMH's own order is of a hash set.
        entries.forEach(entry -> sorted.put(entry.getUsername(), entry));
        Map<Group, List<String>> groups = new LinkedHashMap<>(); // By a group without methods.
        for (BenchmarkListEntry entry : sorted.values()) {
            String className = entry.getUserClassQName();
            String method = entry.getUsername().substring(className.length() + 1);
            Map<String, String[]> params = entry.getParams().orElse(Map.of());
            String benchmark = new Group(className, Map.of(), List.of()).benchmark();
            if (!filter.matcher(benchmark + '.' + method).find()) {
                continue;
            }
            for (Map<String, String> values : product(params)) {
                Group group = new Group(className, values, List.of());
                boolean first = values.entrySet().stream()
                        .allMatch(value -> params.get(value.getKey())[0].equals(value.getValue()));
                if (scope.wants(benchmark, method, values, first)) {
                    groups.computeIfAbsent(group, none -> new ArrayList<>()).add(method);
                }
            }
        }
        return groups.entrySet().stream().map(group -> new Group(group.getKey().className(),
                group.getKey().params(), List.copyOf(group.getValue()))).toList();
    }

    private static List<Map<String, String>> product(Map<String, String[]> params) {
        List<Map<String, String>> product = List.of(Map.of());
        for (Map.Entry<String, String[]> param : new TreeMap<>(params).entrySet()) {
            List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> values : product) {
                for (String value : param.getValue()) {
                    Map<String, String> more = new LinkedHashMap<>(values);
                    more.put(param.getKey(), value);
                    longer.add(more);
                }
            }
            product = longer;
        }
        return product;
    }

    static int benchmarks(List<Group> groups) {
        return groups.stream().mapToInt(group -> group.methods().size()).sum();
    }
}
