using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;

namespace Godwit.Engine.Tests.Ledger;

/// <summary>What a ledger's lines are, and what they say about a target.</summary>
[Trait("Hazard", "5")]
public sealed class LedgerTests
{
    private static readonly Guid s_run = Guid.Parse("0b8f7a3e-6c5d-4f0e-9a51-2f4f3a1f9d10"), s_life = Guid.Parse("7f0d2c55-1c1b-4d5e-8c56-8a0b6b3f0a11");

    private static readonly List<JournalEntry> s_journal = Journal(5);

    [Fact]
    public void A_line_comes_back_as_it_was_written_and_no_other_line_does()
    {
        var entry = Entry(3, "two", "Verified");
        var line = entry.ToLine();
        var read = LedgerEntry.TryRead(line)!;
        Assert.Equal((entry.Run, entry.Runbook, entry.Target, entry.Head, entry.State), (read.Run, read.Runbook, read.Target, read.Head, read.State));
        Assert.Equal(entry.Steps, read.Steps);
        for (var i = 0; i < line.Length; i++) Assert.Null(LedgerEntry.TryRead(string.Concat(line.AsSpan(0, i), "#", line.AsSpan(i + 1))));
        for (var i = 0; i < line.Length; i++) Assert.Null(LedgerEntry.TryRead(line[..i]));
    }

    [Fact]
    public void A_target_that_has_as_much_or_more_fits()
    {
        Assert.IsType<LedgerJudgement.Fits>(Judge([Entry(1), Entry(3)], end: 3));
        Assert.IsType<LedgerJudgement.Fits>(Judge([Entry(1), Entry(3)], end: 5));
        // A runner that was replaced wrote its last line late.
        Assert.IsType<LedgerJudgement.Fits>(Judge([Entry(4), Entry(2)], end: 4));
        // It never came about.
        Assert.IsType<LedgerJudgement.Fits>(Judge([Entry(0, life: null)], end: null));
    }

    [Fact]
    public void A_target_that_has_less_went_back_and_what_was_lost_is_named()
    {
        var lost = Assert.IsType<LedgerJudgement.Rewound>(Judge([Entry(1), Entry(2, "one", "Verified"), Entry(4, "two", "Applying"), Entry(5, "two", "Verified")], end: 3));
        Assert.Equal((3, 5), (lost.Held.Sequence, lost.Known.Sequence));
        Assert.Equal("two (Verified)", string.Join(", ", lost.Steps.Select(s => $"{s.Key} ({s.Value})")));
        Assert.Equal(0, Assert.IsType<LedgerJudgement.Rewound>(Judge([Entry(1), Entry(3)], end: null)).Held.Sequence);
        Assert.IsType<LedgerJudgement.Rewound>(Judge([Entry(4), Entry(2)], end: 3));
    }

    [Fact]
    public void A_target_with_another_past_of_the_same_length_went_back()
    {
        var other = Journal(5, "other");
        var lost = Assert.IsType<LedgerJudgement.Rewound>(LedgerJudgement.Of([Entry(2), Entry(5)], Target(s_life), JournalPosition.Of(other[4]), other.ToDictionary(e => e.Sequence, e => e.Hash), []));
        Assert.Contains("another entry 5", lost.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_incarnation_is_explained_by_a_fork_that_gives_up_what_is_missing_and_by_nothing_else()
    {
        var life = Guid.NewGuid();
        Assert.IsType<LedgerJudgement.Rewound>(Judge([Entry(3)], end: 3, life: life));
        var fork = JournalFork.TryRead(new JournalSigner(Security.Signing.SigningKey.Create()).AttestFork(s_run, Position(5), Position(3), life).Body)!;
        Assert.IsType<LedgerJudgement.Explained>(Judge([Entry(5)], end: 3, life: life, fork));
        Assert.IsType<LedgerJudgement.Explained>(Judge([Entry(2)], end: 3, life: life, fork));
        Assert.IsType<LedgerJudgement.Rewound>(Judge([Entry(5)], end: 3, life: Guid.NewGuid(), fork));
        Assert.IsType<LedgerJudgement.Rewound>(Judge([Entry(5)], end: 3, life: s_life, fork));
    }

    private static LedgerJudgement Judge(IReadOnlyList<LedgerEntry> ledger, int? end, Guid? life = null, params IReadOnlyList<JournalFork> forks) =>
        LedgerJudgement.Of(ledger, Target(life ?? s_life), end is { } last ? Position(last) : null, s_journal.Take(end ?? 0).ToDictionary(e => e.Sequence, e => e.Hash), forks);

    private static LedgerEntry Entry(int head, string? step = null, string? state = null) => Entry(head, s_life, step, state);

    private static LedgerEntry Entry(int head, Guid? life, string? step = null, string? state = null) =>
        new(s_run, "shop", Target(life), Position(head), head == 1 ? "Running" : null, step is null ? [] : [KeyValuePair.Create(step, state!)]);

    private static TargetIdentity Target(Guid? life) => new("7710584666149905098", "16384", "00000001", life);

    private static JournalPosition Position(int sequence) => sequence == 0 ? JournalChain.Start(s_run) : JournalPosition.Of(s_journal[sequence - 1]);

    private static List<JournalEntry> Journal(int count, string kind = "note")
    {
        var entries = new List<JournalEntry>();
        for (var i = 0; i < count; i++)
        {
            var last = entries.Count == 0 ? JournalChain.Start(s_run) : JournalPosition.Of(entries[^1]);
            entries.Add(JournalChain.Next(last, DateTimeOffset.UnixEpoch.AddSeconds(i), JournalNote.Of(kind, new JsonObject { ["i"] = i })));
        }
        return entries;
    }
}
