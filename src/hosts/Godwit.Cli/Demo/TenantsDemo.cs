using System.Globalization;
using Godwit.Cli.Runs;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runbooks;
using Npgsql;

namespace Godwit.Cli.Demo;

/// <summary>
/// <c>godwit demo tenants</c>: makes a legacy service with raw API keys, lets clients call it, and carries the runbook out with the session that <c>run</c>,
/// <c>finish</c> and <c>rollback</c> use.
/// </summary>
internal sealed class TenantsDemo(RunbookKinds kinds, LocalCluster cluster, DemoOptions options, RunConsole outer)
{
    /// <summary>The commands that the demo consists of say what they have to say to people; one document at its end is for programs.</summary>
    private readonly RunConsole _console = outer.WithoutDocuments();

    private const string Runbook = "tenants";

    /// <summary>What takes hours or days in a service, so that somebody can look, takes seconds here.</summary>
    private static readonly Dictionary<string, string> s_set = new(StringComparer.Ordinal) { ["hold"] = "2s", ["first_look"] = "1s", ["last_look"] = "3s" };

    private string? _certificate;

    private readonly string _database = string.Create(CultureInfo.InvariantCulture, $"demo_{Runbook}_{options.Rows}_{options.Seed}");

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var code = await PlayAsync(cancellation);
        var outcome = code switch { ExitCode.Done => options.Rollback ? "rolled-back" : "finished", ExitCode.Findings => "refused", ExitCode.NotVerified => "not-verified", ExitCode.Paused => "paused", _ => "fault" };
        return outer.Finish(new RunDocument { Outcome = outcome, ExitCode = code, Runbook = Runbook, Certificate = code == ExitCode.Done ? _certificate : null });
    }

    private async Task<int> PlayAsync(CancellationToken cancellation)
    {
        _console.Note("-- starting the private PostgreSQL server");
        try
        {
            await cluster.UpAsync(cancellation);
        }
        catch (ClusterException fault)
        {
            _console.Note($"godwit: {fault.Message}{(fault.Remedy is { } remedy ? $"\n        {remedy}" : "")}");
            return ExitCode.Fault;
        }
        var folder = new DemoFolder(cluster, Runbook, _database);
        if (options.Fresh) await cluster.DropDatabaseAsync(_database, cancellation);
        // What a run wrote beside its files belongs to the database that it ran on.
        if (await cluster.EnsureDatabaseAsync(_database, cancellation)) folder.Clear();
        folder.Write();
        _certificate = folder.CertificateFile;
        var connections = DemoEnvironment.ConnectionsOf(cluster);
        var url = PostgresUrl.Parse(cluster.UrlOf(_database), connections);
        if (url.Url is null) return _console.Refuse(url.Findings, ExitCode.Fault);
        var reached = await PostgresTarget.ConnectAsync(url.Url, connections, cancellation);
        if (reached.Target is not { } target) return _console.Refuse(reached.Findings, ExitCode.Fault);

        await using var source = target.OpenSource(new SessionSettings { RunId = "demo", Role = "look", StatementLimit = TimeSpan.FromMinutes(10) });
        await using var connection = await source.OpenAsync(cancellation);
        var clients = LegacyClients.Make(options.Rows, options.Seed);
        if (!await TenantsDatabase.HasClientsAsync(connection, cancellation))
        {
            _console.Note(string.Create(CultureInfo.InvariantCulture, $"-- making the legacy service: {options.Rows:N0} clients with raw keys"));
            await LegacyClients.CreateAsync(connection, clients, cancellation);
        }
        var pepper = folder.ReadPepper();
        // The demo's clients ask whichever release the route says: both are in use from the beginning.
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["API_KEY_PEPPER"] = pepper, ["RELEASE_USES_API_KEYS"] = "yes" };
        var session = new RunSession(kinds, folder.Runbook, s_set, cluster.UrlOf(_database), _console) { Variables = new DemoEnvironment(variables), Connections = connections, Certificate = folder.CertificateFile };
        var traffic = new KeyTraffic(clients, options.Seed, pepper, Path.Combine(folder.Path, "routes", "key-lookup.conf"), TimeProvider.System);
        return await new Stage(connection, clients, pepper, session, traffic, cluster, folder, _console).PlayAsync(source, options.Rollback, cancellation);
    }

    /// <summary>One demo, with everything in its place.</summary>
    private sealed class Stage(
        NpgsqlConnection connection, IReadOnlyList<LegacyClient> clients, string pepper, RunSession session, KeyTraffic traffic, LocalCluster cluster, DemoFolder folder, RunConsole console)
    {
        private readonly DemoReport _report = new(console, clients, traffic);

        public async Task<int> PlayAsync(PostgresSource source, bool back, CancellationToken cancellation)
        {
            var state = await StateAsync(cancellation);
            if (state == RunbookState.Finished)
            {
                console.Console.Line($"The raw keys of this demo are cleared, which is its point of no return; --fresh starts over.");
                return back ? ExitCode.Findings : await JournalAsync(cancellation);
            }
            await using var lookups = await source.OpenAsync(cancellation);
            using var stop = new CancellationTokenSource();
            var before = await TenantsDatabase.FingerprintAsync(connection, cancellation);
            var calling = Task.Run(() => traffic.RunAsync(lookups, stop.Token), CancellationToken.None);
            int code;
            try
            {
                code = await ActAsync(state, back, before, cancellation);
            }
            finally
            {
                await stop.CancelAsync();
                await calling;
            }
            if (code is not (ExitCode.Done or ExitCode.RolledBack)) return code;
            if (await JournalAsync(cancellation) is not ExitCode.Done and var broken) return broken;
            console.Note("-- godwit certificate verify");
            if (_report.Certificate(folder.CertificateFile) is not ExitCode.Done and var unsound) return unsound;
            _report.Traffic();
            console.Console.Line($"Look at it: export PGPASSFILE={cluster.PassFile}; psql {cluster.UrlOf(connection.Database)}");
            console.Console.Line($"The runbook: {folder.Path}. The pepper: {folder.PepperFile}, for nobody but you to read.");
            return traffic.Failed == 0 ? ExitCode.Done : ExitCode.NotVerified;
        }

        private async Task<int> ActAsync(RunbookState? state, bool back, string before, CancellationToken cancellation)
        {
            if (state != RunbookState.Complete)
            {
                var goesOn = state is RunbookState.Running or RunbookState.Paused;
                console.Note(goesOn ? "-- godwit resume" : "-- godwit run");
                var code = goesOn ? await session.ResumeAsync(cancellation) : await session.RunAsync(cancellation);
                // An earlier demo that was stopped on its way back is back now.
                if (code == ExitCode.RolledBack) return await _report.BackAsync(connection, before, cancellation);
                if (code != ExitCode.Done) return code;
            }
            if (await _report.HashesAsync(connection, pepper, cancellation) is not ExitCode.Done and var missing) return missing;
            console.Note(back ? "-- godwit rollback" : "-- godwit finish");
            var end = back ? await session.RollBackAsync(back: null, RollbackRequest.Plain, cancellation) : await session.FinishAsync("a demonstration: nobody depends on what is removed", cancellation);
            if (back) return end == ExitCode.RolledBack ? await _report.BackAsync(connection, before, cancellation) : end;
            return end == ExitCode.Done ? await _report.ForwardAsync(connection, pepper, cancellation) : end;
        }

        private async Task<int> JournalAsync(CancellationToken cancellation)
        {
            console.Note("-- godwit journal verify");
            return await _report.JournalAsync(connection, cancellation);
        }

        private async Task<RunbookState?> StateAsync(CancellationToken cancellation)
        {
            var runs = await RunbookRows.ListAsync(connection, Runbook, cancellation);
            return runs is [{ State: not (RunbookState.RolledBack or RunbookState.Aborted) } newest, ..] ? newest.State : null;
        }
    }
}
