using System.Diagnostics;
using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>A backup restored into a server of its own.</summary>
internal sealed class ScratchCopy : IAsyncDisposable
{
    private readonly StagingFolder _staging;

    private ScratchCopy(StagingFolder staging, ScratchServer server, BackupManifest manifest, TimeSpan took, IReadOnlyList<string> notes) =>
        (_staging, Server, Manifest, Took, Notes) = (staging, server, manifest, took, notes);

    public ScratchServer Server { get; }

    public BackupManifest Manifest { get; }

    public TimeSpan Took { get; }

    public IReadOnlyList<string> Notes { get; }

    /// <summary>What was looked at on the way.</summary>
    public IReadOnlyList<BackupCheck> Checks { get; private init; } = [];

    public string Database => Manifest.Origin.Name;

    /// <param name="copy">Whose manifest is taken.</param>
    /// <param name="place">Its key, and where it may be restored.</param>
    /// <param name="folder">Of the server; null is one in staging.</param>
    /// <param name="note">Told what is being done.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Stops, and leaves nothing.</param>
    /// <exception cref="BackupException">It cannot be restored.</exception>
    public static async Task<ScratchCopy> MakeAsync(BackupCopy copy, BackupPlace place, string? folder, Action<string> note, TimeProvider time, CancellationToken cancellation)
    {
        if (copy.Manifest!.Key != place.Key.Id)
            throw new BackupException(FindingCodes.BackupKeyMissing, $"backup {copy.Name} was encrypted with key {copy.Manifest.Key}, and the one at hand is {place.Key.Id}", "Name the key that it was encrypted with.");
        var staging = StagingFolder.Create(place.Staging, passable: true, ScratchServer.EndAsync);
        try
        {
            var began = time.GetTimestamp();
            return await RestoreAsync(copy, place, staging, folder ?? Path.Combine(staging.Path, "server"), began, note, time, cancellation);
        }
        catch (Exception e)
        {
            if (folder is not null) await ScratchServer.RemoveAsync(folder);
            await staging.DisposeAsync();
            if (e is ClusterException or PostgresException) throw new BackupException(FindingCodes.RestoreFailed, $"backup {copy.Name} could not be restored: {e.Message}");
            throw;
        }
    }

    private static async Task<ScratchCopy> RestoreAsync(
        BackupCopy copy, BackupPlace place, StagingFolder staging, string folder, long began, Action<string> note, TimeProvider time, CancellationToken cancellation)
    {
        var manifest = copy.Manifest!;
        if (manifest.Method == BackupMethod.Physical)
        {
            var (recovered, checks) = await ScratchServer.RecoverAsync(copy, place, folder, null, note, time, cancellation);
            return new ScratchCopy(staging, recovered, manifest, time.GetElapsedTime(began), []) { Checks = checks };
        }
        var dump = Path.Combine(staging.Path, "dump");
        // A server is made while the dump is decrypted: neither needs the other.
        var starting = ScratchServer.StartAsync(folder, manifest.Origin.Version / 10_000, cancellation);
        Surroundings surroundings;
        try
        {
            surroundings = await LogicalRestore.ExtractAsync(copy, place, dump, note, cancellation);
        }
        finally
        {
            // Whatever came of the other, nothing is left half started.
            await Task.WhenAny(starting);
        }
        var server = await starting;
        var administrative = await server.ReachAsync("postgres", cancellation);
        var notes = new List<string>();
        await using (var source = administrative.OpenSource(new SessionSettings { RunId = "restore", Role = "make", StatementLimit = TimeSpan.Zero }))
        await using (var connection = await source.OpenAsync(cancellation))
        {
            await LogicalRestore.MakeRolesAsync(connection, surroundings, withRights: true, cancellation);
            if (manifest.Origin.Name is not ("postgres" or "template1") && await LogicalRestore.MakeDatabaseAsync(connection, manifest.Origin.Name, surroundings, manifest.Origin.Version, mayDiffer: true, cancellation) is { } other) notes.Add(other);
            await LogicalRestore.ExecuteAsync(connection, $"ALTER DATABASE {LogicalRestore.Quote(manifest.Origin.Name)} OWNER TO {LogicalRestore.Quote(surroundings.Owner)}", cancellation);
            await LogicalRestore.SettleDatabaseAsync(connection, manifest.Origin.Name, surroundings, cancellation);
        }
        note("restoring");
        await LogicalRestore.LoadAsync(ClientPrograms.Of(administrative.For(manifest.Origin.Name), time), dump, manifest.Origin.Name, place.Settings.Jobs, cancellation);
        Directory.Delete(dump, recursive: true);
        var took = time.GetElapsedTime(began);
        note($"restored in {took.TotalSeconds:0.0} s");
        return new ScratchCopy(staging, server, manifest, took, notes);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _staging.DisposeAsync();
    }
}
