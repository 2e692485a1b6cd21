using Godwit.Engine.Live;
using Godwit.Model.Names;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>
/// The refusal of writes to tables of a PostgreSQL database whose rows are used elsewhere, or not yet here: triggers, which hold whatever a session believes, and stay
/// when everybody who made them is gone. A REVOKE or a row that says "closed" would not do: a transaction that has begun commits after either.
/// </summary>
/// <remarks>
/// Made disabled, which costs one short lock a table while there is time; raised by enabling all of them under a lock that waits for every writer and keeps new ones
/// waiting, so that what was written is all there when the lock is held: the lock is the drain. Readers are never in the way and never kept waiting.
/// </remarks>
public static class PostgresFence
{
    /// <summary>read_only_sql_transaction: what clients get that have reached a standby, and the better ones ask elsewhere then.</summary>
    public const string SqlState = "25006";

    private const string Trigger = "aa_godwit_fence";

    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes the fence of a table, down.</summary>
    /// <param name="table">The table; of a partitioned one its partitions have to be fenced too, since they can be written to by their own names.</param>
    /// <param name="token">What <see cref="PostgresCapture.Setting"/> holds in a session that is not refused.</param>
    /// <param name="message">What whoever is refused is told.</param>
    public static IReadOnlyList<string> Make(CapturedRelation table, Guid token, string message)
    {
        var function = Function(table);
        return
        [
            $"""
            CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $fence$
            BEGIN
             IF current_setting('{PostgresCapture.Setting}', true) IS DISTINCT FROM '{token:N}' THEN
               RAISE EXCEPTION USING ERRCODE = '{SqlState}', MESSAGE = {TargetName.Literal(message)};
             END IF;
             RETURN NULL;
            END $fence$
            """,
            $"CREATE TRIGGER {Trigger} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table.Qualified} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
            $"ALTER TABLE {table.Qualified} DISABLE TRIGGER {Trigger}",
        ];
    }

    /// <remarks>With its function, which is this move's alone: a fence of the same name may be another's.</remarks>
    public static IReadOnlyList<string> Remove(CapturedRelation table) => [$"DROP FUNCTION IF EXISTS {Function(table)}() CASCADE"];

    /// <summary>
    /// Waits for the writers of all tables, keeps new ones waiting, lets <paramref name="drain"/> bring the other side up to what was committed, and refuses every write
    /// from then on. Where the drain fails, or a writer does not end within <paramref name="patience"/>, nothing has changed and writers go on.
    /// </summary>
    /// <exception cref="PreparedTransactionsException">A prepared transaction can commit after any fence.</exception>
    /// <exception cref="PostgresException">With 55P03: a writer did not end in time.</exception>
    public static Task RaiseAsync(NpgsqlConnection connection, IReadOnlyList<CapturedRelation> tables, TimeSpan patience, Func<Task> drain, CancellationToken cancellation) =>
        RaiseAsync(connection, tables, patience, (_, _) => Task.CompletedTask, drain, cancellation);

    /// <param name="hold">Locks what shows that this runner still holds the run; or fails.</param>
    internal static async Task RaiseAsync(NpgsqlConnection connection, IReadOnlyList<CapturedRelation> tables, TimeSpan patience, Func<NpgsqlConnection, NpgsqlTransaction, Task> hold, Func<Task> drain, CancellationToken cancellation)
    {
        // One order for everybody who locks several of them.
        var ordered = tables.OrderBy(t => t.Qualified, StringComparer.Ordinal).ToList();
        await using var transaction = await LockAsync(connection, ordered, patience, hold, cancellation);
        await using (var prepared = new NpgsqlCommand("SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()", connection, transaction))
        {
            if ((long)(await prepared.ExecuteScalarAsync(cancellation))! is > 0 and var count) throw new PreparedTransactionsException(count);
        }
        foreach (var table in ordered) await ExecuteAsync(connection, transaction, Raised(table), cancellation);
        await drain();
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>
    /// All tables or none, and never for long: writers that use them in another order would wait for this as this waits for them, and it is this that has to let go, before the
    /// server looks for a deadlock (after <c>deadlock_timeout</c>, a second unless it is set) and picks one of the two.
    /// </summary>
    internal static async Task<NpgsqlTransaction> LockAsync(
        NpgsqlConnection connection, IReadOnlyList<CapturedRelation> tables, TimeSpan patience, Func<NpgsqlConnection, NpgsqlTransaction, Task> hold, CancellationToken cancellation, string mode = "SHARE ROW EXCLUSIVE")
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var transaction = await connection.BeginTransactionAsync(cancellation);
            try
            {
                await hold(connection, transaction);
                await ExecuteAsync(connection, transaction, "SELECT set_config('lock_timeout', greatest(1, least(400, setting::int / 2))::text, true) FROM pg_settings WHERE name = 'deadlock_timeout'", cancellation);
                await ExecuteAsync(connection, transaction, $"LOCK TABLE {string.Join(", ", tables.Select(t => "ONLY " + t.Qualified))} IN {mode} MODE", cancellation);
                await ExecuteAsync(connection, transaction, "SELECT set_config('lock_timeout', '0', true)", cancellation);
                return transaction;
            }
            catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable && TimeProvider.System.GetElapsedTime(began) < patience)
            {
                await transaction.DisposeAsync();
                await Autovacuum.SendAwayAsync(connection, tables, cancellation);
                // Long enough for those who waited behind it to get through.
                await Task.Delay(s_breath, cancellation);
            }
            catch
            {
                await transaction.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Refuses every write from the commit on, for a table that nobody writes to yet.</summary>
    public static string Raised(CapturedRelation table) => $"ALTER TABLE {table.Qualified} ENABLE ALWAYS TRIGGER {Trigger}";

    /// <summary>Those of the tables whose fence is up.</summary>
    internal static async Task<IReadOnlyList<CapturedRelation>> RaisedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<CapturedRelation> tables, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgname = $1 AND t.tgenabled <> 'D'", connection, transaction)
        { Parameters = { new() { Value = Trigger } } };
        var raised = new HashSet<string>(StringComparer.Ordinal);
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) raised.Add(reader.GetString(0));
        }
        await using var names = new NpgsqlCommand("SELECT format('%I.%I', s, t) FROM unnest($1, $2) WITH ORDINALITY AS u(s, t, o) ORDER BY o", connection, transaction)
        { Parameters = { new() { Value = tables.Select(t => t.Schema).ToArray() }, new() { Value = tables.Select(t => t.Name).ToArray() } } };
        var up = new List<CapturedRelation>();
        await using var each = await names.ExecuteReaderAsync(cancellation);
        for (var i = 0; await each.ReadAsync(cancellation); i++)
        {
            if (raised.Contains(each.GetString(0))) up.Add(tables[i]);
        }
        return up;
    }

    /// <summary>A table that is there and has no fence that was made for it; null where each has.</summary>
    internal static async Task<string?> FindUnfencedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<CapturedRelation> tables, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT u.t FROM unnest($1::text[], $2::text[]) AS u (t, f) WHERE to_regclass(u.t) IS NOT NULL AND NOT EXISTS (
              SELECT FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
              WHERE g.tgrelid = to_regclass(u.t) AND g.tgname = $3 AND n.nspname = 'godwit' AND p.proname = u.f) ORDER BY u.t LIMIT 1
            """, connection, transaction)
        { Parameters = { new() { Value = tables.Select(t => t.Qualified).ToArray() }, new() { Value = tables.Select(t => $"refuse_{t.Id}").ToArray() }, new() { Value = Trigger } } };
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    /// <summary>Lets writers in again. By disabling: to drop a trigger takes a lock that a single reader keeps away.</summary>
    public static IReadOnlyList<string> Lower(CapturedRelation table) => [$"ALTER TABLE {table.Qualified} DISABLE TRIGGER {Trigger}"];

    private static string Function(CapturedRelation table) => TargetName.Qualify("godwit", $"refuse_{table.Id}");

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
