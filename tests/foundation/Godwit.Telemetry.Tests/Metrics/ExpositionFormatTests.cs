using Godwit.Telemetry.Metrics;

namespace Godwit.Telemetry.Tests.Metrics;

public sealed class ExpositionFormatTests
{
    [Theory]
    [InlineData(null, ExpositionFormat.Prometheus)]
    [InlineData("", ExpositionFormat.Prometheus)]
    [InlineData("*/*", ExpositionFormat.Prometheus)]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8", ExpositionFormat.Prometheus)]
    [InlineData("application/openmetrics-text", ExpositionFormat.OpenMetrics)]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", ExpositionFormat.OpenMetrics)]
    [InlineData("application/openmetrics-text; version=0.0.1", ExpositionFormat.Prometheus)]
    [InlineData("application/openmetrics-text; version=\"1.0.0\"; charset=utf-8", ExpositionFormat.OpenMetrics)]
    [InlineData("Application/OpenMetrics-Text;q=0.5, text/plain;q=0.9", ExpositionFormat.Prometheus)]
    [InlineData("application/openmetrics-text;q=0", ExpositionFormat.Prometheus)]
    [InlineData("application/openmetrics-text;q=nonsense", ExpositionFormat.Prometheus)]
    [InlineData(";;,,q=1;", ExpositionFormat.Prometheus)]
    public void The_format_is_the_one_that_is_wanted_and_text_for_everybody_else(string? accept, ExpositionFormat format) => Assert.Equal(format, ExpositionFormats.Choose(accept));
}
