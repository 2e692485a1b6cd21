using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Gates;
using Godwit.Engine.Journal;
using Godwit.Engine.Rollback;
using Godwit.Model.Findings;

namespace Godwit.Engine.People;

/// <summary>A statement that a gate or a rollback went by, as the journal has it: what becomes of the row afterwards does not change that, and shows.</summary>
/// <param name="Entry">Of the journal.</param>
/// <param name="Of">The gate, or <see cref="Rollback"/>.</param>
/// <param name="Opened">Whether it was enough.</param>
public sealed record Acceptance(long Entry, string Of, bool Opened, AcceptedStatement Statement)
{
    public const string Rollback = "rollback";

    private const string Key = "people";

    /// <summary>What an entry about a gate keeps of the people whose word was counted.</summary>
    internal static void Write(JsonObject note, IReadOnlyList<AcceptedStatement> counted)
    {
        if (counted.Count > 0) note[Key] = new JsonArray([.. counted.Select(Write)]);
    }

    internal static JsonObject Write(AcceptedStatement said) => new()
    {
        ["at"] = JournalChain.Instant(said.At), ["kid"] = said.Kid, ["name"] = said.Person, ["role"] = said.Role, ["statement"] = said.Hash,
    };

    /// <summary>All of a journal. An entry that somebody changed is left out: the verdict on the journal says so.</summary>
    public static IReadOnlyList<Acceptance> Read(IEnumerable<JournalEntry> journal) => [.. journal.SelectMany(Read)];

    private static IEnumerable<Acceptance> Read(JournalEntry entry)
    {
        if (entry.Kind is not (GateNote.JournalKind or RollbackDecision.JournalKind or RollbackChecklist.JournalKind)) return [];
        try
        {
            if (JsonNode.Parse(entry.Body) is not JsonObject body) return [];
            if (entry.Kind == RollbackChecklist.JournalKind)
                return [.. body.Maps("items").SelectMany(i => i.Maps(Key).Select(p => new Acceptance(entry.Sequence, i.Text("item"), i.Text("state") == "holds", Read(p))))];
            return entry.Kind == GateNote.JournalKind
                ? [.. body.Maps(Key).Select(p => new Acceptance(entry.Sequence, body.Text("gate"), body.Text("state") == nameof(GateState.Pass), Read(p)))]
                : [.. body.Maps("approvals").Where(a => a.Has("statement")).Select(a => new Acceptance(entry.Sequence, Rollback, true, Read(a)))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or FormatException)
        {
            return [];
        }
    }

    /// <summary>What is left of it in the target: null when it is as it was signed.</summary>
    /// <param name="rows">Of godwit.approvals.</param>
    /// <param name="register">Whose key it was.</param>
    public string? Fault(IReadOnlyList<StoredStatement> rows, PeopleRegister register)
    {
        if (rows.FirstOrDefault(r => r.Id == Statement.Hash) is not { } row) return "GONE from godwit.approvals";
        return SignedStatement.TryRead(row.Document) is { } signed && signed.Statement.Hash == Statement.Hash && register.FindKey(signed.Statement.Kid) is { } person && signed.IsBy(person.Key) ? null : "CHANGED since it was accepted";
    }

    /// <summary>What is to be said of statements that are not there any more as they were accepted.</summary>
    public static IReadOnlyList<Finding> FindFaults(IReadOnlyList<Acceptance> accepted, IReadOnlyList<StoredStatement> rows, PeopleRegister register) =>
    [
        .. accepted.DistinctBy(a => a.Statement.Hash, StringComparer.Ordinal).Select(a => (Accepted: a, Fault: a.Fault(rows, register))).Where(a => a.Fault is not null).Select(a => Finding.Error(
            FindingCodes.AcceptedGone,
            string.Create(CultureInfo.InvariantCulture, $"{a.Accepted.Statement.Person}'s statement {a.Accepted.Statement.Hash[..12]}, by which {a.Accepted.Of} was opened (entry {a.Accepted.Entry}), is {a.Fault}"), null,
            "The journal holds who agreed; find out who changed the table.")),
    ];

    private static AcceptedStatement Read(JsonObject said) => new(
        said.Text("statement"), said.Text("name"), said.Text("role"), JournalChain.TryInstant(said.TextOrNull("at"), out var at) ? at : throw new FormatException("no time"), said.Text("kid"));
}
