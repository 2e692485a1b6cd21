using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Godwit.Engine.People;
using Godwit.Security.Canonical;

namespace Godwit.Engine.Gates;

/// <summary>A gate's answer as the journal keeps it: with its evidence where that is short, and always with the hash of it, by which the row of the gate can be held against the chain.</summary>
public static class GateNote
{
    public const string JournalKind = "gate";

    private const int LongestEvidence = 16 * 1024;

    public static JsonObject Of(string gate, GateVerdict verdict)
    {
        var evidence = EvidenceOf(verdict);
        var note = new JsonObject { ["gate"] = gate, ["sha256"] = HashOf(evidence), ["state"] = verdict.State.ToString(), ["summary"] = verdict.Summary };
        Acceptance.Write(note, verdict.People);
        if (evidence.Length <= LongestEvidence) note["evidence"] = JsonNode.Parse(evidence);
        return note;
    }

    /// <summary>The evidence as JSON.</summary>
    public static string EvidenceOf(GateVerdict verdict) => new JsonObject(verdict.Evidence.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value))).ToJsonString();

    /// <summary>SHA-256 of the canonical form (RFC 8785): a database orders members as it likes.</summary>
    public static string HashOf(string evidence) => Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(evidence))));
}
