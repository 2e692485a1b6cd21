using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Godwit.Engine.Backups;
using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Ledger;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.Backups.Restoring;

/// <summary>
/// Restores a logical backup as a database of a server. It comes back under a name of its own, to which nobody may connect, is compared with what it has to be, gets
/// its new life on record, has replayed what must not be undone, and only then takes the place of what was there.
/// </summary>
public static class DatabaseRestore
{
    private const string Prefix = "godwit_restore_";

    private const int LongestName = 63;

    /// <param name="server">Any database of the server but the one that is restored.</param>
    /// <param name="database">What it is to be called.</param>
    /// <param name="backup">Verified.</param>
    /// <param name="request">How.</param>
    /// <param name="cancellation">Stops, and leaves what was there.</param>
    /// <exception cref="BackupException">It was refused, or failed: what was there is as it was.</exception>
    public static async Task<RestoreMade> RunAsync(PostgresTarget server, string database, StoredBackup backup, RestoreRequest request, CancellationToken cancellation)
    {
        var copy = await ChooseAsync(backup, request, cancellation);
        var began = request.Time.GetTimestamp();
        var suffix = RandomNumberGenerator.GetHexString(8, lowercase: true);
        await using var source = server.OpenSource(new SessionSettings { RunId = suffix, Role = "restore", StatementLimit = TimeSpan.Zero });
        await using var admin = await source.OpenAsync(cancellation);
        await SweepAsync(admin, cancellation);
        var exists = await MustBeAllowedAsync(server, admin, database, copy.Manifest!, request, cancellation);
        await ScratchServer.SweepAsync(request.Place.Staging);
        await using var staging = StagingFolder.Create(request.Place.Staging, passable: false, ScratchServer.EndAsync);
        var dump = Path.Combine(staging.Path, "dump");
        var surroundings = await LogicalRestore.ExtractAsync(copy, request.Place, dump, request.Note, cancellation);
        var name = Prefix + suffix;
        var restored = server.For(name);
        try
        {
            await LogicalRestore.MakeRolesAsync(admin, surroundings, withRights: false, cancellation);
            if (await LogicalRestore.MakeDatabaseAsync(admin, name, surroundings, copy.Manifest!.Origin.Version, mayDiffer: false, cancellation) is { } other) request.Note(other);
            await LogicalRestore.ExecuteAsync(admin, $"REVOKE ALL ON DATABASE {LogicalRestore.Quote(name)} FROM PUBLIC", cancellation);
            await TrySettlingAsync(admin, name, surroundings, cancellation);
            request.Note("restoring");
            await LogicalRestore.LoadAsync(ClientPrograms.Of(restored, request.Time), dump, name, request.Place.Settings.Jobs, cancellation);
            Directory.Delete(dump, recursive: true);
            var checks = await BackupVerifier.CompareAsync(restored, copy.Manifest!, request.Place, request.Note, pages: false, locale: true, cancellation);
            if (checks.FirstOrDefault(c => c.Holds == false) is { } wrong) throw new BackupException(FindingCodes.BackupNotVerified, $"the restored database is not what the backup says, {wrong.Name}: {wrong.Saw}", "Nothing was replaced.");
            var (former, forked) = await OpenAsync(server, admin, source, database, exists, restored, copy.Manifest!, surroundings, request, cancellation);
            return new RestoreMade(database, former, request.Time.GetElapsedTime(began), checks, forked);
        }
        catch (PostgresException e)
        {
            await DropAsync(admin, name);
            throw new BackupException(FindingCodes.RestoreFailed, $"the backup could not be restored: {e.MessageText} ({e.SqlState})", "Nothing was replaced.");
        }
        catch
        {
            await DropAsync(admin, name);
            throw;
        }
    }

    private static async Task<BackupCopy> ChooseAsync(StoredBackup backup, RestoreRequest request, CancellationToken cancellation)
    {
        if (backup.Verification is null) throw new BackupException(FindingCodes.BackupUnverified, $"backup {backup.Name} is not verified", $"`godwit backup verify {backup.Name}` first.");
        if (backup.Manifest!.Method != BackupMethod.Logical) throw new BackupException(FindingCodes.RestoreRefused, $"backup {backup.Name} is of a whole server: it cannot become one database of another", "`godwit backup restore NAME --folder FOLDER` lays it out as a server's data folder.");
        if (backup.Manifest.Key != request.Place.Key.Id) throw new BackupException(FindingCodes.BackupKeyMissing, $"backup {backup.Name} was encrypted with key {backup.Manifest.Key}, and the one at hand is {request.Place.Key.Id}", "Name the key that it was encrypted with.");
        var problems = new List<string>();
        foreach (var copy in backup.Copies)
        {
            var wrong = copy.ManifestHash != backup.Verification.Manifest ? ["it is not the one that was verified"] : await copy.CheckFilesAsync(null, cancellation);
            if (wrong.Count == 0) return copy;
            problems.Add($"at {copy.Destination}: {wrong[0]}");
        }
        throw new BackupException(FindingCodes.BackupChanged, $"no copy of backup {backup.Name} is whole: {string.Join("; ", problems)}");
    }

    /// <returns>Whether there is a database of that name.</returns>
    private static async Task<bool> MustBeAllowedAsync(PostgresTarget server, NpgsqlConnection admin, string database, BackupManifest manifest, RestoreRequest request, CancellationToken cancellation)
    {
        if (server.Server.Version / 10_000 < manifest.Origin.Version / 10_000)
            throw new BackupException(FindingCodes.RestoreRefused, $"the backup is of PostgreSQL {manifest.Origin.Version / 10_000}, and the server is {server.Server.Version / 10_000}", "Restore into a server of the same version or a later one.");
        await using var command = new NpgsqlCommand(
            """
            SELECT rolsuper OR rolcreatedb, (SELECT rolsuper OR pg_has_role(d.datdba, 'USAGE') FROM pg_database d WHERE d.datname = $1), current_database() = $1
            FROM pg_roles WHERE rolname = current_user
            """, admin)
        { Parameters = { new() { Value = database } } };
        bool mayCreate, same;
        bool? owns;
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            (mayCreate, owns, same) = (reader.GetBoolean(0), reader.IsDBNull(1) ? null : reader.GetBoolean(1), reader.GetBoolean(2));
        }
        if (same) throw new BackupException(FindingCodes.RestoreRefused, $"{database} cannot be replaced from within", "Restore it under another name.");
        if (!mayCreate) throw new BackupException(FindingCodes.BackupRight, "the role may not make databases, and a restore makes a new one before it replaces the old", "ALTER ROLE … CREATEDB, or use a role that has it.");
        if (owns is null) return false;
        if (owns is false) throw new BackupException(FindingCodes.BackupRight, $"the role does not own {database}, which is to be replaced", "Use its owner.");
        if (request.Replace is null && await CountTablesAsync(server.For(database), cancellation) is > 0 and var tables)
            throw new BackupException(FindingCodes.RestoreRefused, $"{database} holds {tables} tables", "Say why it may be replaced: --replace REASON. It is kept under another name until you drop it.");
        return true;
    }

    private static async Task<long> CountTablesAsync(PostgresTarget target, CancellationToken cancellation)
    {
        await using var source = target.OpenSource(new SessionSettings { RunId = "restore", Role = "look" });
        await using var connection = await source.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'", connection);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>The decision is on record outside, the new life inside; then the names change.</summary>
    private static async Task<(string? Former, IReadOnlyList<RunGivenUp> Forked)> OpenAsync(
        PostgresTarget server, NpgsqlConnection admin, PostgresSource source, string database, bool exists, PostgresTarget restored, BackupManifest manifest, Surroundings surroundings, RestoreRequest request,
        CancellationToken cancellation)
    {
        var place = request.Place;
        await ReplayRun.RunAsync(restored, place, request.Note, request.Time, cancellation);
        using var key = SigningKeyFile.LoadOrCreate(place.Home);
        var ledgers = LedgerFolder.Of(place.Home);
        var reason = request.Replace ?? "restored into an empty place";
        IReadOnlyList<RunGivenUp> given = [];
        (TargetIdentity Target, IReadOnlyList<RunGivenUp> Runs)? life = null;
        LastLook? last = null;
        PostgresSource? old = null;
        try
        {
            if (exists)
            {
                old = server.For(database).OpenSource(new SessionSettings { RunId = "restore", Role = "heads" });
                last = new LastLook(await old.OpenAsync(cancellation), async (connection, token) =>
                {
                    given = await RestoreFork.ReadHeadsAsync(connection, token);
                    var identity = await TargetIdentityRows.ReadAsync(connection, token);
                    RestoreDecision.Write(place.Home, key, request.Time.GetUtcNow(), manifest, identity, database, reason, given);
                    RestoreFork.Remember(ledgers, identity, given);
                    await AttestAsync(token);
                });
            }
            else
            {
                await AttestAsync(cancellation);
            }
            var former = exists ? FormerName(database, request.Time) : null;
            request.Note("opening");
            if (request.BeforeSwap is { } before) await before();
            await using var ender = await source.OpenAsync(cancellation);
            await DatabaseSwap.RunAsync(admin, ender, restored.Url.Database, database, former, last, token => SettleAsync(admin, database, surroundings, token), cancellation);
            Remember(ledgers, life, request);
            if (former is null || !request.DropFormer) return (former, given);
            try
            {
                await LogicalRestore.ExecuteAsync(admin, $"DROP DATABASE {LogicalRestore.Quote(former)} WITH (FORCE)", cancellation);
                return (null, given);
            }
            catch (PostgresException e)
            {
                // The restored one is open already: that the former could not go is no failure of the restore.
                request.Note($"{former} is still there: {e.MessageText} ({e.SqlState})");
                return (former, given);
            }
        }
        finally
        {
            if (old is not null) await old.DisposeAsync();
        }

        async Task AttestAsync(CancellationToken token)
        {
            await using var inside = restored.OpenSource(new SessionSettings { RunId = "restore", Role = "attest" });
            await using var connection = await inside.OpenAsync(token);
            life = await RestoreFork.AttestAsync(connection, given, manifest, reason, new JournalSigner(key), token);
        }
    }

    /// <summary>Only now: a ledger whose last line is of a database that never came would no longer watch over the one that stayed.</summary>
    private static void Remember(LedgerFolder ledgers, (TargetIdentity Target, IReadOnlyList<RunGivenUp> Runs)? life, RestoreRequest request)
    {
        if (life is not { } restored) return;
        try
        {
            RestoreFork.Remember(ledgers, restored.Target, restored.Runs);
        }
        catch (LedgerException e)
        {
            // The restored one is open already, and the next commit of a run writes the line.
            request.Note($"the ledger of this machine was not written: {e.Message}");
        }
    }

    /// <summary>What a restore ends with, tried and taken back: what the role may not do is better known before the rows are loaded than after.</summary>
    private static async Task TrySettlingAsync(NpgsqlConnection admin, string name, Surroundings surroundings, CancellationToken cancellation)
    {
        await using var trial = await admin.BeginTransactionAsync(cancellation);
        await SettleAsync(admin, name, surroundings, cancellation);
        await trial.RollbackAsync(cancellation);
    }

    private static async Task SettleAsync(NpgsqlConnection admin, string database, Surroundings surroundings, CancellationToken cancellation)
    {
        await LogicalRestore.SettleDatabaseAsync(admin, database, surroundings with { Grants = surroundings.Grants ?? [new DatabaseGrant(null, "CONNECT", false), new DatabaseGrant(null, "TEMPORARY", false)] }, cancellation);
        // The owner last: after it the role may have no say any more.
        await using var member = new NpgsqlCommand("SELECT current_user <> $1 AND pg_has_role($1, 'MEMBER')", admin) { Parameters = { new() { Value = surroundings.Owner } } };
        if (await member.ExecuteScalarAsync(cancellation) is true) await LogicalRestore.ExecuteAsync(admin, $"ALTER DATABASE {LogicalRestore.Quote(database)} OWNER TO {LogicalRestore.Quote(surroundings.Owner)}", cancellation);
    }

    /// <summary>Of at most 63 bytes: the server would cut a longer one without asking (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS).</summary>
    internal static string FormerName(string database, TimeProvider time)
    {
        var ending = "_before_" + time.GetUtcNow().UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        var kept = new StringBuilder();
        foreach (var rune in database.EnumerateRunes())
        {
            if (Encoding.UTF8.GetByteCount(kept.ToString()) + rune.Utf8SequenceLength > LongestName - ending.Length) break;
            kept.Append(rune.ToString());
        }
        return kept + ending;
    }

    /// <summary>
    /// Databases of restores whose process is gone: its session on the server has the same name, which every role sees, and ends with it. Of those that this role may drop, which takes the rights of the owner and not
    /// only to be a member (https://www.postgresql.org/docs/current/role-membership.html).
    /// </summary>
    internal static async Task SweepAsync(NpgsqlConnection admin, CancellationToken cancellation)
    {
        var stale = new List<string>();
        await using (var command = new NpgsqlCommand(
            """
            SELECT datname FROM pg_database d WHERE starts_with(datname, $1) AND pg_has_role(datdba, 'USAGE')
              AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.application_name = format('godwit %s restore', right(d.datname, 8)))
            """, admin)
        { Parameters = { new() { Value = Prefix } } })
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) stale.Add(reader.GetString(0));
        }
        foreach (var name in stale) await DropAsync(admin, name);
    }

    private static async Task DropAsync(NpgsqlConnection admin, string name)
    {
        try
        {
            await LogicalRestore.ExecuteAsync(admin, $"DROP DATABASE IF EXISTS {LogicalRestore.Quote(name)} WITH (FORCE)", CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException)
        {
            // The server is gone, or the session is: whoever restores next drops it.
            return;
        }
    }
}
