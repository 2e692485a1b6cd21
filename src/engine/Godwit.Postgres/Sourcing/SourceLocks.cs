using System.Buffers.Binary;
using System.Security.Cryptography;
using Godwit.Model.Names;
using Godwit.Postgres.Verification;
using Npgsql;

namespace Godwit.Postgres.Sourcing;

/// <summary>Keeps the tables' shape while they are read: ACCESS SHARE, which only changes of the schema have to wait for.</summary>
internal static class SourceLocks
{
    private const string Readable = """
        SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'SELECT') ORDER BY c.relname
        """;

    /// <param name="connection">In the transaction that keeps them.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="made">Tables that the move itself makes there: it would wait for itself.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task TakeAsync(NpgsqlConnection connection, string schema, IReadOnlyCollection<string> made, CancellationToken cancellation)
    {
        var names = (await TargetQuery.ReadAsync(connection, Readable, r => r.GetString(0), cancellation, schema)).Except(made, StringComparer.Ordinal).ToList();
        if (names.Count > 0) await TargetQuery.ExecuteAsync(connection, $"LOCK TABLE ONLY {string.Join(", ONLY ", names.Select(n => TargetName.Qualify(schema, n)))} IN ACCESS SHARE MODE", cancellation);
    }

    /// <summary>Whether two transactions see the same tables, each in the same file: TRUNCATE and whatever rewrites a table give it another.</summary>
    public static async Task<bool> AgreeAsync(NpgsqlConnection one, NpgsqlConnection other, string schema, IReadOnlyCollection<string> made, CancellationToken cancellation)
    {
        return (await FilesAsync(one)).SequenceEqual(await FilesAsync(other));

        async Task<IEnumerable<(string, long, long, int)>> FilesAsync(NpgsqlConnection connection) => (await TargetQuery.ReadAsync(
            connection,
            """
            SELECT c.relname::text, c.oid::bigint, c.relfilenode::bigint, c.relnatts::int FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') ORDER BY c.relname
            """,
            r => (r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetInt32(3)), cancellation, schema)).Where(t => !made.Contains(t.Item1));
    }

    public static async Task<long> LargeObjectsAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        (await TargetQuery.ReadAsync(connection, "SELECT count(*) FROM pg_largeobject_metadata", r => r.GetInt64(0), cancellation))[0];

    /// <summary>Leaves a mark in the database that every session of it sees, until the transaction ends: an advisory lock of a random number.</summary>
    public static async Task<long> MarkAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var mark = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long)));
        await TargetQuery.ReadAsync(connection, "SELECT pg_advisory_xact_lock_shared($1)", _ => true, cancellation, mark);
        return mark;
    }

    public static async Task<bool> SeesAsync(NpgsqlConnection connection, long mark, CancellationToken cancellation) => (await TargetQuery.ReadAsync(
        connection,
        """
        SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
                       WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.classid::bigint = $1 AND l.objid::bigint = $2)
        """, r => r.GetBoolean(0), cancellation, (long)(uint)(mark >> 32), (long)(uint)mark))[0];
}
