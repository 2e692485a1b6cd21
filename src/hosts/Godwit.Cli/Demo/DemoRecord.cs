using Godwit.Cli.Runs;
using Godwit.Engine.Certificates;
using Godwit.Engine.Journal;
using Godwit.Engine.Runs;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Runbooks;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Cli.Demo;

/// <summary>What Godwit has put on record of a demo's run, and what a demo found out at its end: looked up in the database, not repeated from what the run said.</summary>
internal sealed class DemoRecord(RunConsole console, NpgsqlConnection connection, string runbook)
{
    private readonly SortedDictionary<string, double> _figures = new(StringComparer.Ordinal);

    /// <summary>What was looked up so far, for programs.</summary>
    public IReadOnlyDictionary<string, double> Figures => _figures;

    /// <summary>What was looked up, for programs.</summary>
    public void Note(params ReadOnlySpan<(string Figure, double Value)> figures)
    {
        foreach (var (figure, value) in figures) _figures[figure] = value;
    }

    /// <summary>The newest run; null when there is none.</summary>
    public async Task<Guid?> RunAsync(CancellationToken cancellation) => await RunbookRows.ListAsync(connection, runbook, cancellation) is [var newest, ..] ? newest.Id : null;

    /// <summary>Of the newest run; null when there is none that goes on or is over.</summary>
    public async Task<RunbookState?> StateAsync(CancellationToken cancellation)
    {
        var runs = await RunbookRows.ListAsync(connection, runbook, cancellation);
        return runs is [{ State: not (RunbookState.RolledBack or RunbookState.Aborted) } newest, ..] ? newest.State : null;
    }

    /// <summary>Whether gates are what a run is paused for, and which: by what the run has put on record.</summary>
    public async Task<bool> GatesAsync(CancellationToken cancellation)
    {
        var closed = await RunAsync(cancellation) is { } run ? await ClosedGatesAsync(run, cancellation) : [];
        if (closed.Count == 0) return false;
        console.Console.Line($"Closed: {string.Join(", ", closed)}. Nothing was changed; this is what opens them:");
        return true;
    }

    public async Task<int> JournalAsync(CancellationToken cancellation)
    {
        console.Note("-- godwit journal verify");
        if (await RunAsync(cancellation) is not { } run) return ExitCode.NotVerified;
        var verifier = await StoredJournal.LoadAsync(connection, run, KnownSigners.Load(GodwitHome.Folder()), cancellation);
        var verdict = verifier.Conclude(null);
        console.Console.Line($"Journal of run {run.ToString()}: {(verdict.State == JournalState.Sound ? "whole" : "not whole")}, {verdict.End.Sequence} entries, signed up to entry {verdict.SignedTo}. Head: {verdict.End.ToString()}");
        return verdict.State == JournalState.Sound ? ExitCode.Done : ExitCode.NotVerified;
    }

    public int Certificate(string file)
    {
        console.Note("-- godwit certificate verify");
        var verdict = CertificateFile.Verify(file, KnownSigners.Load(GodwitHome.Folder()));
        console.Console.Line($"{verdict.Text}");
        console.Console.Line($"The certificate: {file}");
        return verdict is CertificateVerdict.ValidRun { Known: true } ? ExitCode.Done : ExitCode.NotVerified;
    }

    /// <param name="folder">Of the demo.</param>
    /// <param name="cluster">The private server.</param>
    /// <param name="keys">What the master key wraps here.</param>
    /// <param name="ended">What was there for the demo alone.</param>
    public void WhereToLook(DemoFolder folder, LocalCluster cluster, string keys, string ended)
    {
        console.Console.Line($"Look at it: . {folder.VariablesFile}; psql {cluster.UrlOf(connection.Database)}");
        console.Console.Line($"The runbook: {folder.Files}. The master key, which wraps {keys}: {folder.MasterKeyFile}, for nobody but you to read.");
        console.Console.Line($"{ended} have ended. PostgreSQL goes on: godwit dev down");
    }

    /// <summary>Gates whose newest answer keeps them closed.</summary>
    private async Task<IReadOnlyList<string>> ClosedGatesAsync(Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT gate FROM (SELECT DISTINCT ON (phase, gate) id, gate, state FROM godwit.gates WHERE run = $1 ORDER BY phase, gate, id DESC) newest WHERE state <> 'Pass' ORDER BY id", connection)
        {
            Parameters = { new() { Value = run } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var gates = new List<string>();
        while (await reader.ReadAsync(cancellation)) gates.Add(reader.GetString(0));
        return gates;
    }
}
