using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Security.Signing;

namespace Godwit.Engine.Tests.Journal;

/// <summary>A journal as a run leaves it, to be damaged by a test.</summary>
internal sealed class WrittenJournal
{
    // One for all: making keys would take longer than the tests.
    private static readonly SigningKey s_key = SigningKey.Create();
    private static readonly JournalSigner s_signer = new(s_key);

    public WrittenJournal(int entries, Func<int, bool>? isSigned = null, int seed = 1)
    {
        var random = new Random(seed);
        for (var i = 1; i <= entries; i++)
        {
            Append(JournalNote.Of(random.Next(3) switch { 0 => "run-began", 1 => "step-applied", _ => "gate-2" }, new JsonObject { ["rows"] = random.Next(1000), ["step"] = $"s{i} é\u0001\"" }));
            if (isSigned?.Invoke(i) ?? i == entries) Sign();
        }
    }

    public Guid Run { get; } = Guid.Parse("0b7a1f7e-6d5e-4c7b-9f3e-2a4d5c6b7a89");

    public List<JournalEntry> Entries { get; } = [];

    public List<SignedHead> Heads { get; } = [];

    public JournalSigner Signer => s_signer;

    public KnownSigners Known { get; } = new([s_key.Public]);

    public JournalPosition End => Entries.Count == 0 ? JournalChain.Start(Run) : JournalPosition.Of(Entries[^1]);

    public static DateTimeOffset At(long i) => new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero).AddMicroseconds(i * 1_234_567);

    public void Append(JournalNote note) => Entries.Add(JournalChain.Next(End, At(Entries.Count), note));

    public void Sign() => Heads.Add(Signer.SignHead(Run, End, At(Entries.Count)));

    public JournalVerdict Verify(JournalWitness? witness = null, KnownSigners? known = null) => Verifier(Entries, known).Conclude(witness);

    public JournalVerdict Verify(IEnumerable<JournalEntry> entries, JournalWitness? witness = null) => Verifier(entries).Conclude(witness);

    public JournalWitness ToWitness() => Verifier(Entries).ToWitness();

    public JournalVerifier Verifier(IEnumerable<JournalEntry> entries, KnownSigners? known = null)
    {
        var verifier = new JournalVerifier(Run, known ?? Known);
        foreach (var entry in entries) verifier.Add(entry);
        foreach (var head in Heads) verifier.Add(head);
        return verifier;
    }

    /// <summary>The journal as an export has it.</summary>
    public byte[] ToFile() => JournalText.Write(
    [
        new JournalRecord.Header(Run), new JournalRecord.Key(s_key.Public), .. Entries.Select(e => new JournalRecord.Entry(e)), .. Heads.Select(h => new JournalRecord.Head(h.Head)),
    ]);

    /// <summary>What a forger does who knows how the chain is made and has no key: everything from an entry on is made anew.</summary>
    public static List<JournalEntry> Rechain(IReadOnlyList<JournalEntry> entries, int from, Guid run)
    {
        var made = entries.Take(from).ToList();
        foreach (var entry in entries.Skip(from))
        {
            var end = made.Count == 0 ? JournalChain.Start(run) : JournalPosition.Of(made[^1]);
            made.Add(JournalChain.Next(end, entry.At, JournalNote.Of(entry.Kind, JsonNode.Parse(entry.Body)!.AsObject())));
        }
        return made;
    }
}
