package dev.pollux.bench.harness;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;

/** Charts of one look, without a screen. */
public final class Svg {
    public static final int WIDTH = 800;
    public static final int HEIGHT = 480;
    private static final Color GRID = new Color(0xE4E4E4);

    private Svg() {
    }

    /** An empty chart of lines, both axes logarithmic. */
    public static XYChart lines(String title, String x, String y) {
        System.setProperty("java.awt.headless", "true");
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title)
                .xAxisTitle(x).yAxisTitle(y).build();
        XYStyler style = chart.getStyler();
        style.setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        style.setXAxisDecimalPattern("#,##0").setYAxisDecimalPattern("#,##0");
        style.setLegendPosition(Styler.LegendPosition.InsideNW);
        plain(style);
        return chart;
    }

    /** White, with a grid of thin lines: dashes bloat an SVG. */
    public static void plain(AxesChartStyler style) {
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotGridLinesColor(GRID).setPlotGridLinesStroke(new BasicStroke(1));
    }

    /** Through Batik: XChart's own SVG export needs a library that is LGPL. */
    public static void write(Chart<?, ?> chart, Path file) throws IOException {
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
