using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Engine.Tripwires;

namespace Godwit.Engine.Reports;

/// <summary>Entries of a journal as people tell them.</summary>
internal static class RunTelling
{
    private const int LongestText = 200, HashShown = 12;

    private static readonly Dictionary<string, string> s_words = new(StringComparer.Ordinal)
    {
        ["run-began"] = "The run began", ["run-resumed"] = "The run went on", ["run-paused"] = "The run paused", ["run-complete"] = "The new is in use; the old is kept", ["run-finished"] = "The run is finished",
        ["run-rolled-back"] = "Everything is taken back", ["run-aborted"] = "The run was given up as it was", ["phase-began"] = "Phase began", ["phase-ended"] = "Phase ended",
        ["phase-undo-began"] = "Taking the phase back began", ["phase-undone"] = "Phase taken back", ["step-began"] = "Step began", ["step-applied"] = "Step done", ["step-verified"] = "Step seen to be there",
        ["step-undo-began"] = "Taking the step back began", ["step-undone"] = "Step taken back", ["step-failed"] = "Step failed", ["step-not-verified"] = "What the step did was not found",
        ["step-precheck-failed"] = "Step could not begin", ["step-undo-failed"] = "Step could not be taken back", ["step-unknown"] = "What the step did is not known", ["gate"] = "Gate asked",
        ["gate-not-asked"] = "Gate not asked", ["rollback-asked"] = "Somebody asked for a rollback", ["abort-asked"] = "Somebody asked to give the run up", ["finish-asked"] = "Somebody asked to finish", ["finish-early"] = "Finished before its time", ["adopted"] = "Taken over from another tool", ["rollback-decided"] = "Rollback decided", ["rollback-began"] = "Rollback began", ["rollback-ended"] = "Rollback ended", ["rollback-checked"] = "Rollback looked at",
        ["state-before"] = "State before the run measured", [TripwireNote.Fired] = "Tripwire fired", [TripwireNote.Baselines] = "Baselines of tripwires measured", [TripwireNote.Seen] = "Somebody looked at what fired",
        ["restored"] = "The database was restored from a backup", [JournalFork.Kind] = "The journal goes on after a restore", ["statement-received"] = "A signed statement came in", ["deadline-extended"] = "Deadline extended",
        ["rewind-accepted"] = "Somebody accepted that the database went back", ["rewind-verified"] = "What was done before was looked at again",
    };

    /// <summary>What is said by words already, or by itself says nothing to people.</summary>
    private static readonly HashSet<string> s_left = new(StringComparer.Ordinal) { "evidence", "sha256", "catalog", "people", "signature", "key", "register", "kind" };

    public static string What(string kind) => s_words.GetValueOrDefault(kind, kind);

    /// <summary>Of what, in one line; nothing that is long or nested.</summary>
    public static string Of(RunNote note) => string.Join("; ", note.Body.Where(p => !s_left.Contains(p.Key)).Select(p => Tell(p.Key, p.Value)).OfType<string>());

    public static string Of(JournalEntry entry) => RunNotes.Read(entry.Body) is { } body ? Of(new RunNote(entry, body)) : "(cannot be read)";

    private static string? Tell(string name, JsonNode? value) => value switch
    {
        null => null,
        JsonArray { Count: 0 } => null,
        JsonArray list when list.All(i => i is JsonValue) => $"{name}: {Short(string.Join(", ", list.Select(i => $"{i}")))}",
        JsonArray list => string.Create(CultureInfo.InvariantCulture, $"{name}: {list.Count}"),
        JsonObject nested => nested.All(p => p.Value is JsonValue) && nested.Count is > 0 and <= 4 ? $"{name}: {Short(string.Join(", ", nested.Select(p => $"{p.Key} {Hash($"{p.Value}")}")))}" : null,
        _ => $"{Name(name)}{Short(Hash($"{value}"))}",
    };

    /// <summary>What names itself needs no name.</summary>
    private static string Name(string name) => name is "phase" or "step" or "gate" or "state" or "summary" or "tripwire" or "reason" ? "" : name + ": ";

    private static string Short(string text) => text.Length > LongestText ? text[..LongestText] + "…" : text;

    private static string Hash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower) ? text[..HashShown] : text;
}
