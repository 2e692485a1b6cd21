using System.Globalization;
using Godwit.Cli.Runs;
using Godwit.Cli.Sample.LearningSol;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Connections;
using Godwit.Sqlite.Native;

namespace Godwit.Cli.Demo.Learning;

/// <param name="Rows">Of the sample, over all tables.</param>
/// <param name="Seed">Makes the same sample.</param>
/// <param name="Rate">Requests of the application a second.</param>
internal sealed record LearningOptions(int Rows, int Seed, int Rate);

/// <summary>
/// <c>godwit demo learning-sol</c>: makes the sample database, an application that works on it, and carries the runbook out meanwhile: there, back, and there again. It starts over each time.
/// </summary>
internal sealed class LearningDemo(LocalCluster cluster, LearningOptions options, RunConsole outer, TextWriter output, TextWriter error)
{
    private const string Runbook = "learning-sol";

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly RunConsole _console = outer.WithoutDocuments();
    private readonly string _database = string.Create(CultureInfo.InvariantCulture, $"demo_learning_sol_{options.Rows}_{options.Seed}");

    private string? _certificate;
    private DemoShell? _shell;
    private IReadOnlyDictionary<string, double>? _figures;

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var code = await PlayAsync(cancellation);
        var outcome = code switch { ExitCode.Done => "finished", ExitCode.Findings => "refused", ExitCode.NotVerified => "not-verified", ExitCode.Paused => "paused", ExitCode.RolledBack => "rolled-back", _ => "fault" };
        return outer.Finish(new RunDocument { Outcome = outcome, ExitCode = code, Runbook = Runbook, Certificate = code == ExitCode.Done ? _certificate : null, Figures = _figures, Reason = code == ExitCode.Done ? null : _shell?.LastWords });
    }

    private async Task<int> PlayAsync(CancellationToken cancellation)
    {
        // Live moves under foreign keys are allowed once, by a superuser; on a server of your own this is yours to give.
        using var place = await DemoPlace.TakeAsync(cluster, Runbook, _database, fresh: true, cluster.AllowLiveMovesAsync, _console, cancellation);
        if (place is null) return ExitCode.Fault;
        var folder = place.Folder;
        var source = Path.Combine(folder.Path, "learning-sol.db");
        _console.Note(string.Create(CultureInfo.InvariantCulture, $"-- godwit sample learning-sol: {options.Rows:N0} rows"));
        SampleDatabase.Write(source, new SampleOptions(options.Rows, options.Seed, Hostile: false));
        using (var connection = SqliteConnection.OpenForWriting(source)) connection.Execute("PRAGMA journal_mode = WAL");

        var variables = DemoPlace.Variables(cluster, folder, _database);
        (variables["SQLITE_DATABASE"], variables["SQLITE_DATABASE_FILE"]) = (source, null);
        using var exported = new DemoVariables(variables);
        folder.WriteVariables(variables);
        if (await place.ConnectAsync(_console, cancellation) is not { } target) return ExitCode.Fault;
        await using var application = target.OpenSource(new SessionSettings
        {
            RunId = "demo", Role = "application", SearchPath = "public, pg_temp", StatementLimit = TimeSpan.FromMinutes(1), LockTimeout = TimeSpan.FromMinutes(1),
        });
        await using var service = LearningService.Start();
        var book = new LearningBook();
        using var traffic = new LearningTraffic(source, application, LearningRows.Read(source), book, options.Rate, _time);
        var set = new Dictionary<string, string>(StringComparer.Ordinal) { ["app_url"] = service.Url };
        // The application has the source open.
        _shell = new DemoShell(_console, output, error, _time, apart: true);
        var story = new LearningStory(folder, _shell, new LearningPeople(_shell, folder, set), traffic, set, _console, _time);
        _console.Note(string.Create(CultureInfo.InvariantCulture, $"-- the application asks {options.Rate:N0} times a second, every fifth time to write, of the SQLite file"));
        traffic.Start();
        int code;
        try
        {
            code = await story.PlayAsync(cancellation);
        }
        finally
        {
            traffic.Stop();
        }
        if (code != ExitCode.Done)
        {
            if (traffic.Fault is { } fault) _console.Note($"   the application: {fault}");
            return code;
        }
        _certificate = folder.CertificateFile;
        await using var look = await application.OpenAsync(cancellation);
        var report = new LearningReport(_console, traffic, book, story);
        var verdict = await report.ShowAsync(look, cancellation);
        _figures = report.Figures;
        _console.Console.Line($"Look at it: . {folder.VariablesFile}; psql {cluster.UrlOf(_database)}");
        _console.Console.Line($"The certificate: {folder.CertificateFile}. PostgreSQL goes on: godwit dev down");
        return verdict;
    }
}
