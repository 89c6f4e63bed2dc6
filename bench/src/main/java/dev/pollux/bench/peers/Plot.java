package dev.pollux.bench.peers;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;

/** Messages per second over the number of clients, of which 16 are active, for five ways to wait. */
final class Plot {
    private static final List<String> LOADS =
            List.of("16of16", "16of100", "16of1000", "16of4000", "16of10000");
    private static final List<String> WAYS =
            List.of(Targets.POLL, Targets.GENERATIONS, "pollux-select", Targets.EPOLL, Targets.SELECTOR);
    private static final Color GRID = new Color(0xE4E4E4);
    private static final int WIDTH = 800;
    private static final int HEIGHT = 480;

    private Plot() {
    }

    /** Writes the plot as SVG; false if there are not even two points to draw a line through. */
    static boolean write(Results results, Path file) throws IOException {
        List<Measured> loads = LOADS.stream().map(results.loads()::get).filter(m -> m != null).toList();
        if (loads.size() < 2) {
            return false;
        }
        export(chart(loads), file);
        return true;
    }

    static XYChart chart(List<Measured> loads) {
        System.setProperty("java.awt.headless", "true");
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT)
                .title("16 active clients, the others idle: messages per second")
                .xAxisTitle("clients connected").yAxisTitle("messages per second").build();
        XYStyler style = chart.getStyler();
        style.setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        style.setXAxisDecimalPattern("#,##0").setYAxisDecimalPattern("#,##0");
        style.setLegendPosition(Styler.LegendPosition.InsideSW);
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotGridLinesColor(GRID).setPlotGridLinesStroke(new BasicStroke(1)); // Dashes bloat.
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

    /** Through Batik: XChart's own SVG export needs a library that is LGPL. */
    private static void export(XYChart chart, Path file) throws IOException {
        try (Writer to = Files.newBufferedWriter(file)) {
            var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().getDOMImplementation()
                    .createDocument("http://www.w3.org/2000/svg", "svg", null);
            SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
            context.setPrecision(1); // Tenths of a pixel: letters are outlines, and long.
            SVGGraphics2D graphics = new SVGGraphics2D(context, false);
            graphics.setSVGCanvasSize(new Dimension(WIDTH, HEIGHT));
            chart.paint(graphics, WIDTH, HEIGHT);
            graphics.stream(to, true);
        } catch (ParserConfigurationException e) {
            throw new IOException(e);
        }
    }
}
