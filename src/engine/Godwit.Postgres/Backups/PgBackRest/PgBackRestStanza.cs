using System.Text.Json;

namespace Godwit.Postgres.Backups.PgBackRest;

/// <summary>What <c>pgbackrest info --output=json</c> says of a stanza.</summary>
/// <param name="Code">0 is well, 2 is well and without a backup.</param>
/// <param name="Message">The same in words.</param>
/// <param name="Cipher">How the repository is encrypted: none, or aes-256-cbc.</param>
/// <param name="System">The system identifier of its newest server; null where it knows none.</param>
/// <param name="Archive">Where in the repository the log of that server is.</param>
/// <param name="Backups">The oldest first.</param>
internal sealed record PgBackRestStanza(int Code, string Message, string Cipher, string? System, string? Archive, IReadOnlyList<PgBackRestEntry> Backups)
{
    private const int Well = 0, NoBackup = 2;

    public bool IsWell => Code is Well or NoBackup;

    /// <returns>Null where the answer is of another form.</returns>
    public static PgBackRestStanza? Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.GetArrayLength() == 0) return new PgBackRestStanza(1, "it is not there", "none", null, null, []);
            var stanza = document.RootElement[0];
            var status = stanza.GetProperty("status");
            var newest = stanza.GetProperty("db").EnumerateArray().Select(d => (Id: d.GetProperty("id").GetInt32(), System: d.GetProperty("system-id").GetRawText())).OrderBy(d => d.Id).LastOrDefault();
            var archive = stanza.GetProperty("archive").EnumerateArray().Where(a => a.GetProperty("database").GetProperty("id").GetInt32() == newest.Id).Select(a => a.GetProperty("id").GetString()).LastOrDefault();
            return new PgBackRestStanza(
                status.GetProperty("code").GetInt32(), status.GetProperty("message").GetString()!, stanza.GetProperty("cipher").GetString()!, newest.System, archive,
                [.. stanza.GetProperty("backup").EnumerateArray().Select(PgBackRestEntry.Read)]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}

/// <param name="Label">Its name in the repository.</param>
/// <param name="Type">full, diff or incr.</param>
/// <param name="Bytes">All that a restore reads, as it lies there.</param>
/// <param name="HasBadPages">Whether it met pages whose checksum is wrong.</param>
/// <param name="Annotation">Godwit's mark on it.</param>
internal sealed record PgBackRestEntry(string Label, string Type, long Bytes, bool HasBadPages, string? Annotation)
{
    public const string Mark = "godwit";

    internal static PgBackRestEntry Read(JsonElement backup)
    {
        var info = backup.GetProperty("info");
        return new PgBackRestEntry(
            backup.GetProperty("label").GetString()!,
            backup.GetProperty("type").GetString()!,
            // With block increments it does not say how much of the repository a restore reads.
            info.GetProperty("repository").TryGetProperty("size", out var size) ? size.GetInt64() : info.GetProperty("size").GetInt64(),
            backup.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.True,
            backup.TryGetProperty("annotation", out var annotation) && annotation.TryGetProperty(Mark, out var mark) ? mark.GetString() : null);
    }
}
