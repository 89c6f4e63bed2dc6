package dev.pollux.bench.soak;

import dev.pollux.bench.harness.Svg;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Memory and descriptors of the servers over the time of a run, one process behind the other. */
final class Picture {
    private static final int MOST_POINTS = 400; // Of a line: more cannot be told apart.
    private static final int DESCRIPTORS_AXIS = 1;

    private Picture() {
    }

    static void write(List<Share> shares, Path file) throws IOException {
        Svg.write(chart(shares), file);
    }

    static XYChart chart(List<Share> shares) {
        String title = String.join(", ", shares.stream().map(share -> share.backend().toString()).toList());
        XYChart chart = Svg.lines(title + ": memory and descriptors", "minutes", "MiB");
        chart.getStyler().setXAxisLogarithmic(false).setYAxisLogarithmic(false);
        chart.getStyler().setXAxisDecimalPattern("0.#").setYAxisDecimalPattern("#,##0.#");
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
        chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
        chart.getStyler().setYAxisMin(0.0);
        Predicate<Sample> all = sample -> true;
        line(chart, "resident", shares, all, sample -> sample.residentBytes() / 1048576.0);
        line(chart, "heap after a collection", shares, Sample::collected,
                sample -> sample.heapBytes() / 1048576.0);
        line(chart, "native memory", shares, all, sample -> sample.nativeBytes() / 1048576.0);
        XYSeries descriptors = line(chart, "descriptors (right)", shares, all, Sample::descriptors);
        if (descriptors != null) {
            descriptors.setYAxisGroup(DESCRIPTORS_AXIS);
            chart.setYAxisGroupTitle(DESCRIPTORS_AXIS, "descriptors");
            chart.getStyler().setYAxisGroupPosition(DESCRIPTORS_AXIS, Styler.YAxisPosition.Right);
        }
        return chart;
    }

    /** With a gap between two processes. Null if there is nothing to draw. */
    private static XYSeries line(XYChart chart, String name, List<Share> shares, Predicate<Sample> which,
            ToDoubleFunction<Sample> value) {
        List<List<Sample>> parts = shares.stream()
                .map(share -> share.samples().stream().filter(which).toList())
                .filter(part -> !part.isEmpty()).toList();
        int samples = parts.stream().mapToInt(List::size).sum();
        int step = 1 + samples / MOST_POINTS;
        double[] x = new double[samples + parts.size()];
        double[] y = new double[x.length];
        int count = 0;
        for (List<Sample> part : parts) {
            for (int i = 0; i < part.size(); i++) {
                if (i % step == 0 || i == part.size() - 1) {
                    x[count] = part.get(i).seconds() / 60;
                    y[count++] = value.applyAsDouble(part.get(i));
                }
            }
            x[count] = part.getLast().seconds() / 60;
            y[count++] = Double.NaN;
        }
        if (count == 0) {
            return null;
        }
        XYSeries series = chart.addSeries(name, Arrays.copyOf(x, count),
                Arrays.copyOf(y, count));
        series.setMarker(SeriesMarkers.NONE);
        return series;
    }
}
