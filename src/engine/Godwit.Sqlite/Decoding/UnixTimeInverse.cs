using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

internal sealed class UnixTimeInverse(ColumnPlan column, int microsecondsPerUnit) : InstantInverse(column)
{
    /// <summary>From 1970-01-01 to 2000-01-01: 10,957 days.</summary>
    private const long UnixEpochToPostgresEpoch = 946_684_800_000_000;

    protected override void Decode(long microseconds, SourceImage image)
    {
        var (units, rest) = Math.DivRem(microseconds + UnixEpochToPostgresEpoch, microsecondsPerUnit);
        if (rest != 0) throw Refusal("a fraction that the column's unit has no place for");
        image.AddInteger(units);
    }
}
