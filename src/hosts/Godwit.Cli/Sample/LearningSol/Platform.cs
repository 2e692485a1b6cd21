namespace Godwit.Cli.Sample.LearningSol;

/// <summary>What the tables share while they are filled: counts, chance, time, and the ids that later rows point at.</summary>
internal sealed record Platform(RowCounts Counts, Dice Dice, SampleClock Clock, Cuid Cuid)
{
    public string[] Users { get; } = new string[Counts.Users];

    public string[] Courses { get; } = new string[Counts.Courses];

    public string[] Lessons { get; } = new string[Counts.Lessons];

    public string[] Achievements { get; } = new string[Counts.Achievements];

    public string[] Sessions { get; } = new string[Counts.Sessions];

    /// <summary>
    /// Pairs without a repetition: row <paramref name="row"/> of a table that joins two, each pair at most once as long as rows are fewer than pairs.
    /// </summary>
    public static (int Left, int Right) Pair(int row, int lefts, int rights)
    {
        var left = row % lefts;
        // The left's number spreads where its pairs begin, so that no right is everybody's first.
        return (left, (int)((row / lefts + left * 7919L) % rights));
    }
}
