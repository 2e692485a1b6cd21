namespace Godwit.Telemetry.Tests.Logging;

internal sealed class FixedClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2024, 2, 29, 23, 59, 58, 70, TimeSpan.Zero);
}
