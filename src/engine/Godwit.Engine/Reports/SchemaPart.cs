using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Godwit.Engine.Journal;

namespace Godwit.Engine.Reports;

/// <summary>
/// The schema before and after, phase by phase, from the catalogs whose hashes the journal has. Lines that do not hash to what the journal says are not shown:
/// somebody changed them.
/// </summary>
internal static class SchemaPart
{
    /// <summary>A difference that is longer is folded.</summary>
    private const int MostShown = 150;

    private static readonly string[] Kinds = ["adopted", "phase-began", "phase-ended", "phase-undone"];

    public static IEnumerable<ReportBlock> Of(RunRecord record)
    {
        var seen = record.Journal.Where(e => Kinds.Contains(e.Kind, StringComparer.Ordinal)).Select(Read).Where(e => e.Hash is not null).ToList();
        yield return new ReportBlock.Heading("Schema before and after");
        if (seen.Count == 0)
        {
            yield return new ReportBlock.Paragraph("No phase had begun.");
            yield break;
        }
        yield return new ReportBlock.Table(["entry", "at", "what", "phase", "catalog (SHA-256)"], [.. seen.Select(s => (IReadOnlyList<string>)
            [ReportText.Count(s.Entry.Sequence), ReportText.At(s.Entry.At), s.Entry.Kind, s.Phase ?? "", s.Hash!])]);
        foreach (var (one, next) in seen.Zip(seen.Skip(1)).Where(p => p.First.Hash != p.Second.Hash))
            yield return Difference(record, $"From entry {one.Entry.Sequence} ({one.Entry.Kind}) to entry {next.Entry.Sequence} ({next.Entry.Kind})", one.Hash!, next.Hash!);
        if (seen.Count > 2) yield return Difference(record, "From the first to the last", seen[0].Hash!, seen[^1].Hash!);
        yield return Whole(record, "The schema before", seen[0].Hash!);
        yield return Whole(record, "The schema after", seen[^1].Hash!);
    }

    /// <summary>The catalogs that the journal names first and last, as they are kept; null where there is none, or somebody changed it.</summary>
    public static (IReadOnlyList<string>? First, IReadOnlyList<string>? Last) Ends(RunRecord record)
    {
        var hashes = record.Journal.Where(e => Kinds.Contains(e.Kind, StringComparer.Ordinal)).Select(Read).Select(r => r.Hash).OfType<string>().ToList();
        return hashes.Count == 0 ? (null, null) : (Find(record, hashes[0]), Find(record, hashes[^1]));
    }

    private static (JournalEntry Entry, string? Phase, string? Hash) Read(JournalEntry entry)
    {
        try
        {
            using var body = JsonDocument.Parse(entry.Body);
            return (entry, Text(body.RootElement, "phase"), Text(body.RootElement, "catalog"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Somebody changed it: the verdict on the journal says so.
            return (entry, null, null);
        }
    }

    private static string? Text(JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static ReportBlock Difference(RunRecord record, string title, string from, string to)
    {
        if (from == to) return new ReportBlock.Paragraph($"{title}: the same.");
        if (Find(record, from) is not { } before || Find(record, to) is not { } after) return Lost(title);
        var added = after.Except(before, StringComparer.Ordinal).Select(l => $"+ {l}").ToList();
        var removed = before.Except(after, StringComparer.Ordinal).Select(l => $"- {l}").ToList();
        return new ReportBlock.Listing($"{title}: {removed.Count} lines went, {added.Count} came", [.. removed, .. added]) { IsOpen = removed.Count + added.Count <= MostShown };
    }

    private static ReportBlock Whole(RunRecord record, string title, string hash) =>
        Find(record, hash) is { } lines ? new ReportBlock.Listing($"{title}: {lines.Count} lines, {hash}", lines) : Lost(title);

    private static ReportBlock.Paragraph Lost(string title) => new($"{title}: the lines that godwit.catalogs has are not those that the journal names.");

    private static IReadOnlyList<string>? Find(RunRecord record, string hash) =>
        record.Catalogs.TryGetValue(hash, out var lines)
        && Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n"))))) == hash
            ? lines
            : null;
}
