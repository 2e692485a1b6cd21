using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Engine.Gates;
using Godwit.Security.Canonical;

namespace Godwit.Engine.Reports;

/// <summary>Holds a gate's row, which anybody who may write to the target can change, against the journal's entry, which nobody can change unseen.</summary>
internal static class GatePart
{
    /// <param name="record">The run.</param>
    /// <param name="row">The row.</param>
    /// <param name="index">How many rows stand before it: as many entries do.</param>
    public static string Compare(RunRecord record, GateRow row, int index)
    {
        var entries = record.Journal.Where(e => e.Kind == GateNote.JournalKind).ToList();
        try
        {
            if (index >= entries.Count || JsonNode.Parse(entries[index].Body) is not JsonObject note) return "not in the journal";
            if ((string?)note["sha256"] is not { } hash) return "journalled without evidence";
            return (string?)note["gate"] == row.Gate && (string?)note["state"] == row.State.ToString() && (string?)note["summary"] == row.Summary && hash == GateNote.HashOf(row.Evidence)
                ? "as journalled"
                : "CHANGED since it was journalled";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or CanonicalJsonException)
        {
            // Somebody changed it: the verdict on the journal says so.
            return "not in the journal";
        }
    }
}
