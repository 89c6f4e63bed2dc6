package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything that one run found out, as it is written to JSON. */
final class Results {
    private final Map<String, String> environment;
    private final Map<String, Measured> loads = new LinkedHashMap<>();
    private final Map<String, Map<String, double[]>> starts = new LinkedHashMap<>();
    private final List<Answer> answers = new ArrayList<>();

    Results(Map<String, String> environment) {
        this.environment = environment;
    }

    Map<String, String> environment() {
        return environment;
    }

    /** By id, in the order they were run. */
    Map<String, Measured> loads() {
        return loads;
    }

    /** Figures of repeated starts, by what they are and by server. */
    Map<String, Map<String, double[]>> starts() {
        return starts;
    }

    List<Answer> answers() {
        return answers;
    }

    String json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("environment", environment);
        all.put("rows", answers.stream().map(Results::row).toList());
        all.put("loads", loads.values().stream().map(Results::load).toList());
        all.put("starts", starts);
        return Json.write(all);
    }

    private static Map<String, Object> row(Answer answer) {
        Map<String, Object> fields = new LinkedHashMap<>();
        Row row = answer.row();
        fields.put("load", row.load());
        fields.put("figure", row.figure().title);
        fields.put("numerator", row.numerator());
        fields.put("numerator was", answer.numerator());
        fields.put("denominator", row.denominator());
        fields.put("target", row.target());
        fields.put("verdict", answer.verdict());
        if (answer.ratio() != null) {
            fields.put("ratio", answer.ratio().middle());
            fields.put("interval", new double[] {answer.ratio().low(), answer.ratio().high()});
            fields.put("pairs", answer.ratio().samples());
            fields.put("dropped", answer.dropped());
            fields.put("a", answer.a());
            fields.put("b", answer.b());
        }
        if (answer.moonshot() != null) {
            fields.put("moonshot", row.moonshot());
            fields.put("moonshot verdict", answer.moonshot());
        }
        if (!answer.note().isEmpty()) {
            fields.put("note", answer.note());
        }
        return fields;
    }

    private static Map<String, Object> load(Measured measured) {
        Map<String, Object> fields = new LinkedHashMap<>();
        Load load = measured.load();
        fields.put("id", load.id());
        fields.put("title", load.title());
        fields.put("idle", load.idle());
        fields.put("active", load.active());
        fields.put("outstanding", load.outstanding());
        fields.put("frameBytes", load.frameBytes());
        fields.put("rate", load.rate());
        Map<String, Object> servers = new LinkedHashMap<>();
        measured.slices().forEach((name, slices) -> servers.put(name, server(measured, name, slices)));
        fields.put("servers", servers);
        fields.put("left out", measured.leftOut());
        return fields;
    }

    private static Map<String, Object> server(Measured measured, String name, List<Slice> slices) {
        Map<String, Object> fields = new LinkedHashMap<>();
        List<Slice> kept = measured.kept(name);
        fields.put("cpuNanosPerMessage", Freezes.median(kept, Slice::cpuPerMessage));
        fields.put("messagesPerSecond", Freezes.median(kept, Slice::messagesPerSecond));
        fields.put("p50Nanos", Tails.percentile(kept, 50));
        fields.put("p99Nanos", Tails.percentile(kept, 99));
        fields.put("p999Nanos", Tails.percentile(kept, 99.9));
        fields.put("dropped", measured.dropped(name));
        Map<String, Object> raw = new LinkedHashMap<>();
        raw.put("messages", slices.stream().mapToDouble(Slice::messages).toArray());
        raw.put("wallNanos", slices.stream().mapToDouble(Slice::wallNanos).toArray());
        raw.put("serverNanos", slices.stream().mapToDouble(Slice::serverNanos).toArray());
        raw.put("loadNanos", slices.stream().mapToDouble(Slice::loadNanos).toArray());
        fields.put("slices", raw);
        return fields;
    }
}
