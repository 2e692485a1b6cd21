using Godwit.Cli.Move.Nested;
using Godwit.Cli.Runs;
using Godwit.Engine.Rehearsals;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Sqlite.Backups;
using Godwit.Sqlite.Native;

namespace Godwit.Cli.Rehearsals;

/// <summary>A SQLite source, copied for a rehearsal by SQLite's online backup: whoever writes to it goes on, and what steps do to it they do to the copy.</summary>
internal static class RehearsedSource
{
    private const string Header = "SQLite format 3\0";

    /// <summary>The file that a source names; null where it is none, such as a PostgreSQL database.</summary>
    public static string? Find(string name, string folder, IReadOnlyDictionary<string, ValueFrom> sources)
    {
        if (SourcePlace.Find(name, folder, sources, ProcessEnvironment.Instance).Path is not { } path || !File.Exists(path)) return null;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> head = stackalloc byte[Header.Length];
        return stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual("SQLite format 3\0"u8) ? path : null;
    }

    /// <summary>The database and what SQLite keeps beside it.</summary>
    public static IEnumerable<string> FilesOf(string path) => ((string[])["", "-wal", "-shm", "-journal"]).Select(e => path + e);

    /// <exception cref="RehearsalException">It cannot be copied.</exception>
    public static async Task<string> CopyAsync(string path, string folder, string name, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var copy = Path.Combine(folder, $"{name}.sqlite");
        try
        {
            await SqliteBackup.CopyAsync(path, copy, TimeProvider.System, cancellation);
            return copy;
        }
        catch (SqliteException fault)
        {
            throw new RehearsalException(FindingCodes.RehearsalNoCopy, $"the source {name} cannot be copied: {fault.Message}", fault.IsTransient ? "Somebody has it locked; try again." : null);
        }
    }
}
