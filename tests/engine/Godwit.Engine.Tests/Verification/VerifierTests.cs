using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Engine.Tests.Rows;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using static Godwit.Engine.Tests.Verification.TwoSides;

namespace Godwit.Engine.Tests.Verification;

public sealed class VerifierTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Digests_do_not_depend_on_how_many_read(int jobs)
    {
        foreach (var sides in (TwoSides[])[Keyed(1000, perRange: 30), Keyless(1000)])
        {
            sides.Jobs = jobs;
            var verification = await sides.VerifyAsync();
            Assert.True(verification.Agrees);
            Assert.Equal(1000, verification.Source.Total.Count);
            Assert.Equal(verification.Source.Total, verification.Target.Total);
            Assert.Equal(1000, verification.Target.Decoded.Sum(d => d.Count));
            Assert.Equal(MovePhase.Check, sides.Progress.Sample().Phase);
        }
    }

    [Fact]
    public async Task Only_the_range_of_a_changed_row_differs()
    {
        var sides = Keyed(100);
        sides.Target[41] = [Bigint(42), Text(42), null];
        Assert.Equal([4], (await sides.VerifyAsync()).Different);
    }

    [Fact]
    public async Task A_sample_is_the_same_rows_on_both_sides()
    {
        var sides = Keyed(3000);
        sides.Decoding = SecondDecoding.Sample;
        var verification = await sides.VerifyAsync();
        Assert.Equal(verification.Source.Decoded, verification.Target.Decoded);
        Assert.InRange(verification.Source.Decoded.Sum(d => d.Count), 20, 90);
    }

    [Fact]
    public async Task A_row_that_reads_back_otherwise_is_the_encoders_fault_and_is_said_so()
    {
        var sides = Keyed(30);
        sides.Source[14] = sides.Source[14] with { Stored = NaiveImages.Of([Text("stored")]) };
        var finding = Assert.Single(await sides.FindingsAsync());
        Assert.Equal(FindingCodes.DecoderDisagrees, finding.Code);
        Assert.Contains("between 10 and 20", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_table_agrees()
    {
        foreach (var sides in (TwoSides[])[Keyed(0), Keyless(0)]) Assert.True((await sides.VerifyAsync()).Agrees);
    }

    [Fact]
    public async Task Cancelling_ends_the_verification()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Keyed(10).RunAsync(new CancellationToken(canceled: true)));
    }

    private static TwoSides WithQuarantine()
    {
        var sides = Keyed(20);
        sides.Table = sides.Table with { Quarantine = new QuarantinePlan("t__quarantine", [1], []) };
        foreach (var index in (int[])[3, 17])
        {
            sides.Source[index] = sides.Source[index] with { Quarantined = true };
            sides.Quarantine.Add(sides.Source[index].Fields);
        }
        sides.Target.RemoveAt(17);
        sides.Target.RemoveAt(3);
        return sides;
    }

    [Fact]
    public async Task Moved_and_quarantined_rows_are_the_source()
    {
        var sides = WithQuarantine();
        var verification = await sides.VerifyAsync();
        Assert.True(verification.Agrees);
        Assert.Equal((18, 2, 2), (verification.Source.Total.Count, verification.Quarantine!.LeftOut, verification.Quarantine.Target.Count));
        Assert.True((await sides.RunAsync()).Verified);
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("lost")]
    [InlineData("doubled")]
    [InlineData("moved")]
    public async Task A_quarantine_that_differs_is_said(string damage)
    {
        var sides = WithQuarantine();
        if (damage == "changed") sides.Quarantine[0] = [Bigint(4), Text("other"), null];
        if (damage == "lost") sides.Quarantine.RemoveAt(0);
        if (damage == "doubled") sides.Quarantine.Add(sides.Quarantine[0]);
        if (damage == "moved")
        {
            sides.Target.Add(sides.Quarantine[0]);
            sides.Quarantine.RemoveAt(0);
        }
        var run = await sides.RunAsync();
        Assert.False(run.Verified);
        Assert.Contains(run.Mismatches, f => f.Code == FindingCodes.RowsDiffer && f.Message.Contains("quarantine", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_quarantined_row_that_is_at_the_target_too_is_extra()
    {
        var sides = WithQuarantine();
        sides.Target.Add(sides.Quarantine[0]);
        Assert.Equal($"{FindingCodes.RowExtra.Id} t, row 4", Assert.Single(await sides.SaidAsync()));
    }
}
