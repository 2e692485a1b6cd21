using Godwit.Engine.Journal.Export;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Runbooks;
using Npgsql;

namespace Godwit.Cli.Runs;

/// <summary>
/// Copies the journal elsewhere beside a runner, and notes in the target how that stands. Neither fails the run: where a journal goes is of less
/// weight than what it is about, and <c>status</c> says that the copy is behind.
/// </summary>
internal sealed class JournalCopy : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5), LastNote = TimeSpan.FromSeconds(2);

    private readonly Guid _run;
    private readonly Guid _writer = Guid.NewGuid();
    private readonly PostgresSource _source;
    private readonly PostgresJournalSource _journal;
    private readonly HttpClient _client = new();
    private readonly JournalExport _export;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _notes;
    private ExportState? _noted;
    private bool _begun;

    public JournalCopy(string place, PostgresTarget target, PostgresRun run, TimeProvider time)
    {
        _run = run.Run;
        // Sessions of its own: a takeover ends those of the runner, and what it wrote until then is still to be sent.
        _source = target.OpenSource(new SessionSettings { RunId = "journal", Role = "copy" });
        _journal = new PostgresJournalSource(_source.OpenAsync);
        _export = new JournalExport(_run, _journal, JournalPlace.Open(place, _run, _client), ExportTerms.Default, time);
        run.Journalled = _export.Wake;
        _notes = NoteAsync(time);
    }

    /// <summary>Sends what is left, for as long as it may take, and says how the copy stands then.</summary>
    public async Task<ExportState> FinishAsync(TimeSpan limit)
    {
        var state = await _export.FinishAsync(limit);
        await _stop.CancelAsync();
        await _notes;
        using var last = new CancellationTokenSource(LastNote);
        await SaveAsync(state, last.Token);
        return state;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _notes;
        await _export.DisposeAsync();
        await _journal.DisposeAsync();
        await _source.DisposeAsync();
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task NoteAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await SaveAsync(_export.State, _stop.Token);
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Stopped on purpose.
        }
    }

    private async Task SaveAsync(ExportState state, CancellationToken cancellation)
    {
        // That nothing was left to send each time it was looked is no news.
        if (_noted is { } noted && noted == state with { SucceededAt = noted.SucceededAt }) return;
        try
        {
            await using var connection = await _source.OpenAsync(cancellation);
            if (!_begun) await ExportRows.BeginAsync(connection, _run, _writer, state, cancellation);
            _begun = true;
            // Until the sink was asked, what a former writer said of it is nearer to the truth.
            if (state is { Status: ExportStatus.Behind, Sent: 0, Failures: 0 }) return;
            await ExportRows.SaveAsync(connection, _run, _writer, state, cancellation);
            _noted = state;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException || (e is OperationCanceledException && !_stop.IsCancellationRequested))
        {
            // A target that does not answer is the runner's to report.
        }
    }
}
