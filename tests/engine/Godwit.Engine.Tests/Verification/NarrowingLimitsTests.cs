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

    [Fact]
    public async Task Exactly_so_many_rows_are_all_named_and_nothing_more_is_said()
    {
        var sides = Keyed(400);
        sides.Target.RemoveRange(0, Narrowing.MostRows);
        var findings = await sides.FindingsAsync();
        Assert.Equal(Enumerable.Range(1, Narrowing.MostRows).Select(i => $"t, row {i}"), findings.Select(f => f.Place!.ToString()));
    }
}
