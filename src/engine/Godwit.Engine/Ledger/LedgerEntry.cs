using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Engine.Journal;

namespace Godwit.Engine.Ledger;

/// <summary>What a runner knows to be committed, and durable, in the target. A line of the ledger: the SHA-256 of the rest, a space, a JSON object.</summary>
/// <param name="Run">Which run.</param>
/// <param name="Runbook">Its name.</param>
/// <param name="Target">Where.</param>
/// <param name="Head">The journal's last entry.</param>
/// <param name="State">The run's state where it changed, as the target has it; null where it did not.</param>
/// <param name="Steps">The steps whose state changed, and the state.</param>
public sealed record LedgerEntry(Guid Run, string Runbook, TargetIdentity Target, JournalPosition Head, string? State, IReadOnlyList<KeyValuePair<string, string>> Steps)
{
    private const int HashDigits = 64;

    public string ToLine()
    {
        var json = new JsonObject
        {
            ["run"] = Run.ToString("D"), ["runbook"] = Runbook, ["system"] = Target.System, ["database"] = Target.Database, ["timeline"] = Target.Timeline,
            ["incarnation"] = Target.Incarnation?.ToString("D"), ["head"] = Head.ToString(), ["state"] = State,
            ["steps"] = new JsonObject(Steps.DistinctBy(s => s.Key).Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))),
        }.ToJsonString();
        return $"{HashOf(json)} {json}";
    }

    /// <returns>Null when the line is not as it was written.</returns>
    public static LedgerEntry? TryRead(string line)
    {
        if (line.Length <= HashDigits || line[HashDigits] != ' ' || HashOf(line[(HashDigits + 1)..]) != line[..HashDigits]) return null;
        try
        {
            var json = JsonNode.Parse(line[(HashDigits + 1)..])!.AsObject();
            return new LedgerEntry(
                Guid.Parse(Text("run")!), Text("runbook")!, new TargetIdentity(Text("system")!, Text("database")!, Text("timeline")!, Text("incarnation") is { } id ? Guid.Parse(id) : null),
                Position(Text("head")!), Text("state"), [.. json["steps"]!.AsObject().Select(s => KeyValuePair.Create(s.Key, s.Value!.GetValue<string>()))]);

            string? Text(string name) => json[name]?.GetValue<string>();
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or NullReferenceException or ArgumentNullException)
        {
            return null;
        }
    }

    /// <summary>Unlike those of reports, a ledger's position may be that of the empty journal.</summary>
    private static JournalPosition Position(string text) =>
        text.Split(':') is [var sequence, var hash] ? new JournalPosition(long.Parse(sequence, NumberStyles.None, CultureInfo.InvariantCulture), hash) : throw new FormatException("no position");

    private static string HashOf(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
}
