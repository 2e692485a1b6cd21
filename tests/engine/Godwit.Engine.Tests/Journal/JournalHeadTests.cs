using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Security.Signing;

namespace Godwit.Engine.Tests.Journal;

public sealed class JournalHeadTests
{
    [Fact]
    public void A_journal_rewritten_whole_between_two_heads_is_told_by_the_later_one()
    {
        var journal = new WrittenJournal(9, i => i is 3 or 7);
        var damaged = journal.Entries.ToList();
        damaged[4] = damaged[4] with { Kind = "other" };
        var fault = Assert.Single(journal.Verify(WrittenJournal.Rechain(damaged, 4, journal.Run)).Faults);
        Assert.Equal((JournalFaultKind.Rewritten, 4), (fault.Kind, fault.Sequence));
        Assert.Contains("one of the entries 4 to 7", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_rewritten_and_signed_anew_by_another_key_has_an_unknown_signer_and_contradicts_its_export()
    {
        var journal = new WrittenJournal(5);
        using var forger = SigningKey.Create();
        var damaged = journal.Entries.ToList();
        damaged[1] = damaged[1] with { Kind = "other" };
        damaged = WrittenJournal.Rechain(damaged, 1, journal.Run);
        var verifier = new JournalVerifier(journal.Run, journal.Known);
        foreach (var entry in damaged) verifier.Add(entry);
        verifier.Add(new JournalSigner(forger).SignHead(journal.Run, JournalPosition.Of(damaged[^1]), WrittenJournal.At(9)));
        var verdict = verifier.Conclude();
        Assert.Equal(JournalState.UnknownSigner, verdict.State);
        Assert.Equal([forger.Kid], verdict.UnknownSigners);
        Assert.Equal(2, verifier.Conclude(journal.ToWitness()).Faults[0].Sequence);
        Assert.Equal(JournalFaultKind.Rewritten, verifier.Conclude(JournalWitness.Nothing with { Heads = [journal.End] }).Faults[0].Kind);
    }

    [Theory]
    [InlineData("sequence")]
    [InlineData("hash")]
    [InlineData("at")]
    [InlineData("kid")]
    [InlineData("run")]
    [InlineData("signature")]
    public void A_changed_head_has_a_bad_signature(string member)
    {
        var journal = new WrittenJournal(3);
        var (head, key) = journal.Heads[0];
        journal.Heads[0] = new SignedHead(member switch
        {
            "sequence" => head with { Sequence = 2 },
            "hash" => head with { Hash = journal.Entries[0].Hash },
            "at" => head with { At = head.At.AddSeconds(1) },
            "kid" => head with { Kid = "x" },
            "run" => head with { Run = Guid.Empty },
            _ => head with { Signature = (head.Signature[0] == 'A' ? 'B' : 'A') + head.Signature[1..] },
        }, key);
        var verdict = journal.Verify();
        Assert.Equal(JournalState.Broken, verdict.State);
        Assert.Equal(JournalFaultKind.BadSignature, verdict.Faults[0].Kind);
    }

    [Fact]
    public void Without_its_key_in_the_journal_a_head_counts_when_the_verifier_knows_the_key()
    {
        var journal = new WrittenJournal(3);
        journal.Heads[0] = journal.Heads[0] with { Key = null };
        Assert.Equal(JournalState.Sound, journal.Verify().State);
        Assert.Equal(JournalState.UnknownSigner, journal.Verify(known: new KnownSigners([])).State);
    }

    [Fact]
    public void A_head_beside_those_of_a_known_key_by_an_unknown_one_is_not_passed_over()
    {
        var journal = new WrittenJournal(4, i => i == 2);
        using var forger = SigningKey.Create();
        journal.Heads.Add(new JournalSigner(forger).SignHead(journal.Run, journal.End, WrittenJournal.At(5)));
        var verdict = journal.Verify();
        Assert.Equal((JournalState.UnknownSigner, 2), (verdict.State, verdict.SignedTo));
    }

    [Fact]
    public void What_comes_after_the_last_head_is_said_to_be_unsigned()
    {
        var journal = new WrittenJournal(6, i => i == 4);
        var verdict = journal.Verify();
        Assert.Equal((JournalState.Sound, 4, 6), (verdict.State, verdict.SignedTo, verdict.End.Sequence));
    }

    [Fact]
    public void The_hash_of_an_entry_is_what_the_documentation_computes()
    {
        var run = Guid.Parse("0b7a1f7e-6d5e-4c7b-9f3e-2a4d5c6b7a89");
        var entry = JournalChain.Next(JournalChain.Start(run), new DateTimeOffset(2031, 2, 3, 5, 5, 6, TimeSpan.FromHours(1)).AddTicks(12_345_679), JournalNote.Of("run-began", new JsonObject { ["z"] = 1, ["a"] = "é" }));
        Assert.Equal("""{"a":"é","z":1}""", entry.Body);
        var text = $$"""{"at":"2031-02-03T04:05:07.234567Z","body":{"a":"é","z":1},"kind":"run-began","previous":"{{JournalChain.Genesis(run)}}","sequence":1}""";
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text))), entry.Hash);
        Assert.True(JournalChain.IsSound(entry));
    }
}
