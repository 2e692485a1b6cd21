using Godwit.Engine.Rehearsals;
using Godwit.Security.Signing;

namespace Godwit.Engine.Tests.Rehearsals;

public sealed class RehearsalCountTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly RehearsedTarget Target = new("7001", "16384");

    private readonly SigningKey _key = SigningKey.Create();

    private KnownSigners Known => new([_key.Public]);

    public void Dispose() => _key.Dispose();

    [Fact]
    public void Three_good_ones_of_the_plan_are_enough_and_two_are_not()
    {
        var three = new[] { Row(1), Row(2), Row(3) };
        Assert.Null(Count(three).Missing(new RehearsalDemands(), Noon));
        Assert.Equal("2 good rehearsals of this plan, and 3 are needed", Count(three[..2]).Missing(new RehearsalDemands(), Noon));
        Assert.Equal("0 good rehearsals of this plan, and 3 are needed", Count(three, plan: "other").Missing(new RehearsalDemands(), Noon));
    }

    [Fact]
    public void A_failed_one_makes_those_before_it_count_no_more()
    {
        var rows = new[] { Row(5), Row(4), Row(3, r => r with { Outcome = RehearsalOutcome.Failed, Reason = "back: no" }), Row(2), Row(1) };
        Assert.Equal("2 good rehearsals of this plan since one failed, and 3 are needed; the one that failed: back: no", Count(rows).Missing(new RehearsalDemands(), Noon));
        Assert.Null(Count([Row(6), .. rows]).Missing(new RehearsalDemands(), Noon));
    }

    [Fact]
    public void What_was_edited_copied_or_signed_by_somebody_else_or_for_another_database_is_not_taken()
    {
        using var other = SigningKey.Create();
        var good = Row(1);
        var failed = Row(2, r => r with { Outcome = RehearsalOutcome.Failed });
        var strange = RehearsalRecordText.Sign(Record(3), other);
        StoredRehearsal[] rows =
        [
            good,
            good with { Id = Guid.NewGuid() },
            failed with { Text = failed.Text.Replace("\"Failed\"", "\"Good\"", StringComparison.Ordinal) },
            new(Record(3).Id, strange),
            Row(4, r => r with { Target = new RehearsedTarget("7002", "16384") }),
            Row(5, r => r with { Previous = new string('a', 64) }),
            new(Guid.NewGuid(), "{}"),
            new(Guid.NewGuid(), "no JSON"),
            new(Guid.NewGuid(), good.Text.Replace("\"runbook\"", "\"more\":1,\"runbook\"", StringComparison.Ordinal)),
        ];
        var count = Count(rows);
        Assert.Single(count.Good);
        string[] reasons =
        [
            "is a copy of", "signature does not belong", "is not known here", "for another database", "the record before it is gone", "signature does not belong", "is no record", "signature does not belong",
        ];
        Assert.Equal(reasons.Length, count.NotTaken.Count);
        foreach (var (reason, seen) in reasons.Zip(count.NotTaken)) Assert.Contains(reason, seen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_names_the_one_before_it()
    {
        var first = Row(1);
        var second = Row(2, r => r with { Previous = RehearsalRecordText.HashOf(first.Text) });
        Assert.Equal(2, Count([second, first]).Good.Count);
        Assert.Empty(Count([second]).Good);
    }

    [Fact]
    public void Bounds_are_asked_of_each_that_counts()
    {
        StoredRehearsal[] rows = [Row(1)];
        Assert.Null(Missing(new() { Count = 1, MaxAge = TimeSpan.FromHours(12), CopyAge = TimeSpan.FromHours(2), Within = TimeSpan.FromSeconds(11), BackWithin = TimeSpan.FromSeconds(2), ForThousandRows = TimeSpan.FromSeconds(5.1) }));
        Assert.EndsWith("it is older than 1h", Missing(new() { Count = 1, MaxAge = TimeSpan.FromHours(1) }), StringComparison.Ordinal);
        Assert.EndsWith("its copy was older than 30m when it began", Missing(new() { Count = 1, CopyAge = TimeSpan.FromMinutes(30) }), StringComparison.Ordinal);
        Assert.EndsWith("the way forward took 10s, and may take 9s", Missing(new() { Count = 1, Within = TimeSpan.FromSeconds(9) }), StringComparison.Ordinal);
        Assert.EndsWith("the way back took 2s, and may take 1s", Missing(new() { Count = 1, BackWithin = TimeSpan.FromSeconds(1) }), StringComparison.Ordinal);
        Assert.EndsWith("the way forward took 10s for 2000 rows, and may take 4s for each thousand", Missing(new() { Count = 1, ForThousandRows = TimeSpan.FromSeconds(4) }), StringComparison.Ordinal);
        Assert.EndsWith("it ends in the future", Count([Row(20)]).Missing(new() { Count = 1 }, Noon), StringComparison.Ordinal);

        string? Missing(RehearsalDemands demands) => Count(rows).Missing(demands, Noon);
    }

    [Fact]
    public void Those_on_a_copy_that_was_cut_down_count_only_where_that_is_demanded()
    {
        StoredRehearsal[] rows = [Row(4, r => r with { Copy = r.Copy with { Days = 1, Kept = new KeptShare(1000, 10) } }), Row(3), Row(2, r => r with { Copy = r.Copy with { Anonymised = true } }), Row(1)];
        Assert.Equal([3, 2, 1], Count(rows).Counted(new RehearsalDemands()).Select(r => r.EndedAt.Hour));
        Assert.Null(Count(rows).Missing(new RehearsalDemands(), Noon));
        Assert.Equal("3 good rehearsals of this plan, and 4 are needed; 1 on a copy that kept only the rows of some days does not count", Count(rows).Missing(new RehearsalDemands { Count = 4 }, Noon));
        Assert.Null(Count(rows).Missing(new RehearsalDemands { Count = 4, CutDown = true }, Noon));
    }

    [Fact]
    public void Estimates_are_the_median_and_grow_with_the_tables_that_were_locked()
    {
        var records = new[] { Record(3), Record(2, milliseconds: 20_000), Record(1, milliseconds: 30_000) };
        var same = new RehearsalEstimates(records, new Dictionary<string, long>(StringComparer.Ordinal) { ["public.t"] = 2100 });
        Assert.Equal((20, 1), (same.Forward(Model.Runbooks.Phase.Expand)!.Seconds, same.Forward(Model.Runbooks.Phase.Expand)!.Scale));
        Assert.StartsWith("median of 3 rehearsals, the newest of 2026-05-01 03:00Z", same.Forward(Model.Runbooks.Phase.Expand)!.From, StringComparison.Ordinal);
        var grown = new RehearsalEstimates(records, new Dictionary<string, long>(StringComparer.Ordinal) { ["public.t"] = 6000 });
        Assert.Equal(60, grown.Forward(Model.Runbooks.Phase.Expand)!.Seconds);
        Assert.Equal(4.5, grown.Undo(Model.Runbooks.Phase.Expand, "a"));
        var unknown = new RehearsalEstimates(records, new Dictionary<string, long>(StringComparer.Ordinal) { ["public.t"] = -1 });
        Assert.Equal(20, unknown.Forward(Model.Runbooks.Phase.Expand)!.Seconds);
        Assert.Null(unknown.Forward(Model.Runbooks.Phase.Switch));
        Assert.Null(RehearsalEstimates.None.Undo(Model.Runbooks.Phase.Expand, "a"));
    }

    private RehearsalCount Count(IReadOnlyList<StoredRehearsal> rows, string plan = "plan") => RehearsalCount.Of(rows, plan, Target, Known);

    private StoredRehearsal Row(int hour, Func<RehearsalRecord, RehearsalRecord>? change = null)
    {
        var record = (change ?? (r => r))(Record(hour));
        return new StoredRehearsal(record.Id, RehearsalRecordText.Sign(record, _key));
    }

    private static RehearsalRecord Record(int hour, long milliseconds = 10_000)
    {
        var ended = Noon.Date.AddHours(hour);
        RehearsedLock[] locks = [new("public.t", "AccessExclusiveLock", 5, 0)];
        return new RehearsalRecord
        {
            Id = new Guid(hour, 0, 0, new byte[8]), Runbook = "shop", Plan = "plan", Target = Target, ToolVersion = "1.0.0", Outcome = RehearsalOutcome.Good,
            BeganAt = new DateTimeOffset(ended, TimeSpan.Zero).AddMinutes(-1), EndedAt = new DateTimeOffset(ended, TimeSpan.Zero),
            Copy = new RehearsedCopy("b", new DateTimeOffset(ended, TimeSpan.Zero).AddHours(-1), 1000, false), Sampling = new LockSampling(20, 100),
            Rows = new Dictionary<string, long>(StringComparer.Ordinal) { ["public.t"] = 2000 },
            Legs =
            [
                new("forward", milliseconds, [new("expand", milliseconds, [new("a", milliseconds, 10, 0, locks)])]),
                new("back", 1500, [new("expand", 1500, [new("a", 1500, 10, 0, [])])]),
            ],
        };
    }
}
