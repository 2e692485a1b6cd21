using System.Security.Cryptography;
using Godwit.Engine.Anonymise;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;
using Godwit.Security.Files;
using Npgsql;

namespace Godwit.Postgres.Anonymise;

/// <summary>
/// Brings an anonymised copy to where it is wanted. Godwit's own schema stays behind: it tells of the runs, the machines and the people of production. So do user mappings, whose passwords
/// open other servers, and large objects, which nobody can mask.
/// </summary>
public static class AnonymousDump
{
    private static readonly string[] s_dump = ["--no-owner", "--no-privileges", "--exclude-schema=godwit", "--no-subscriptions", "--no-publications", "--no-password"];

    /// <summary>A file for pg_restore, which only its owner reads.</summary>
    /// <exception cref="BackupException">pg_dump failed.</exception>
    public static async Task ToFileAsync(IScratchCopy copy, AnonymiseSettings settings, string path, TimeProvider time, CancellationToken cancellation)
    {
        var whole = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(whole)!;
        var draft = $"{whole}.{RandomNumberGenerator.GetHexString(12, lowercase: true)}.draft";
        try
        {
            // Made before it is filled, so that nobody else reads it meanwhile; under a name that nobody could make first.
            await using (new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
            }
            var programs = await PrepareAsync(copy, time, cancellation);
            await programs.MustRunAsync("pg_dump", ["--format=custom", $"--file={draft}", .. Options(settings)], folder, FindingCodes.AnonymiseFailed, cancellation);
            File.Move(draft, whole, overwrite: true);
            FolderSync.Flush(folder);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Into a database that is empty (<see cref="CheckAsync"/>).</summary>
    /// <exception cref="BackupException">pg_dump or pg_restore failed.</exception>
    public static async Task ToDatabaseAsync(IScratchCopy copy, AnonymiseSettings settings, PostgresTarget target, string folder, int jobs, TimeProvider time, CancellationToken cancellation)
    {
        var dump = Path.Combine(folder, "anonymised");
        var from = await PrepareAsync(copy, time, cancellation);
        await from.MustRunAsync("pg_dump", ["--format=directory", $"--file={dump}", $"--jobs={jobs}", .. Options(settings)], folder, FindingCodes.AnonymiseFailed, cancellation);
        await ClientPrograms.Of(target, time).MustRunAsync(
            "pg_restore", ["--format=directory", $"--jobs={jobs}", $"--dbname={target.Url.Database}", "--exit-on-error", "--no-password", "--no-owner", "--no-privileges", "--no-tablespaces", dump], folder,
            FindingCodes.AnonymiseFailed, cancellation);
        Directory.Delete(dump, recursive: true);
    }

    /// <summary>Why a database is not filled; null when it may be.</summary>
    public static async Task<Finding?> CheckAsync(IScratchCopy copy, PostgresTarget target, CancellationToken cancellation) =>
        await WhyNotAsync(copy, target, cancellation) is { } why ? Finding.Error(FindingCodes.AnonymiseFailed, why, null, "Name a database of its own that is empty.") : null;

    /// <summary>In its short form the option is the same in every version.</summary>
    private static string[] Options(AnonymiseSettings settings) => settings.KeepsLargeObjects ? s_dump : [.. s_dump, "-B"];

    /// <summary>pg_dump writes a user mapping's password in clear, and has no option that leaves mappings out.</summary>
    private static async Task<ClientPrograms> PrepareAsync(IScratchCopy copy, TimeProvider time, CancellationToken cancellation)
    {
        var target = await AnonymousCopy.ReachAsync(copy, cancellation);
        await using var source = target.OpenSource(new SessionSettings { RunId = "anonymise", Role = "dump", StatementLimit = TimeSpan.Zero });
        await using var connection = await source.OpenAsync(cancellation);
        var drops = new List<string>();
        await using (var command = new NpgsqlCommand("SELECT format('DROP USER MAPPING FOR %s SERVER %I', CASE WHEN umuser = 0 THEN 'PUBLIC' ELSE quote_ident(usename) END, srvname) FROM pg_user_mappings", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) drops.Add(reader.GetString(0));
        }
        foreach (var drop in drops) await LogicalRestore.ExecuteAsync(connection, drop, cancellation);
        return ClientPrograms.Of(target, time);
    }

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
