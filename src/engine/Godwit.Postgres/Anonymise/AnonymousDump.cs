using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;

namespace Godwit.Postgres.Anonymise;

/// <summary>Brings an anonymised copy to where it is wanted. Godwit's own schema stays behind: it tells of the runs, the machines and the people of production.</summary>
public static class AnonymousDump
{
    private static readonly string[] s_dump = ["--no-owner", "--no-privileges", "--exclude-schema=godwit", "--no-subscriptions", "--no-publications", "--no-password"];

    /// <summary>A file for pg_restore, which only its owner reads.</summary>
    /// <exception cref="BackupException">pg_dump failed.</exception>
    public static async Task ToFileAsync(IScratchCopy copy, string path, TimeProvider time, CancellationToken cancellation)
    {
        var whole = Path.GetFullPath(path);
        var draft = whole + ".draft";
        try
        {
            // Made before it is filled, so that nobody else reads it meanwhile.
            await File.Create(draft, 1, FileOptions.None).DisposeAsync();
            File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var programs = ClientPrograms.Of(await AnonymousCopy.ReachAsync(copy, cancellation), time);
            await programs.MustRunAsync("pg_dump", ["--format=custom", $"--file={draft}", .. s_dump], Path.GetDirectoryName(whole)!, FindingCodes.AnonymiseFailed, cancellation);
            File.Move(draft, whole, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Into a database that is empty (<see cref="CheckAsync"/>).</summary>
    /// <exception cref="BackupException">pg_dump or pg_restore failed.</exception>
    public static async Task ToDatabaseAsync(IScratchCopy copy, PostgresTarget target, string folder, int jobs, TimeProvider time, CancellationToken cancellation)
    {
        var dump = Path.Combine(folder, "anonymised");
        var from = ClientPrograms.Of(await AnonymousCopy.ReachAsync(copy, cancellation), time);
        await from.MustRunAsync("pg_dump", ["--format=directory", $"--file={dump}", $"--jobs={jobs}", .. s_dump], folder, FindingCodes.AnonymiseFailed, cancellation);
        await ClientPrograms.Of(target, time).MustRunAsync(
            "pg_restore", ["--format=directory", $"--jobs={jobs}", $"--dbname={target.Url.Database}", "--exit-on-error", "--no-password", "--no-owner", "--no-privileges", "--no-tablespaces", dump], folder,
            FindingCodes.AnonymiseFailed, cancellation);
        Directory.Delete(dump, recursive: true);
    }

    /// <summary>Why a database is not filled; null when it may be.</summary>
    public static async Task<Finding?> CheckAsync(IScratchCopy copy, PostgresTarget target, CancellationToken cancellation) =>
        await WhyNotAsync(copy, target, cancellation) is { } why ? Finding.Error(FindingCodes.AnonymiseFailed, why, null, "Name a database of its own that is empty.") : null;

    private static async Task<string?> WhyNotAsync(IScratchCopy copy, PostgresTarget target, CancellationToken cancellation)
    {
        await using var source = target.OpenSource(new SessionSettings { RunId = "anonymise", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        var (identity, _) = await Rehearsals.RehearsalRows.IdentifyAsync(connection, cancellation);
        if (identity.System == copy.Manifest.Origin.System && identity.Database == copy.Manifest.Origin.Database) return $"{target.Url.Database} is the database that the backup is of";
        var tables = await CopiedTable.ReadAsync(connection, cancellation);
        return tables.Count == 0 ? null : $"{target.Url.Database} is not empty: it holds {tables[0].Key}{(tables.Count > 1 ? $" and {tables.Count - 1} other tables" : "")}";
    }
}
