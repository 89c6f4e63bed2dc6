package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Svg;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler;

/** Messages per second over the number of clients, of which 16 are active, for five ways to wait. */
final class Plot {
    private static final List<String> LOADS =
            List.of("16of16", "16of100", "16of1000", "16of4000", "16of10000");
    private static final List<String> WAYS =
            List.of(Targets.POLL, Targets.GENERATIONS, "pollux-select", Targets.EPOLL, Targets.SELECTOR);

    private Plot() {
    }

    /** Writes the plot as SVG; false if there are not even two points to draw a line through. */
    static boolean write(Results results, Path file) throws IOException {
        List<Measured> loads = LOADS.stream().map(results.loads()::get).filter(m -> m != null).toList();
        if (loads.size() < 2) {
            return false;
        }
        Svg.write(chart(loads), file);
        return true;
    }

    static XYChart chart(List<Measured> loads) {
        XYChart chart = Svg.lines("16 active clients, the others idle: messages per second",
                "clients connected", "messages per second");
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideSW);
        for (String way : WAYS) {
            List<Measured> with = loads.stream().filter(m -> m.has(way) && !m.kept(way).isEmpty()).toList();
            if (!with.isEmpty()) {
                chart.addSeries(way, with.stream().mapToDouble(m -> m.load().clients()).toArray(),
                        with.stream().mapToDouble(m -> rate(m, way)).toArray());
            }
        }
        return chart;
    }

    private static double rate(Measured measured, String way) {
        return Freezes.median(measured.kept(way), Slice::messagesPerSecond);
    }
}
