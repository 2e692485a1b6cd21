using System.Data;
using Godwit.Postgres.Live;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Live;

/// <summary>What changed between two snapshots is in the log between them, whoever wrote it, however, and whenever they committed.</summary>
public sealed class PostgresCaptureTests(PostgresServers servers)
{
    private static readonly Guid s_token = Guid.NewGuid();

    [Fact]
    [Trait("Hazard", "11")]
    public async Task A_transaction_that_commits_late_is_in_the_delta_of_its_commit()
    {
        var database = await PrepareAsync("CREATE TABLE t(id int PRIMARY KEY, v int)");
        await using var slow = await database.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var transaction = await slow.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(slow, "INSERT INTO t VALUES (1, 1); SAVEPOINT s; INSERT INTO t VALUES (2, 1); ROLLBACK TO s; SAVEPOINT s; INSERT INTO t VALUES (3, 1)");
        await database.ExecuteAsync("INSERT INTO t VALUES (4, 1)");
        var (first, between) = await DeltaAsync(database, Beginning);
        Assert.Equal(["4"], first);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        var (second, last) = await DeltaAsync(database, between);
        Assert.Equal(["1", "3"], second);
        Assert.Empty((await DeltaAsync(database, last)).Keys);
    }

    [Theory]
    [InlineData("INSERT INTO t SELECT g, 0 FROM generate_series(11, 13) g", "11 12 13")]
    [InlineData("UPDATE t SET v = 9 WHERE id < 3", "1 2")]
    [InlineData("UPDATE t SET id = id + 20 WHERE id = 1", "1 21")]
    [InlineData("DELETE FROM t WHERE id > 3", "4 5")]
    [InlineData("TRUNCATE t", "1 2 3 4 5")]
    [InlineData("INSERT INTO t VALUES (1, 7), (30, 7) ON CONFLICT (id) DO UPDATE SET v = 7", "1 30")]
    [InlineData("MERGE INTO t USING (VALUES (2), (40)) s(id) ON t.id = s.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.id, 0)", "2 40")]
    [InlineData("WITH gone AS (DELETE FROM t WHERE id = 1 RETURNING *) INSERT INTO t SELECT id + 50, v FROM gone", "1 51")]
    [InlineData("COPY t FROM PROGRAM 'echo 61,1' (FORMAT csv)", "61")]
    [InlineData("SET session_replication_role = replica; UPDATE t SET v = 1 WHERE id = 5", "5")]
    [InlineData("BEGIN; UPDATE t SET v = 1 WHERE id = 5; ROLLBACK", "")]
    [InlineData("SET godwit.applies = '{token}'; UPDATE t SET v = 1 WHERE id = 5", "")]
    [Trait("Hazard", "20")]
    public async Task Every_way_of_writing_is_recorded(string statement, string keys)
    {
        foreach (var kind in new[] { "", " PARTITION BY RANGE (id)" })
        {
            var database = await PrepareAsync($"CREATE TABLE t(id int PRIMARY KEY, v int){kind}", kind.Length == 0 ? "" : "CREATE TABLE p PARTITION OF t FOR VALUES FROM (0) TO (8); CREATE TABLE q PARTITION OF t DEFAULT");
            await database.ExecuteAsync("INSERT INTO t SELECT g, 0 FROM generate_series(1, 5) g");
            var (_, before) = await DeltaAsync(database, Beginning, kind.Length > 0);
            await database.ExecuteAsync(statement.Replace("{token}", s_token.ToString("N"), StringComparison.Ordinal), superuser: true);
            Assert.Equal(keys.Split(' ', StringSplitOptions.RemoveEmptyEntries), (await DeltaAsync(database, before, kind.Length > 0)).Keys);
        }
    }

    [Fact]
    public async Task A_statement_that_writes_many_rows_has_few_entries_and_one_that_writes_none_has_none()
    {
        var database = await PrepareAsync("CREATE TABLE t(id int PRIMARY KEY, v int)");
        await database.ExecuteAsync("INSERT INTO t SELECT g, 0 FROM generate_series(1, 20000) g");
        Assert.Equal(20_000, (await DeltaAsync(database, Beginning)).Keys.Count);
        Assert.InRange(await database.ScalarAsync<long>("SELECT count(*) FROM godwit.changes_1"), 2, 10);
        await database.ExecuteAsync("TRUNCATE godwit.changes_1; UPDATE t SET id = -id; DELETE FROM t WHERE id < -19990");
        Assert.Equal(40_000, (await DeltaAsync(database, Beginning)).Keys.Count);
        await database.ExecuteAsync("DELETE FROM t; TRUNCATE godwit.changes_1; DELETE FROM t; UPDATE t SET v = 1; INSERT INTO t SELECT 1, 1 WHERE false; TRUNCATE t");
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM godwit.changes_1"));
    }

    [Theory]
    [InlineData("a text, b int", "a, b", true, "INSERT INTO t VALUES ('x', 1), ('y', 2); UPDATE t SET b = 3 WHERE a = 'y'; DELETE FROM t WHERE a = 'x'", "(x,1) (y,2) (y,3)")]
    [InlineData("a int[]", "a", false, "INSERT INTO t VALUES ('{1,2}'), ('{3}'), ('{}'); DELETE FROM t WHERE a = '{3}'", "({}) ({3}) ({1,2})")]
    [InlineData("a pair, b int", "a, b", false, "INSERT INTO t VALUES ('(1,x)', 1), ('(2,y)', 2)", "((1,x),1) ((2,y),2)")]
    [InlineData("a word", "a", true, "INSERT INTO t VALUES ('one'), ('two'); UPDATE t SET a = 'three' WHERE a = 'two'", "(one) (three) (two)")]
    public async Task Keys_of_every_type_are_recorded_as_they_are(string columns, string key, bool fitsArrays, string statements, string keys)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await database.ExecuteAsync($"CREATE SCHEMA godwit; CREATE TYPE pair AS (l int, r text); CREATE DOMAIN word AS text CHECK (value <> ''); CREATE TABLE t({columns}, PRIMARY KEY ({key}))");
        var table = new CapturedRelation(1, "public", "t", key.Split(", "), IsPartitioned: false) { KeyFitsArrays = fitsArrays };
        foreach (var statement in PostgresCapture.Install(table, s_token)) await database.ExecuteAsync(statement);
        await database.ExecuteAsync(statements);
        await using var connection = await database.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, TestContext.Current.CancellationToken);
        await using var command = PostgresCapture.ChangedKeys(table, Beginning, connection, transaction);
        command.CommandText = $"SELECT string_agg(replace(replace(k::text, '\"', ''), '\\', ''), ' ' ORDER BY length(k::text), k::text COLLATE \"C\") FROM ({command.CommandText}) AS k";
        Assert.Equal(keys.Split(' ').Order(StringComparer.Ordinal), ((string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!).Split(' ').Order(StringComparer.Ordinal));
    }

    [Fact]
    [Trait("Hazard", "20")]
    public async Task A_write_to_a_partition_by_its_own_name_is_recorded()
    {
        var database = await PrepareAsync("CREATE TABLE t(id int PRIMARY KEY, v int) PARTITION BY RANGE (id)", "CREATE TABLE p PARTITION OF t DEFAULT");
        await database.ExecuteAsync("INSERT INTO p VALUES (1, 1)");
        Assert.Equal(["1"], (await DeltaAsync(database, Beginning, partitioned: true)).Keys);
    }

    [Fact]
    public async Task Nothing_of_it_stays()
    {
        var database = await PrepareAsync("CREATE TABLE t(id int PRIMARY KEY, v int)");
        foreach (var statement in PostgresCapture.Remove(Table(false))) await database.ExecuteAsync(statement);
        await database.ExecuteAsync("INSERT INTO t VALUES (1, 1); TRUNCATE t");
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal) + (SELECT count(*) FROM pg_class WHERE relnamespace = 'godwit'::regnamespace) + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'godwit'::regnamespace)"));
    }

    /// <summary>A snapshot that has seen nothing yet.</summary>
    private const string Beginning = "3:3:";

    private static CapturedRelation Table(bool partitioned) => new(1, "public", "t", ["id"], partitioned);

    private async Task<TestDatabase> PrepareAsync(params string[] statements)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await database.ExecuteAsync("CREATE SCHEMA godwit");
        foreach (var statement in statements.Where(s => s.Length > 0).Concat(PostgresCapture.Install(Table(statements[0].Contains("PARTITION BY", StringComparison.Ordinal)), s_token))) await database.ExecuteAsync(statement);
        return database;
    }

    private static async Task<(List<string> Keys, string Snapshot)> DeltaAsync(TestDatabase database, string since, bool partitioned = false)
    {
        await using var connection = await database.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, TestContext.Current.CancellationToken);
        await using var current = new NpgsqlCommand("SELECT pg_current_snapshot()::text", connection, transaction);
        var snapshot = (string)(await current.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        await using var command = PostgresCapture.ChangedKeys(Table(partitioned), since, connection, transaction);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var keys = new List<int>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) keys.Add(reader.GetInt32(0));
        return ([.. keys.Order().Select(k => $"{k}")], snapshot);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
