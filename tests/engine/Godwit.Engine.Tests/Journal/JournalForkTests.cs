using Godwit.Engine.Journal;
using Godwit.Security.Signing;

namespace Godwit.Engine.Tests.Journal;

/// <summary>A restore takes the journal back: only a signed statement tells it from a cut tail.</summary>
public sealed class JournalForkTests
{
    private readonly WrittenJournal _journal = new(9, i => i == 8);

    /// <summary>The journal of the restored database: the first entries, the fork, and what came after.</summary>
    private List<JournalEntry> Restored(int to, JournalNote fork)
    {
        var entries = _journal.Entries.Take(to).ToList();
        entries.Add(JournalChain.Next(JournalPosition.Of(entries[^1]), WrittenJournal.At(50), fork));
        entries.Add(JournalChain.Next(JournalPosition.Of(entries[^1]), WrittenJournal.At(51), JournalNote.Of("more", [])));
        return entries;
    }

    private JournalNote Fork(int to, JournalSigner? signer = null, JournalPosition? abandoned = null) =>
        (signer ?? _journal.Signer).AttestFork(_journal.Run, abandoned ?? _journal.End, JournalPosition.Of(_journal.Entries[to - 1]), Guid.Empty);

    [Fact]
    public void An_attested_fork_is_accepted_against_export_heads_and_known_head()
    {
        var witness = _journal.ToWitness() with { Heads = [_journal.End] };
        var verdict = _journal.Verify(Restored(5, Fork(5)), witness);
        Assert.Empty(verdict.Faults);
        Assert.Equal(JournalState.Sound, verdict.State);
        Assert.Equal(5, Assert.Single(verdict.Forks).Restored.Sequence);
    }

    [Fact]
    public void An_export_that_went_on_holds_both_branches()
    {
        var entries = _journal.Entries.Concat(Restored(5, Fork(5)).Skip(5)).ToList();
        var verdict = _journal.Verify(entries);
        Assert.Empty(verdict.Faults);
        Assert.Equal(7, verdict.End.Sequence);
        // An export that missed the last entries before the restore is one too.
        Assert.Empty(_journal.Verify(_journal.Entries.Take(8).Concat(Restored(5, Fork(5)).Skip(5))).Faults);
    }

    [Fact]
    public void Without_a_fork_a_restore_is_a_cut_tail_and_going_on_is_a_rewrite()
    {
        var witness = _journal.ToWitness();
        _journal.Heads.Clear();
        Assert.Equal((JournalFaultKind.TailCut, 6), Named(_journal.Verify(_journal.Entries.Take(5), witness)));
        var went = Restored(5, JournalNote.Of("more", []));
        Assert.Equal((JournalFaultKind.Rewritten, 6), Named(_journal.Verify(went, witness)));
    }

    [Fact]
    public void A_fork_signed_by_nobody_known_is_not_accepted()
    {
        using var forger = SigningKey.Create();
        var verdict = _journal.Verify(Restored(5, Fork(5, new JournalSigner(forger))), _journal.ToWitness());
        Assert.Equal((JournalFaultKind.ForkNotAttested, 6), Named(verdict));
        Assert.Contains(forger.Kid, verdict.Faults[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fork_without_a_right_signature_is_not_accepted()
    {
        var fork = Fork(5);
        var body = System.Text.Json.Nodes.JsonNode.Parse(fork.Body)!.AsObject();
        body["incarnation"] = "00000000-0000-0000-0000-000000000001";
        Assert.Equal((JournalFaultKind.ForkNotAttested, 6), Named(_journal.Verify(Restored(5, JournalNote.Of(JournalFork.Kind, body)))));
        Assert.Equal((JournalFaultKind.ForkNotAttested, 6), Named(_journal.Verify(Restored(5, JournalNote.Of(JournalFork.Kind, [])))));
    }

    [Fact]
    public void A_fork_excuses_nothing_but_what_it_names()
    {
        // Signed for going back to 7, used to go back to 5.
        Assert.Equal((JournalFaultKind.ForkNotAttested, 6), Named(_journal.Verify(Restored(5, Fork(7)))));
        // Signed when the journal ended at 8; entry 9 was written later, and is gone.
        var witness = _journal.ToWitness();
        _journal.Heads.Clear();
        Assert.Equal((JournalFaultKind.TailCut, 8), Named(_journal.Verify(Restored(5, Fork(5, abandoned: JournalPosition.Of(_journal.Entries[7]))), witness)));
        // Attested for another branch than the one that was exported.
        var other = _journal.End with { Hash = _journal.Entries[0].Hash };
        Assert.Equal((JournalFaultKind.TailCut, 8), Named(_journal.Verify(Restored(5, Fork(5, abandoned: other)), witness)));
    }

    private static (JournalFaultKind, long) Named(JournalVerdict verdict) => (verdict.Faults[0].Kind, verdict.Faults[0].Sequence);
}
