using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Journal;

namespace Godwit.Engine.Tests.Journal;

/// <summary>Any single damage to any journal is found, and the first entry that is bad is named.</summary>
public sealed class JournalDamageTests
{
    private static readonly Config s_many = Config.QuickThrowOnFailure.WithMaxTest(200);

    private static void ForAll(Action<Random> property) =>
        Check.One(s_many, Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => property(new Random(seed))));

    private static WrittenJournal Make(Random random, int least = 1)
    {
        var one = random.Next(2) == 0;
        return new WrittenJournal(random.Next(least, 12), one ? null : _ => true, random.Next());
    }

    /// <summary>The first place at which a damaged journal is not the one that was written.</summary>
    private static long FirstDifference(List<JournalEntry> written, List<JournalEntry> damaged)
    {
        for (var i = 0; i < Math.Min(written.Count, damaged.Count); i++)
        {
            if (written[i] != damaged[i]) return i + 1;
        }
        return Math.Min(written.Count, damaged.Count) + 1;
    }

    private static void AssertNamed(WrittenJournal journal, List<JournalEntry> damaged, params JournalFaultKind[] kinds)
    {
        if (damaged.SequenceEqual(journal.Entries)) return;
        var verdict = journal.Verify(damaged);
        Assert.Equal(JournalState.Broken, verdict.State);
        Assert.Equal(FirstDifference(journal.Entries, damaged), verdict.Faults[0].Sequence);
        Assert.Contains(verdict.Faults[0].Kind, kinds);
    }

    private static JournalEntry Edited(JournalEntry entry, Random random) => random.Next(10) switch
    {
        0 => entry with { Sequence = entry.Sequence + random.Next(1, 4) },
        1 => entry with { Sequence = entry.Sequence - random.Next(1, 4) },
        2 => entry with { At = entry.At.AddMicroseconds(1) },
        3 => entry with { At = entry.At.AddTicks(1) },
        4 => entry with { Kind = entry.Kind + "x" },
        5 => entry with { Body = entry.Body.Replace("\"rows\":", "\"rows\":1", StringComparison.Ordinal) },
        6 => entry with { Body = entry.Body + " " },
        7 => entry with { Previous = Turned(entry.Previous, random) },
        8 => entry with { Hash = Turned(entry.Hash, random) },
        _ => entry with { Hash = entry.Hash.ToUpperInvariant() + (entry.Hash.Any(char.IsAsciiLetter) ? "" : " ") },
    };

    private static string Turned(string hash, Random random)
    {
        var digits = hash.ToCharArray();
        var i = random.Next(digits.Length);
        digits[i] = digits[i] == '0' ? '1' : '0';
        return new string(digits);
    }

    /// <summary>A new entry whose own hash is right and whose place may be.</summary>
    private static JournalEntry Forged(JournalPosition after) => JournalChain.Next(after, WrittenJournal.At(99), JournalNote.Of("forged", []));

    [Fact]
    public void What_was_not_touched_is_sound() => ForAll(random =>
    {
        var journal = Make(random);
        var verdict = journal.Verify();
        Assert.Equal(JournalState.Sound, verdict.State);
        Assert.Empty(verdict.Faults);
        Assert.Equal((journal.End, journal.End.Sequence), (verdict.End, verdict.SignedTo));
    });

    [Fact]
    public void An_edit_is_found() => ForAll(random =>
    {
        var journal = Make(random);
        var damaged = journal.Entries.ToList();
        var i = random.Next(damaged.Count);
        damaged[i] = Edited(damaged[i], random);
        AssertNamed(journal, damaged, JournalFaultKind.Changed);
    });

    [Fact]
    public void An_edit_whose_own_hash_was_made_again_is_found() => ForAll(random =>
    {
        var journal = new WrittenJournal(random.Next(1, 12), _ => true, random.Next());
        var damaged = journal.Entries.ToList();
        var i = random.Next(damaged.Count);
        damaged[i] = Forged(i == 0 ? JournalChain.Start(journal.Run) : JournalPosition.Of(damaged[i - 1]));
        AssertNamed(journal, damaged, JournalFaultKind.Changed, JournalFaultKind.Rewritten);
    });

    [Fact]
    public void A_deletion_is_found() => ForAll(random =>
    {
        var journal = Make(random);
        var damaged = journal.Entries.ToList();
        damaged.RemoveAt(random.Next(damaged.Count));
        AssertNamed(journal, damaged, damaged.Count == journal.Entries.Count - 1 && damaged.SequenceEqual(journal.Entries.Take(damaged.Count)) ? JournalFaultKind.TailCut : JournalFaultKind.Missing);
    });

    [Fact]
    public void A_swap_is_found() => ForAll(random =>
    {
        var journal = Make(random, least: 2);
        var damaged = journal.Entries.ToList();
        var (i, j) = (random.Next(damaged.Count), random.Next(damaged.Count));
        (damaged[i], damaged[j]) = (damaged[j], damaged[i]);
        AssertNamed(journal, damaged, JournalFaultKind.Moved);
    });

    [Fact]
    public void A_moved_entry_is_found() => ForAll(random =>
    {
        var journal = Make(random, least: 2);
        var damaged = journal.Entries.ToList();
        var moved = damaged[random.Next(damaged.Count)];
        damaged.Remove(moved);
        damaged.Insert(random.Next(damaged.Count + 1), moved);
        AssertNamed(journal, damaged, JournalFaultKind.Moved);
    });

    [Fact]
    public void A_copy_of_an_entry_that_was_put_in_is_found() => ForAll(random =>
    {
        var journal = Make(random);
        var damaged = journal.Entries.ToList();
        damaged.Insert(random.Next(damaged.Count + 1), damaged[random.Next(damaged.Count)]);
        AssertNamed(journal, damaged, JournalFaultKind.Added);
    });

    [Fact]
    public void A_forged_entry_that_was_put_in_is_found() => ForAll(random =>
    {
        var journal = Make(random);
        var damaged = journal.Entries.ToList();
        var at = random.Next(damaged.Count);
        var forged = Forged(at == 0 ? JournalChain.Start(journal.Run) : JournalPosition.Of(damaged[at - 1]));
        damaged.Insert(at, random.Next(2) == 0 ? forged : forged with { Body = """{"x":1}""" });
        AssertNamed(journal, damaged, JournalFaultKind.Added);
    });

    [Fact]
    public void A_cut_is_found_by_a_head_beyond_it() => ForAll(random =>
    {
        var journal = Make(random);
        AssertNamed(journal, [.. journal.Entries.Take(random.Next(journal.Entries.Count))], JournalFaultKind.TailCut);
    });

    [Fact]
    public void Without_heads_the_export_finds_a_cut_and_names_the_first_entry_of_a_rewrite() => ForAll(random =>
    {
        var journal = new WrittenJournal(random.Next(1, 12), _ => false, random.Next());
        var witness = journal.ToWitness();
        var i = random.Next(journal.Entries.Count);
        var cut = journal.Verify(journal.Entries.Take(i), witness).Faults[0];
        Assert.Equal((JournalFaultKind.TailCut, i + 1), (cut.Kind, cut.Sequence));

        var damaged = journal.Entries.ToList();
        damaged[i] = damaged[i] with { Kind = "other" };
        damaged = WrittenJournal.Rechain(damaged, i, journal.Run);
        Assert.Equal(JournalState.Unsigned, journal.Verify(damaged).State);
        var rewrite = journal.Verify(damaged, witness).Faults[0];
        Assert.Equal((JournalFaultKind.Rewritten, i + 1), (rewrite.Kind, rewrite.Sequence));
    });

    [Fact]
    public void A_journal_that_went_on_fits_its_export_and_every_head_of_it() => ForAll(random =>
    {
        var journal = Make(random);
        var witness = journal.ToWitness() with { Heads = [journal.End] };
        journal.Append(JournalNote.Of("more", []));
        Assert.Equal(JournalState.Sound, journal.Verify(witness).State);
    });
}
