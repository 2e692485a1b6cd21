using System.Globalization;
using System.Text;

namespace Godwit.Telemetry.Metrics;

/// <summary>
/// Metrics as text (https://prometheus.io/docs/instrumenting/exposition_formats/, https://prometheus.io/docs/specs/om/open_metrics_spec/). The two formats differ in where a counter's <c>_total</c> stands, in UNIT and EOF,
/// and in how a whole bound of a bucket is written.
/// </summary>
internal static class Exposition
{
    public static string Write(IReadOnlyList<MetricFamily> families, ExpositionFormat format)
    {
        var open = format == ExpositionFormat.OpenMetrics;
        var output = new StringBuilder(4096);
        foreach (var family in families)
        {
            var series = family.All();
            if (series.Count == 0)
                continue;
            var sample = family.Kind == MetricKind.Counter ? family.Name.Family + "_total" : family.Name.Family;
            WriteHead(family, open ? family.Name.Family : sample, open, output);
            foreach (var one in series)
            {
                if (family.Kind == MetricKind.Histogram)
                    WriteHistogram(family.Name.Family, one, open, output);
                else
                    WriteSample(sample, one.Labels, Number(one.Read()), output);
            }
        }
        if (open)
            output.Append("# EOF\n");
        return output.ToString();
    }

    private static void WriteHead(MetricFamily family, string name, bool open, StringBuilder output)
    {
        output.Append("# TYPE ").Append(name).Append(' ').Append(family.Kind switch { MetricKind.Counter => "counter", MetricKind.Gauge => "gauge", _ => "histogram" }).Append('\n');
        if (open && family.Name.Unit.Length > 0)
            output.Append("# UNIT ").Append(name).Append(' ').Append(family.Name.Unit).Append('\n');
        output.Append("# HELP ").Append(name).Append(' ');
        foreach (var c in family.Help)
        {
            output.Append(c switch
            {
                '\\' => @"\\",
                '\n' => @"\n",
                '"' when open => "\\\"",
                _ => char.IsControl(c) ? " " : c.ToString(),
            });
        }
        output.Append('\n');
    }

    private static void WriteHistogram(string name, MetricSeries series, bool open, StringBuilder output)
    {
        var (buckets, sum, count) = series.ReadHistogram();
        var before = series.Labels.Length == 0 ? "" : series.Labels + ",";
        for (var i = 0; i < series.Bounds.Length; i++)
            WriteSample(name + "_bucket", $"{before}le=\"{Bound(series.Bounds[i], open)}\"", buckets[i].ToString(CultureInfo.InvariantCulture), output);
        WriteSample(name + "_bucket", $"{before}le=\"+Inf\"", count.ToString(CultureInfo.InvariantCulture), output);
        WriteSample(name + "_sum", series.Labels, Number(sum), output);
        WriteSample(name + "_count", series.Labels, count.ToString(CultureInfo.InvariantCulture), output);
    }

    private static void WriteSample(string name, string labels, string value, StringBuilder output)
    {
        output.Append(name);
        if (labels.Length > 0)
            output.Append('{').Append(labels).Append('}');
        output.Append(' ').Append(value).Append('\n');
    }

    private static string Bound(double value, bool open)
    {
        var text = Number(value);
        return open && text.All(char.IsAsciiDigit) ? text + ".0" : text;
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}
