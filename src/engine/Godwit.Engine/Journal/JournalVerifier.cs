using Godwit.Security.Signing;

namespace Godwit.Engine.Journal;

/// <summary>
/// Verifies one run's journal: takes its entries and heads in the order in which they are found, then says whether it is what was written, and names the first
/// entry that is not. Reads nothing itself.
/// </summary>
/// <param name="run">Whose journal it is to be.</param>
/// <param name="known">The keys whose signatures count.</param>
public sealed class JournalVerifier(Guid run, KnownSigners known)
{
    private readonly List<JournalLink> _links = [];
    private readonly List<JudgedHead> _heads = [];
    private readonly List<JournalFault> _faults = [];

    private sealed record JudgedHead(JournalPosition Position, string Kid, SignerVerdict Verdict, int? Line);

    public void Add(JournalEntry entry, int? line = null) => _links.Add(JournalLink.Of(entry, known, line));

    public void Add(SignedHead signed, int? line = null)
    {
        var head = signed.Head;
        var verdict = JournalSigner.Judge(signed, known);
        if (verdict == SignerVerdict.BadSignature)
            _faults.Add(new JournalFault(JournalFaultKind.BadSignature, head.Sequence, $"the signature of the head at entry {head.Sequence} is bad", line));
        else if (head.Run != run)
            _faults.Add(new JournalFault(JournalFaultKind.Added, head.Sequence, $"the head at entry {head.Sequence} is another run's", line));
        else
            _heads.Add(new JudgedHead(JournalPosition.Of(head), head.Kid, verdict, line));
    }

    /// <summary>What was found while reading, such as a line that cannot be read.</summary>
    public void Add(JournalFault fault) => _faults.Add(fault);

    /// <summary>What this journal testifies of another one of the same run.</summary>
    public JournalWitness ToWitness()
    {
        var walk = Walk();
        walk.Run();
        return new JournalWitness([.. walk.Branch.Select(l => l.Hash)], [.. _heads.Select(h => h.Position)]);
    }

    /// <param name="witness">What is known of the journal from elsewhere, if anything is.</param>
    public JournalVerdict Conclude(JournalWitness? witness = null)
    {
        var walk = Walk();
        var broken = walk.Run();
        var faults = new List<JournalFault>(_faults);
        if (broken is not null) faults.Add(broken);
        var forks = walk.Branch.Select(l => l.Fork).OfType<JournalFork>().ToList();
        var standing = new JournalStanding(walk, forks, isWhole: broken is null);

        var signedTo = 0L;
        var doubtful = new List<JudgedHead>();
        foreach (var head in _heads)
        {
            if (standing.Of(head.Position) is Standing.Held && head.Verdict == SignerVerdict.KnownSigner) signedTo = Math.Max(signedTo, head.Position.Sequence);
            else if (standing.Of(head.Position) is Standing.Differs or Standing.Absent) doubtful.Add(head);
        }
        if (doubtful.MinBy(h => h.Position.Sequence) is { } first)
            faults.Add(standing.Of(first.Position) == Standing.Absent ? Cut(walk.End, "a signed head", first.Position, first.Line) : Rewritten(signedTo, first));
        if (witness is not null && Contradiction(standing, walk.End, witness, signedTo) is { } contradiction) faults.Add(contradiction);

        var signers = Kids(SignerVerdict.KnownSigner);
        var unknown = Kids(SignerVerdict.UnknownSigner);
        return new JournalVerdict
        {
            Run = run,
            // A head of an unknown key beside those of a known one may hide that known ones were taken away.
            State = faults.Count > 0 ? JournalState.Broken : unknown.Count > 0 ? JournalState.UnknownSigner : signers.Count > 0 ? JournalState.Sound : JournalState.Unsigned,
            // A line that is no record has no number; as an entry may have stood there, the break that it left comes after it.
            Faults = [.. faults.OrderBy(f => f.Sequence).DistinctBy(f => (f.Kind, f.Sequence, f.Line))],
            End = walk.End,
            SignedTo = signedTo,
            Signers = signers,
            UnknownSigners = unknown,
            Forks = forks,
        };
    }

    private JournalWalk Walk() =>
        new(run, _links, _heads.Where(h => h.Verdict == SignerVerdict.KnownSigner).Select(h => h.Position).ToLookup(p => p.Sequence, p => p.Hash));

    private List<string> Kids(SignerVerdict verdict) => [.. _heads.Where(h => h.Verdict == verdict).Select(h => h.Kid).Distinct(StringComparer.Ordinal)];

    private static JournalFault? Contradiction(JournalStanding standing, JournalPosition end, JournalWitness witness, long signedTo)
    {
        for (var i = 0; i < witness.Hashes.Count; i++)
        {
            var position = new JournalPosition(i + 1, witness.Hashes[i]);
            switch (standing.Of(position))
            {
                case Standing.Absent: return Cut(end, "the export", new JournalPosition(witness.Hashes.Count, witness.Hashes[^1]), line: null);
                case Standing.Differs: return new JournalFault(JournalFaultKind.Rewritten, i + 1, $"entry {i + 1} is not the one that the export has", standing.Line(i + 1));
            }
        }
        foreach (var head in witness.Heads.OrderBy(h => h.Sequence))
        {
            switch (standing.Of(head))
            {
                case Standing.Absent: return Cut(end, "the known head", head, line: null);
                case Standing.Differs:
                    var from = Math.Min(head.Sequence, Math.Max(signedTo, witness.Hashes.Count) + 1);
                    return new JournalFault(
                        JournalFaultKind.Rewritten, from, $"{Range(from, head.Sequence)} not what the known head says: the journal was rewritten there", standing.Line(from));
            }
        }
        return null;
    }

    private static JournalFault Cut(JournalPosition end, string by, JournalPosition known, int? line) =>
        new(JournalFaultKind.TailCut, end.Sequence + 1, $"the journal ends at entry {end.Sequence}, but {by} has entry {known.Sequence}: the tail is cut off", line);

    private JournalFault Rewritten(long signedTo, JudgedHead head)
    {
        var sequence = head.Position.Sequence;
        // Between two heads nothing but the chain tells entries apart, and a chain can be made again.
        var from = Math.Min(sequence, _heads.Where(h => h.Position.Sequence < sequence && h.Position.Sequence <= signedTo).Select(h => h.Position.Sequence).DefaultIfEmpty(0).Max() + 1);
        return new JournalFault(JournalFaultKind.Rewritten, from, $"{Range(from, sequence)} not what the head at entry {sequence} says: the journal was rewritten there", head.Line);
    }

    private static string Range(long from, long to) => from == to ? $"entry {from} is" : $"one of the entries {from} to {to} is";
}
