using Godwit.Cli.Runs;
using Godwit.Engine.Runs;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Connections;

namespace Godwit.Cli.Demo;

/// <summary>Where a demo takes place: a database of the private server, and a folder in which no other demo is at work until this ends.</summary>
internal sealed class DemoPlace : IDisposable
{
    private readonly FileStream _alone;

    private DemoPlace(DemoFolder folder, PostgresUrl url, FileStream alone)
    {
        (Folder, Url, _alone) = (folder, url, alone);
    }

    public DemoFolder Folder { get; }

    private PostgresUrl Url { get; }

    /// <param name="cluster">The private server; it is started where it is not up.</param>
    /// <param name="runbook">Which runbook is carried out.</param>
    /// <param name="database">The database, made where it is missing.</param>
    /// <param name="fresh">Whether what an earlier demo has left goes first.</param>
    /// <param name="prepare">What else is done to the server; nothing else where null.</param>
    /// <param name="console">Told what stands in the way.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Null where something stands in the way.</returns>
    public static async Task<DemoPlace?> TakeAsync(LocalCluster cluster, string runbook, string database, bool fresh, Func<CancellationToken, Task>? prepare, RunConsole console, CancellationToken cancellation)
    {
        console.Note("-- starting the private PostgreSQL server");
        try
        {
            await cluster.UpAsync(cancellation);
            if (prepare is not null) await prepare(cancellation);
        }
        catch (ClusterException fault)
        {
            console.Note($"godwit: {fault.Message}{(fault.Remedy is { } remedy ? $"\n        {remedy}" : "")}");
            return null;
        }
        var folder = new DemoFolder(cluster, runbook, database);
        if (folder.TryHold() is not { } alone)
        {
            console.Note($"godwit: another demo is at work on {folder.Path}; wait for it, or use another --seed");
            return null;
        }
        try
        {
            if (fresh) await cluster.DropDatabaseAsync(database, cancellation);
            // What a run wrote beside its files belongs to the database that it ran on.
            if (await cluster.EnsureDatabaseAsync(database, cancellation)) folder.Clear();
            folder.Write();
            return new DemoPlace(folder, PostgresUrl.Parse(cluster.UrlOf(database)).Url!, alone);
        }
        catch
        {
            await alone.DisposeAsync();
            throw;
        }
    }

    /// <summary>The database, once the variables that tell how to reach it are set; null where it cannot be reached, which is said.</summary>
    public async Task<PostgresTarget?> ConnectAsync(RunConsole console, CancellationToken cancellation)
    {
        var reached = await PostgresTarget.ConnectAsync(Url, null, cancellation);
        if (reached.Target is null) console.Refuse(reached.Findings, ExitCode.Fault);
        return reached.Target;
    }

    /// <summary>How every demo reaches its database, and where Godwit keeps what is its own.</summary>
    public static Dictionary<string, string?> Variables(LocalCluster cluster, DemoFolder folder, string database) => new(StringComparer.Ordinal)
    {
        ["DATABASE_URL"] = cluster.UrlOf(database), ["DATABASE_URL_FILE"] = null, ["PGPASSFILE"] = cluster.PassFile, ["PGPASSWORD"] = null, ["PGOPTIONS"] = null, ["GODWIT_TARGET_PASSWORD_FILE"] = null,
        ["GODWIT_HOME"] = folder.Home,
    };

    public void Dispose() => _alone.Dispose();
}
