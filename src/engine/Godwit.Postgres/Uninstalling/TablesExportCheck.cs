using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Godwit.Engine.Journal;
using Godwit.Security.Signing;

namespace Godwit.Postgres.Uninstalling;

/// <summary>Reads an export of godwit's tables as whoever gets it would: from the disk, line by line.</summary>
internal static class TablesExportCheck
{
    /// <returns>What is wrong, a sentence each; none when the file holds what the tables did and every journal in it verifies.</returns>
    public static IReadOnlyList<string> Check(string path, IReadOnlyDictionary<string, long> expected, KnownSigners known)
    {
        var problems = new List<string>();
        var counts = expected.Keys.ToDictionary(k => k, _ => 0L, StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var journal = new List<JournalLine>();
        string? pending = null;
        var lines = 0L;
        foreach (var line in File.ReadLines(path))
        {
            if (pending is not null) Take(pending);
            pending = line;
        }
        Conclude();
        using var end = JsonDocument.Parse(pending ?? "{}");
        if (!end.RootElement.TryGetProperty("end", out var said) || said.GetProperty("lines").GetInt64() != lines || said.GetProperty("sha256").GetString() != Convert.ToHexStringLower(hash.GetCurrentHash()))
            problems.Add("the last line does not fit those before it");
        foreach (var (table, count) in expected.Where(e => counts[e.Key] != e.Value)) problems.Add($"{table} has {count} rows, and the file {counts[table]}");
        return problems;

        void Take(string line)
        {
            lines++;
            var bytes = Encoding.UTF8.GetBytes(line);
            hash.AppendData(bytes);
            hash.AppendData("\n"u8);
            using var document = JsonDocument.Parse(bytes);
            if (document.RootElement.TryGetProperty("table", out var table))
            {
                counts[table.GetString()!]++;
                return;
            }
            if (lines == 1) return;
            var record = JournalText.Read((int)lines, bytes);
            if (record.Record is JournalRecord.Header) Conclude();
            if (record.Record is JournalRecord.Entry) counts["journal"]++;
            if (record.Record is JournalRecord.Head) counts["journal_heads"]++;
            journal.Add(record);
        }

        void Conclude()
        {
            if (journal.Count == 0) return;
            var reading = JournalFile.Load(journal, known);
            var fault = reading.Refusal ?? (reading.Verifier!.Conclude() is { State: JournalState.Broken } broken ? broken.Faults[0] : null);
            if (fault is not null) problems.Add($"the journal of run {reading.Run} does not verify: {fault.Message}");
            journal.Clear();
        }
    }
}
