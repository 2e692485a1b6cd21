using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Engine.Moves;
using Godwit.Engine.People;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runs;
using Godwit.Engine.Tripwires;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Ledger;
using Godwit.Postgres.Notices;
using Godwit.Postgres.People;
using Godwit.Postgres.Rollback;
using Godwit.Postgres.Runs;
using Godwit.Postgres.Tripwires;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>A run of a runbook, its lease held by this process: <see cref="RunbookEntry"/> makes it. Every transaction that writes locks the lease first.</summary>
public sealed class PostgresRun : IRunStore
{
    private static readonly TimeSpan InquiryLimit = TimeSpan.FromSeconds(5);

    private static readonly SessionTerms Notes = new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30));

    private readonly TargetSessions _sessions;
    private readonly Lease _lease;
    private readonly PostgresTarget _target;
    private readonly RunCommits _commits;
    private readonly Retries _retries = new(TimeProvider.System, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
    private bool _leaving;
    private bool _left;

    internal PostgresRun(
        PostgresTarget target, TargetSessions sessions, Lease lease, Guid run, RunbookPlan plan, JournalSigner signer, (RunbookState State, string? Reason) before, JournalPosition tip,
        LedgerKeeper? keeper)
    {
        _target = target;
        _commits = new RunCommits(sessions, run, plan, signer, tip, keeper);
        Before = before;
        _sessions = sessions;
        _lease = lease;
        Run = run;
        Plan = plan;
    }

    public Guid Run { get; }

    public RunbookPlan Plan { get; }

    public Guid Epoch => _lease.Epoch;

    public (RunbookState State, string? Reason) Before { get; }

    public CancellationToken LeaseLost => _lease.Lost;

    /// <summary>Told after each commit that added to the journal. Must not throw or wait.</summary>
    public Action? Journalled
    {
        get => _commits.Journalled;
        set => _commits.Journalled = value;
    }

    /// <summary>Looks at a transaction of the run just before it commits; null does not.</summary>
    public Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task>? Committing
    {
        get => _commits.Committing;
        set => _commits.Committing = value;
    }

    public Task<RunbookRun> ReadAsync(CancellationToken cancellation) => AskAsync(connection => ReadFromAsync(connection, cancellation), cancellation);

    private async Task<RunbookRun> ReadFromAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await RunbookRows.FindAsync(connection, Run, cancellation) ?? throw new LeaseLostException("the run's rows are gone");

    public Task<RunRequest> ReadRequestAsync(CancellationToken cancellation) => AskAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand("SELECT asked FROM godwit.runs WHERE id = $1", connection) { Parameters = { new() { Value = Run } } };
            return await command.ExecuteScalarAsync(cancellation) is string asked ? Enum.Parse<RunRequest>(asked) : RunRequest.None;
        },
        cancellation);

    public async Task<bool> IsTakenOverAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(InquiryLimit);
            return await _lease.IsTakenAsync(limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception fault) when (fault is NpgsqlException or OperationCanceledException or IOException or TimeoutException or InvalidOperationException)
        {
            // The target does not answer: the fault that led here says more than this one.
            return false;
        }
    }

    public Task<TargetCatalog> ReadCatalogAsync(CancellationToken cancellation) => AskAsync(connection => CatalogFingerprint.ReadAsync(connection, cancellation), cancellation);

    public Task<TargetCatalog?> FindCatalogAsync(string hash, CancellationToken cancellation) => AskAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand("SELECT lines FROM godwit.catalogs WHERE hash = $1", connection) { Parameters = { new() { Value = hash } } };
            return await command.ExecuteScalarAsync(cancellation) is string[] lines ? new TargetCatalog(hash, lines) : null;
        },
        cancellation);

    public Task<TargetTraces> ReadTracesAsync(CancellationToken cancellation) => AskAsync(connection => TraceQuery.ReadAsync(connection, cancellation), cancellation);

    public Task<IReadOnlyList<TripwireRow>> ReadTripwiresAsync(CancellationToken cancellation) => AskAsync(connection => TripwireRows.ReadAsync(connection, Run, cancellation), cancellation);

    public Task<JsonObject?> ReadNoteAsync(string kind, CancellationToken cancellation) => AskAsync(connection => JournalRows.FindNewestAsync(connection, Run, kind, cancellation), cancellation);

    public Task<PeopleRecords> ReadPeopleAsync(KnownSigners known, CancellationToken cancellation) =>
        _retries.RunAsync(attempt => TransactAsync(null, Notes, (ledger, token) => PeopleRows.ReadAsync(ledger.Connection, Plan.Name, Run, known, token), attempt), waiting: null, cancellation);

    public Task<string> DigestAsync(string text, CancellationToken cancellation) => AskAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand("SELECT hash_key FROM godwit.runs WHERE id = $1", connection) { Parameters = { new() { Value = Run } } };
            return Convert.ToHexStringLower(HMACSHA256.HashData((byte[])(await command.ExecuteScalarAsync(cancellation))!, Encoding.UTF8.GetBytes(text)));
        },
        cancellation);

    public Task<T> InTransactionAsync<T>(SessionTerms terms, Func<IRunTransaction, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        TransactAsync(null, terms, (ledger, token) => work(ledger, token), cancellation);

    public Task<T> RecordAsync<T>(string? step, SessionTerms terms, Func<IRunLedger, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        TransactAsync(step, terms, (ledger, token) => work(ledger, token), cancellation);

    public IRunTarget For(string step) => new OfStep(this, step);

    public Task<T> OutsideTransactionAsync<T>(SessionTerms terms, Func<IRunSession, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        TargetFaults.GuardAsync(async () =>
        {
            await using var session = await _sessions.OpenAsync(cancellation);
            await using (var settle = SettingsOf(terms, session.Connection, null, local: false)) await settle.ExecuteNonQueryAsync(cancellation);
            await _lease.CheckAsync(session.Connection, cancellation);
            // Not kept: its settings are its own.
            return await work(new RunSession(session.Connection, null), cancellation);
        });

    public async Task LeaveAsync(RunbookState state, string? reason, string journalKind, CancellationToken cancellation, bool failed = false)
    {
        // The heartbeat would find the lease gone and take it for lost.
        await _lease.StopAsync();
        // The answer to an earlier attempt's commit may have been lost: then there is no lease to leave under, and nothing to do.
        if (_leaving && await HasLeftAsync(state, cancellation))
        {
            _left = true;
            return;
        }
        _leaving = true;
        await TransactAsync(
            null,
            Notes,
            async (ledger, token) =>
            {
                await ledger.SetRunAsync(state, reason, token);
                var body = new JsonObject();
                if (reason is not null) body["reason"] = reason;
                if (failed) body["failed"] = true;
                await ledger.JournalAsync(journalKind, body, token);
                await _lease.ReleaseAsync(ledger.Connection, ledger.Transaction!, token);
                return true;
            },
            cancellation);
        _left = true;
    }

    private async Task<bool> HasLeftAsync(RunbookState state, CancellationToken cancellation) =>
        (await AskOnceAsync(connection => ReadFromAsync(connection, cancellation), cancellation)).State == state && await TargetFaults.GuardAsync(() => _lease.IsTakenAsync(cancellation));

    /// <summary>One transaction, begun with the lease locked and the limits set in one round trip.</summary>
    private Task<T> TransactAsync<T>(string? step, SessionTerms terms, Func<RunLedger, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        Engine.Invariants.Invariant.Holds(!_left, "a run that was left is written to");
        return TargetFaults.GuardAsync(async () =>
        {
            await using var session = await _sessions.RentAsync(cancellation);
            var connection = session.Connection;
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await using (var settle = SettingsOf(terms, connection, transaction, local: true)) await settle.ExecuteNonQueryAsync(cancellation);
            await _lease.HoldAsync(connection, transaction, CommitWait.Durable, cancellation);
            var ledger = new RunLedger(connection, transaction, Run, step);
            var result = await work(ledger, cancellation);
            await ledger.FlushAsync(cancellation);
            await _commits.CommitAsync(connection, transaction, ledger, cancellation);
            // One whose answer was lost is of no more use.
            if (connection.State != System.Data.ConnectionState.Open) return result;
            if (terms.SearchPath is not null) await TargetSessions.CleanAsync(session, cancellation);
            session.Keep();
            return result;
        });
    }

    /// <summary>Asking changes nothing, so that it is asked again when the target was away.</summary>
    private Task<T> AskAsync<T>(Func<NpgsqlConnection, Task<T>> ask, CancellationToken cancellation) => _retries.RunAsync(token => AskOnceAsync(ask, token), waiting: null, cancellation);

    private Task<T> AskOnceAsync<T>(Func<NpgsqlConnection, Task<T>> ask, CancellationToken cancellation) =>
        TargetFaults.GuardAsync(async () =>
        {
            await using var session = await _sessions.RentAsync(cancellation);
            var answer = await ask(session.Connection);
            session.Keep();
            return answer;
        });

    private static NpgsqlCommand SettingsOf(SessionTerms terms, NpgsqlConnection connection, NpgsqlTransaction? transaction, bool local)
    {
        var command = new NpgsqlCommand(
            """
            SELECT set_config('statement_timeout', $1, $5), set_config('lock_timeout', $2, $5), set_config('idle_in_transaction_session_timeout', $3, $5),
                set_config('search_path', coalesce($4, current_setting('search_path')), $5)
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = Milliseconds(terms.Statement) },
                new() { Value = Milliseconds(terms.Lock) },
                new() { Value = Milliseconds(SessionTerms.Idle) },
                new() { Value = (object?)terms.SearchPath ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = local },
            },
        };
        return command;
    }

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        await _lease.DisposeAsync();
        await _sessions.DisposeAsync();
        _commits.Dispose();
    }

    /// <summary>The same target, with the progress of one step.</summary>
    private sealed class OfStep(PostgresRun run, string step) : IHoldsMoves
    {
        public MovesOfRun Moves { get; } = new(
            run._target, run._lease, run.Run, step, run.Plan.Phases.SelectMany(p => p.Steps).Any(s => s.Kind == "cutover" && s.Settings.Text("move") == step && s.Settings.FlagOrNull("rename") is true));

        public CancellationToken LeaseLost => run.LeaseLost;

        public Task<T> InTransactionAsync<T>(SessionTerms terms, Func<IRunTransaction, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
            run.TransactAsync(step, terms, (ledger, token) => work(ledger, token), cancellation);

        public Task<T> OutsideTransactionAsync<T>(SessionTerms terms, Func<IRunSession, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
            run.OutsideTransactionAsync(terms, work, cancellation);
    }
}
