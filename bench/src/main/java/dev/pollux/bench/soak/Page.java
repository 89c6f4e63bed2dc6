package dev.pollux.bench.soak;

import dev.pollux.bench.harness.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** A run as Markdown to read and JSON to keep. */
final class Page {
    private final Arguments arguments;
    private final Map<String, String> environment;
    private final List<Share> shares;
    private final StringBuilder text = new StringBuilder();

    Page(Arguments arguments, Map<String, String> environment, List<Share> shares) {
        this.arguments = arguments;
        this.environment = environment;
        this.shares = shares;
    }

    static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }

    String markdown() {
        line("# Soak: %s", arguments.name());
        line("");
        environment.forEach((what, fact) -> line("- %s: %s", what, fact));
        line("%n![memory and descriptors over time](%s.svg)%n", arguments.name());
        line("From the beginning, after a first storm, to the end; both when all peers had left, and after a"
                + " collection. Descriptors and off-heap bytes must be the same, heap may grow by %d KiB"
                + " and native memory by %d KiB, which the JVM takes for itself.%n",
                Share.HEAP_TOLERANCE >> 10, Share.NATIVE_TOLERANCE >> 10);
        line("| back end | descriptors | off-heap bytes | native memory, KiB | heap, KiB | RSS, MiB: first,"
                + " highest, last | |");
        line("|---|--:|--:|--:|--:|--:|---|");
        for (Share share : shares) {
            String verdict = share.faults().isEmpty() ? "as in the beginning" : "**failed**";
            if (share.end() == null) {
                line("| %s | | | | | | %s |", share.backend(), verdict);
                continue;
            }
            Sample begin = share.begin();
            Sample end = share.end();
            line("| %s | %d → %d | %d → %d | %d → %d | %,d → %,d | %.1f, %.1f, %.1f | %s |", share.backend(),
                    begin.descriptors(), end.descriptors(), begin.offHeapBytes(), end.offHeapBytes(),
                    begin.nativeBytes() >> 10, end.nativeBytes() >> 10, begin.heapBytes() >> 10,
                    end.heapBytes() >> 10, begin.residentBytes() / 1048576.0,
                    share.mostResident() / 1048576.0, end.residentBytes() / 1048576.0, verdict);
        }
        details();
        return text.toString();
    }

    private void details() {
        for (Share share : shares) {
            line("%n## %s, %.0f s%n", share.backend(), share.seconds());
            share.faults().forEach(fault -> line("- **%s**", fault.replace('\n', ' ')));
            line("- peers: %s", share.lives().entrySet().stream()
                    .map(each -> String.format(Locale.ROOT, "%,d %s", each.getValue(), name(each.getKey())))
                    .collect(Collectors.joining(", ")));
            line("- troubles of the server: %s; %,d times a connection was hit",
                    Trouble.format(share.troubles()), share.hit());
            line("- came back, byte for byte: %.2f GB", share.checkedBytes() / 1e9);
            line("- could not connect, for want of ports: %d", share.unconnected());
            line("- lines logged: %d", share.logLines());
            if (share.end() != null) {
                line("- the server counted: %s", new TreeMap<>(share.end().counters()).entrySet().stream()
                        .filter(each -> !each.getKey().equals("heap") && !each.getKey().equals("native"))
                        .map(each -> String.format(Locale.ROOT, "%s %,d", each.getKey(), each.getValue()))
                        .collect(Collectors.joining(", ")));
            }
        }
    }

    private static String name(Behaviour behaviour) {
        return behaviour.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    String json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("environment", environment);
        List<Object> turns = new ArrayList<>();
        for (Share share : shares) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("backend", share.backend());
            fields.put("seconds", share.seconds());
            fields.put("faults", share.faults());
            fields.put("troubles", share.troubles());
            fields.put("hit", share.hit());
            fields.put("peers", share.lives());
            fields.put("checkedBytes", share.checkedBytes());
            fields.put("unconnected", share.unconnected());
            fields.put("logLines", share.logLines());
            fields.put("begin", share.begin() == null ? null : fields(share.begin()));
            fields.put("end", share.end() == null ? null : fields(share.end()));
            Map<String, Object> samples = new LinkedHashMap<>();
            samples.put("seconds", all(share, Sample::seconds));
            samples.put("residentBytes", all(share, Sample::residentBytes));
            samples.put("descriptors", all(share, Sample::descriptors));
            samples.put("offHeapBytes", all(share, Sample::offHeapBytes));
            samples.put("nativeBytes", all(share, Sample::nativeBytes));
            samples.put("heapBytesCollected", all(share, sample ->
                    sample.collected() ? sample.heapBytes() : Double.NaN));
            samples.put("clients", all(share, Sample::clients));
            fields.put("samples", samples);
            turns.add(fields);
        }
        all.put("turns", turns);
        return Json.write(all);
    }

    private static Map<String, Object> fields(Sample sample) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("residentBytes", sample.residentBytes());
        fields.put("descriptors", sample.descriptors());
        fields.putAll(new TreeMap<>(sample.counters()));
        return fields;
    }

    private static double[] all(Share share, ToDoubleFunction<Sample> value) {
        return share.samples().stream().mapToDouble(value).toArray();
    }
}
