using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Model.Names;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Verification;
using Godwit.Security.Files;
using Npgsql;

namespace Godwit.Postgres.Uninstalling;

/// <summary>
/// Everything that the schema godwit holds, as JSON Lines: <c>{"row":…,"table":…}</c> for each row, then each run's journal in the form of an exported journal
/// (docs/journal.md), then one line with the number and the SHA-256 of all lines before it.
/// </summary>
internal static class TablesExport
{
    public const string Format = "godwit-export/1";

    /// <summary>The journal's own: they go out in the journal's form, which <c>journal verify</c> reads.</summary>
    private static readonly string[] s_journal = ["journal", "journal_heads", "journal_tips"];

    /// <returns>How many rows each table has.</returns>
    public static async Task<IReadOnlyDictionary<string, long>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<string> tables, string path, CancellationToken cancellation)
    {
        // Plans and schemas are not for everybody.
        await using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        try
        {
            var counts = await WriteAsync(connection, tables, stream, cancellation);
            stream.Flush(flushToDisk: true);
            FolderSync.Flush(Path.GetDirectoryName(path)!);
            return counts;
        }
        catch
        {
            // Half a file would stand in the way of the next attempt.
            File.Delete(path);
            throw;
        }
    }

    private static async Task<IReadOnlyDictionary<string, long>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<string> tables, Stream stream, CancellationToken cancellation)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var lines = 0L;
        await PutAsync(Encoding.UTF8.GetBytes($$$"""{"export":"{{{Format}}}"}{{{"\n"}}}"""), 1);
        foreach (var table in tables.Except(s_journal, StringComparer.Ordinal))
        {
            var count = 0L;
            await using var command = new NpgsqlCommand($"SELECT row_to_json(t)::text FROM {TargetName.Qualify("godwit", table)} t", connection);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                // PostgreSQL's text, as it is: numbers keep their digits, and a line end inside a value is escaped.
                await PutAsync(Encoding.UTF8.GetBytes($"{{\"row\":{reader.GetString(0)},\"table\":{JsonSerializer.Serialize(table, TablesExportJson.Default.String)}}}\n"), 1);
                count++;
            }
            counts[table] = count;
        }
        if (tables.Contains("journal", StringComparer.Ordinal))
        {
            (counts["journal"], counts["journal_heads"]) = (0, 0);
            foreach (var run in await TargetQuery.ReadAsync(connection, "SELECT run FROM godwit.journal UNION SELECT run FROM godwit.journal_heads ORDER BY 1", r => r.GetGuid(0), cancellation))
                await JournalAsync(run);
        }
        var end = new JsonObject { ["end"] = new JsonObject { ["lines"] = lines, ["sha256"] = Convert.ToHexStringLower(hash.GetCurrentHash()) } };
        await stream.WriteAsync(Encoding.UTF8.GetBytes(end.ToJsonString() + "\n"), cancellation);
        return counts;

        async Task PutAsync(byte[] bytes, int number)
        {
            hash.AppendData(bytes);
            await stream.WriteAsync(bytes, cancellation);
            lines += number;
        }

        async Task JournalAsync(Guid run)
        {
            await PutAsync(JournalText.Write([new JournalRecord.Header(run)]), 1);
            await foreach (var entry in JournalRows.ReadAsync(connection, run, 0, null, cancellation))
            {
                await PutAsync(JournalText.Write([new JournalRecord.Entry(entry)]), 1);
                counts["journal"]++;
            }
            var keys = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var head in JournalHeadRows.ReadAsync(connection, run, 0, cancellation))
            {
                if (head.Key is { } key && keys.Add(key.Kid)) await PutAsync(JournalText.Write([new JournalRecord.Key(key)]), 1);
                await PutAsync(JournalText.Write([new JournalRecord.Head(head.Head)]), 1);
                counts["journal_heads"]++;
            }
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class TablesExportJson : System.Text.Json.Serialization.JsonSerializerContext;
