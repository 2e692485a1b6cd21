using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Model.Findings;
using Godwit.Security.Signing;

namespace Godwit.Engine.People;

/// <summary>
/// Who may agree to what in a target. The journal of the register is what counts: entries that are signed, one by one, by keys that are known here, and that a signed head covers. The table
/// godwit.people is for whoever looks with SQL; a person whose row says otherwise counts for nothing until somebody has looked.
/// </summary>
/// <param name="People">All that ever were, in the order in which they were pinned.</param>
/// <param name="Findings">What is not as it was signed.</param>
/// <param name="Head">Of its journal.</param>
public sealed record PeopleRegister(IReadOnlyList<Person> People, IReadOnlyList<Finding> Findings, JournalPosition Head)
{
    /// <summary>Whose journal it is, in place of a run's.</summary>
    public static readonly Guid Journal = new("676f6477-6974-4f00-8000-70656f706c65");

    public static PeopleRegister Empty { get; } = new([], [], JournalChain.Start(Journal));

    /// <summary>Nobody was ever pinned: whoever asks for approvals here has only what people say.</summary>
    public bool IsUnused => People.Count == 0 && Findings.Count == 0;

    public Person? FindKey(string kid) => People.LastOrDefault(p => p.Key.Kid == kid);

    public static string TargetOf(TargetIdentity identity) => $"{identity.System}/{identity.Database}";

    /// <param name="entries">Of the register's journal.</param>
    /// <param name="verdict">What verifying it found.</param>
    /// <param name="rows">Of godwit.people.</param>
    /// <param name="target">The database in which they stand.</param>
    /// <param name="known">Whose pins count.</param>
    public static PeopleRegister Of(IReadOnlyList<JournalEntry> entries, JournalVerdict verdict, IReadOnlyList<PersonRow> rows, TargetIdentity target, KnownSigners known)
    {
        var findings = new List<Finding>();
        var people = new List<Person>();
        if (verdict.State == JournalState.Broken)
            findings.Add(Changed($"the journal of the register of people does not hold together, from entry {verdict.Faults[0].Sequence}", $"`godwit journal verify --to … --run {Journal}` says what is wrong with it."));
        var nonces = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries.Where(e => e.Kind is PeopleEntry.Added or PeopleEntry.Retired))
        {
            var read = PeopleEntry.TryRead(entry);
            var why = read is null ? "is not what a machine of Godwit's writes" : verdict.State == JournalState.Broken ? "is in a journal that does not hold together"
                : !nonces.Add(read.Nonce) ? "is a copy of an earlier one"
                : read.Judge(known) is var signer and not SignerVerdict.KnownSigner ? signer == SignerVerdict.BadSignature ? "is not what was signed" : $"is signed by a key that is not known here ({read.By.Kid})"
                : entry.Sequence > verdict.SignedTo ? "is not covered by a signed head"
                : read.Target != TargetOf(target) ? "was made in another database"
                : null;
            if (read is not null) Apply(people, read, entry, why);
            if (why is not null && verdict.State != JournalState.Broken)
            {
                findings.Add(Changed(
                    $"entry {entry.Sequence} of the register of people ({entry.Kind}{(read is null ? "" : $" {read.Name}")}) {why}",
                    why.Contains("not known here", StringComparison.Ordinal) ? "Put the public key of the machine that signed it into known-signers/ of GODWIT_HOME, or pin the person again from a machine that is known."
                    : why.Contains("another database", StringComparison.Ordinal) ? "This database is a copy: pin the people here who are to agree here." : null));
            }
        }
        Compare(people, rows, findings);
        return new PeopleRegister(people, findings, verdict.End);
    }

    private static void Apply(List<Person> people, PeopleEntry read, JournalEntry entry, string? why)
    {
        var at = people.FindIndex(p => p.Key == read.Key);
        if (read.Kind == PeopleEntry.Added)
        {
            // The same key again gives its person other roles from then on; one that was retired stays so.
            if (at < 0) people.Add(new Person(read.Name, read.Key, read.Roles, entry.At, read.By.Kid) { Problem = why });
            else if (why is null && people[at].RetiredAt is null) people[at] = people[at] with { Roles = read.Roles, PinnedBy = read.By.Kid, Problem = null };
            return;
        }
        // That nobody vouches for a retirement is no reason to go on trusting the key.
        if (at >= 0 && people[at].RetiredAt is null) people[at] = people[at] with { RetiredAt = entry.At, RetiredBecause = read.Reason };
    }

    private static void Compare(List<Person> people, IReadOnlyList<PersonRow> rows, List<Finding> findings)
    {
        for (var i = 0; i < people.Count; i++)
        {
            var person = people[i];
            var row = rows.FirstOrDefault(r => r.Kid == person.Key.Kid);
            var why = row is null ? "is gone from godwit.people"
                : row.Name != person.Name || row.X != person.Key.X || row.Y != person.Key.Y || !row.Roles.SequenceEqual(person.Roles, StringComparer.Ordinal) || row.RetiredAt is null != person.RetiredAt is null
                    ? "has another row in godwit.people than was signed"
                    : null;
            if (why is null) continue;
            people[i] = person with { Problem = person.Problem ?? why };
            findings.Add(Changed($"{person.Name} (key {person.Key.Kid}) {why}", "Find out who changed it; `godwit keys person add` with the same key writes the row anew."));
        }
        foreach (var row in rows.Where(r => people.TrueForAll(p => p.Key.Kid != r.Kid)))
            findings.Add(Changed($"godwit.people has {row.Name} (key {row.Kid}), whom nobody pinned", "Find out who put the row there, and remove it."));
    }

    private static Finding Changed(string message, string? remedy) => Finding.Error(FindingCodes.PeopleChanged, message, null, remedy);
}

/// <summary>A person as the table has them.</summary>
public sealed record PersonRow(string Name, string Kid, string X, string Y, IReadOnlyList<string> Roles, DateTimeOffset AddedAt, DateTimeOffset? RetiredAt);
