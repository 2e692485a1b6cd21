using Godwit.Engine.Journal.Export;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Journal;

namespace Godwit.Cli.Journal;

/// <summary><c>godwit journal export</c>: everything that the journal holds and the file does not.</summary>
internal sealed class ExportSession(string to, Guid? wanted, string? file, JournalOutput output)
{
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var (source, findings, exitCode) = await JournalTarget.OpenAsync(to, cancellation);
        if (source is null) return output.Refuse(findings, exitCode);
        await using var sessions = source;
        if (await FindRunAsync(source, cancellation) is not { } run) return output.Refuse([.. findings, JournalTarget.None(wanted)], ExitCode.Findings);
        var path = Path.GetFullPath(file ?? $"{run}.journal.jsonl");
        await using var journal = new PostgresJournalSource(source.OpenAsync);
        await using var sink = new FileSink(path);
        var copier = new JournalCopier(run, journal, sink, ExportTerms.Default);
        try
        {
            var before = -1L;
            while (await copier.CopyAsync(cancellation)) before = copier.Sent;
            output.Line($"The journal of run {run.ToString()} is in {path}: {copier.Sent} entries{(before < 0 ? ", as before" : "")}.");
            return output.Finish(findings, new JournalDocument
            {
                Command = "journal export",
                Outcome = "exported",
                ExitCode = ExitCode.Done,
                Run = run.ToString(),
                Entries = copier.Sent,
                File = path,
            });
        }
        catch (JournalRewoundException e)
        {
            return output.Refuse(
                [Finding.Error(FindingCodes.JournalRewritten, $"{path} holds what the journal does not: {e.Message}", remedy: $"Keep the file, and verify: godwit journal verify --to … --against {path}")],
                ExitCode.NotVerified, run.ToString());
        }
        catch (JournalSinkException e)
        {
            return output.Refuse([Finding.Error(FindingCodes.OutputUnwritable, e.Message)], ExitCode.Findings, run.ToString());
        }
    }

    private async Task<Guid?> FindRunAsync(PostgresSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenAsync(cancellation);
        if (!await StoredJournal.ExistsAsync(connection, cancellation)) return null;
        var run = wanted ?? await StoredJournal.FindNewestAsync(connection, cancellation);
        return run is { } found && await StoredJournal.HoldsAsync(connection, found, cancellation) ? found : null;
    }
}
