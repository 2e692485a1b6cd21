using Godwit.Engine.Verification;
using Godwit.Model.Findings;
using static Godwit.Engine.Tests.Verification.TwoSides;

namespace Godwit.Engine.Tests.Verification;

public sealed class NarrowingLimitsTests
{
    [Fact]
    public async Task No_more_than_so_many_rows_are_named()
    {
        var sides = Keyed(2000);
        sides.Target.Clear();
        var findings = await sides.FindingsAsync();
        Assert.InRange(findings.Count, Narrowing.MostRows, Narrowing.MostRows + 1);
        Assert.Equal(Narrowing.MostRows, findings.Count(f => f.Code == FindingCodes.RowMissing));
    }

    [Fact]
    public async Task An_emptied_source_names_no_more_than_so_many_extra_rows()
    {
        var sides = Keyless(2000);
        sides.Source.Clear();
        var findings = await sides.FindingsAsync();
        Assert.InRange(findings.Count, Narrowing.MostRows, Narrowing.MostRows + 1);
    }

    [Fact]
    public async Task More_rows_than_are_named_are_said_to_be_more()
    {
        var sides = Keyed(400);
        sides.Target.RemoveRange(0, 300);
        var findings = await sides.FindingsAsync();
        Assert.Equal(Narrowing.MostRows + 1, findings.Count);
        Assert.Contains(findings, f => f.Code == FindingCodes.RowsDiffer && f.Message.Contains("no more than 100 rows are listed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(25)]
    [InlineData(1_000_000)]
    public async Task The_same_rows_are_named_however_many_ranges_are_looked_at_together(int mostHashes)
    {
        var sides = Keyed(400);
        sides.MostHashes = mostHashes;
        foreach (var at in (int[])[395, 300, 299, 150, 42, 7]) sides.Target.RemoveAt(at);
        sides.Target[5] = [Bigint(6), Text("other"), Text(1006)];
        sides.Target.Add([Bigint(1000), Text(1), Text(1)]);
        Assert.Equal(["t, row 6, column name", "t, row 8", "t, row 43", "t, row 151", "t, row 300", "t, row 301", "t, row 396", "t, row 1000"], await PlacesAsync(sides));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(1_000_000)]
    public async Task The_same_rows_without_a_key_are_named_however_many_ranges_are_looked_at_together(int mostHashes)
    {
        var sides = Keyless(400);
        sides.MostHashes = mostHashes;
        foreach (var at in Enumerable.Range(0, 30).Select(i => 390 - i * 13)) sides.Target.RemoveAt(at);
        var findings = await sides.FindingsAsync();
        Assert.Equal(30, findings.Count);
        Assert.All(findings, f => Assert.Equal(FindingCodes.RowMissing, f.Code));
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"t, row {391 - i * 13}").Order(StringComparer.Ordinal), findings.Select(f => f.Place!.ToString()!).Order(StringComparer.Ordinal));
    }

    private static async Task<IEnumerable<string?>> PlacesAsync(TwoSides sides) => (await sides.FindingsAsync()).Select(f => f.Place?.ToString());

    [Fact]
    public async Task Exactly_so_many_rows_are_all_named_and_nothing_more_is_said()
    {
        var sides = Keyed(400);
        sides.Target.RemoveRange(0, Narrowing.MostRows);
        var findings = await sides.FindingsAsync();
        Assert.Equal(Enumerable.Range(1, Narrowing.MostRows).Select(i => $"t, row {i}"), findings.Select(f => f.Place!.ToString()));
    }
}
