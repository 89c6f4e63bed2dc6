package dev.pollux.bench.lab;

import dev.pollux.bench.harness.Svg;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;

/** The pictures of a run. A line needs two points; a picture without lines is left out. */
final class Plots {
    private static final String SCAN = "PollSetScanBenchmark";
    private static final String VECTOR = "PollSetVectorScanBenchmark";
    private static final String AWAIT = "PollAwaitBenchmark";
    private static final int LEAST_POINTS = 2;

    private final Run run;

    Plots(Run run) {
        this.run = run;
    }

    /** Writes what can be drawn; returns the files' names with what they show. */
    Map<String, String> write(Path directory) throws IOException {
        Map<String, String> written = new LinkedHashMap<>();
        lines(written, directory, "scan", "One scan to the end of N entries, the last of them ready", scan());
        lines(written, directory, "exit", "One scan that stops when the one ready entry is found", exit());
        lines(written, directory, "await", "One wait for N descriptors, of which the last is ready", await());
        Map<String, Double> calls = calls();
        if (!calls.isEmpty()) {
            String title = "A system call that does next to nothing";
            String file = run.name() + "-calls.svg";
            Svg.write(bars(title, calls), directory.resolve(file));
            written.put(file, title);
        }
        return written;
    }

    private void lines(Map<String, String> written, Path directory, String name, String title,
            Map<String, TreeMap<Double, Double>> series) throws IOException {
        series.values().removeIf(points -> points.size() < LEAST_POINTS);
        XYChart chart = Svg.lines(title, "N", "nanoseconds");
        series.forEach((of, points) ->
                chart.addSeries(of, new ArrayList<>(points.keySet()), new ArrayList<>(points.values())));
        if (!series.isEmpty()) {
            String file = run.name() + '-' + name + ".svg";
            Svg.write(chart, directory.resolve(file));
            written.put(file, title);
        }
    }

    private Map<String, TreeMap<Double, Double>> scan() {
        Map<String, TreeMap<Double, Double>> series = new LinkedHashMap<>();
        Predicate<Figure> last = placed(SCAN, "BACK").and(f -> f.name().endsWith("ToTheEnd"));
        series.put("Java, jextract's accessor", line(last.and(java("accessorToTheEnd"))));
        series.put("C, the tutorial's loop", line(last.and(f -> f.name().equals("tutorialToTheEnd"))));
        series.put("Java, the server's", line(last.and(java("serverToTheEnd"))));
        series.put("C, best scalar form", line(last.and(f -> f.side() == Side.C_SCALAR)));
        series.put("Java, Vector API",
                line(placed(VECTOR, "BACK").and(java("vectorToTheEnd").or(java("vectorOr4SearchToTheEnd")))));
        series.put("C, best vectorised form", line(last.and(f -> f.side() == Side.C_VECTORISED)));
        return series;
    }

    private Map<String, TreeMap<Double, Double>> exit() {
        Map<String, TreeMap<Double, Double>> series = new LinkedHashMap<>();
        series.put("to the end", line(placed(SCAN, "BACK").and(java("serverToTheEnd"))));
        for (String placement : List.of("BACK", "SPREAD", "FRONT")) {
            series.put("stopping, ready at " + placement,
                    line(placed(SCAN, placement).and(java("serverUntilFound"))));
        }
        return series;
    }

    private Map<String, TreeMap<Double, Double>> await() {
        Map<String, TreeMap<Double, Double>> series = new LinkedHashMap<>();
        Predicate<Figure> last = figure -> figure.param("ready").equals("LAST");
        Predicate<Figure> own = last.and(figure -> figure.benchmark().equals(AWAIT));
        series.put("poll in C", line(own.and(f -> f.side() == Side.C_CALL && f.name().equals("pollAtOnce"))));
        series.put("Pollux, poll", line(own.and(java("pollBackendAtOnce"))));
        series.put("Pollux, poll-generations", line(own.and(java("generationsAtOnce"))));
        series.put("epoll_wait from Java", line(own.and(java("epollWaitAtOnce"))));
        series.put("JDK's Selector on poll", line(last.and(java("selectNow"))
                .and(f -> f.benchmark().equals("PollSelectorAwaitBenchmark"))));
        series.put("JDK's Selector on epoll", line(last.and(java("selectNow"))
                .and(f -> f.benchmark().equals("EpollSelectorAwaitBenchmark"))));
        TreeMap<Double, Double> scan = new TreeMap<>();
        Shares.of(run).stream().filter(s -> s.ready().equals("LAST") && !s.blocking())
                .forEach(s -> scan.put(Double.valueOf(s.clients()), s.scan()));
        series.put("our scan alone", scan);
        return series;
    }

    private Map<String, Double> calls() {
        Map<String, Double> bars = new LinkedHashMap<>();
        for (String benchmark : List.of("DowncallBenchmark", "ReadEagainBenchmark")) {
            run.figures().stream().filter(f -> f.benchmark().equals(benchmark) && f.side() == Side.JAVA
                            && !Double.isNaN(f.best()))
                    .sorted(Comparator.comparingDouble(Figure::best)).forEach(figure -> {
                        run.limit(figure).ifPresent(c -> bars.putIfAbsent("C " + c.name(), c.best()));
                        bars.put(figure.name(), figure.best());
                    });
        }
        return bars;
    }

    private static CategoryChart bars(String title, Map<String, Double> bars) {
        CategoryChart chart = new CategoryChartBuilder().width(Svg.WIDTH).height(Svg.HEIGHT).title(title)
                .yAxisTitle("nanoseconds").build();
        Svg.plain(chart.getStyler());
        chart.getStyler().setXAxisLabelRotation(45).setLegendVisible(false);
        chart.addSeries("calls", new ArrayList<>(bars.keySet()), new ArrayList<>(bars.values()));
        return chart;
    }

    /** Of figures that match, by N; where several have the same N, the fastest. */
    private TreeMap<Double, Double> line(Predicate<Figure> which) {
        TreeMap<Double, Double> points = new TreeMap<>();
        run.figures().stream().filter(which).filter(figure -> !Double.isNaN(figure.best()))
                .forEach(f -> points.merge(Double.valueOf(f.param("clients")), f.best(), Math::min));
        return points;
    }

    private static Predicate<Figure> placed(String benchmark, String placement) {
        return figure -> figure.benchmark().equals(benchmark) && figure.param("placement").equals(placement)
                && figure.param("ready").equals("1");
    }

    private static Predicate<Figure> java(String name) {
        return figure -> figure.side() == Side.JAVA && figure.name().equals(name);
    }
}
