using Godwit.Engine.Moves;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Sourcing;
using Godwit.Postgres.Sourcing.Planning;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Sourcing;

/// <summary>Whether anybody committed to the tables since they were read: told exactly, whatever else was written.</summary>
public sealed class ChangedSourceTests(PostgresServers servers)
{
    private const string Tables = """
        CREATE SCHEMA shop; CREATE TABLE shop.t (id int PRIMARY KEY, v text); INSERT INTO shop.t SELECT i, 'v' FROM generate_series(1, 100) i; CREATE TABLE shop.empty (a int);
        CREATE TABLE other (a int); CREATE SEQUENCE shop.s;
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("INSERT INTO other VALUES (1)", false)]
    [InlineData("VACUUM FREEZE shop.t", false)]
    [InlineData("ANALYZE shop.t", false)]
    [InlineData("SELECT nextval('shop.s')", false)]
    [InlineData("BEGIN; DELETE FROM shop.t; ROLLBACK", false)]
    [InlineData("DELETE FROM shop.t WHERE id > 1000", false)]
    [InlineData("SELECT * FROM shop.t FOR UPDATE", false)]
    [InlineData("INSERT INTO shop.t VALUES (101)", true)]
    [InlineData("UPDATE shop.t SET v = v WHERE id = 1", true)]
    [InlineData("DELETE FROM shop.t WHERE id = 1", true)]
    [InlineData("DELETE FROM shop.t WHERE id = 1; INSERT INTO shop.t VALUES (1, 'v')", true)]
    [InlineData("INSERT INTO shop.empty VALUES (1)", true)]
    [InlineData("DO $$ BEGIN UPDATE shop.t SET v = 'w'; EXCEPTION WHEN division_by_zero THEN NULL; END $$", true)]
    public async Task What_is_committed_to_the_tables_is_a_change_and_nothing_else(string statement, bool changes)
    {
        var database = await PrepareAsync();
        using var source = await PlannedAsync(database);
        Assert.False(new PostgresRowSource(source).HasChanged());
        foreach (var part in statement.StartsWith("DO", StringComparison.Ordinal) ? [statement] : statement.Split("; ", 2)) await database.ExecuteAsync(part == "BEGIN" ? "SELECT 1" : part.StartsWith("DELETE FROM shop.t; ROLLBACK", StringComparison.Ordinal) ? $"BEGIN; {part}" : part);
        Assert.Equal(changes, new PostgresRowSource(source).HasChanged());
        using var again = await OpenAsync(database);
        Assert.Equal(!changes, await again.IsStillAsync(source.Stamp, Token));
    }

    /// <summary>In a snapshot's text only whole transactions stand: what a savepoint of one that is at work writes has a number that looks as if it were over.</summary>
    [Fact]
    public async Task What_a_savepoint_wrote_before_and_was_committed_after_is_a_change()
    {
        var database = await PrepareAsync();
        await using var writer = await database.OpenAsync(cancellationToken: Token);
        await RunAsync(writer, "BEGIN; INSERT INTO other VALUES (1); SAVEPOINT a; UPDATE shop.t SET v = 'w' WHERE id = 5; RELEASE a");
        await database.ExecuteAsync("INSERT INTO other VALUES (2)");
        using var source = await PlannedAsync(database);
        Assert.False(new PostgresRowSource(source).HasChanged());
        await RunAsync(writer, "COMMIT");
        Assert.True(new PostgresRowSource(source).HasChanged());
        using var again = await OpenAsync(database);
        Assert.False(await again.IsStillAsync(source.Stamp, Token));
    }

    [Theory]
    [InlineData("ALTER TABLE shop.empty ADD b int")]
    [InlineData("CREATE INDEX ON shop.t (v)")]
    [InlineData("CREATE TABLE shop.more (a int)")]
    [InlineData("CREATE FUNCTION shop.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    public async Task Another_schema_is_not_the_same_source(string statement)
    {
        var database = await PrepareAsync();
        SourceStamp stamp;
        using (var source = await PlannedAsync(database)) stamp = source.Stamp;
        await database.ExecuteAsync(statement);
        using var again = await OpenAsync(database);
        Assert.False(await again.IsStillAsync(stamp, Token));
    }

    [Fact]
    public async Task While_it_is_open_the_tables_keep_their_shape()
    {
        var database = await PrepareAsync();
        using var source = await PlannedAsync(database);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync("SET lock_timeout = '100ms'; ALTER TABLE shop.t ADD b int"));
        Assert.Equal(PostgresErrorCodes.LockNotAvailable, refused.SqlState);
    }

    private async Task<TestDatabase> PrepareAsync()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync(Tables);
        return database;
    }

    private static async Task<SourceDatabase> PlannedAsync(TestDatabase database)
    {
        var source = await OpenAsync(database);
        var planned = await source.PlanAsync(new SourcePlanOptions { Schema = "public" }, 2, new MoveProgress(TimeProvider.System), Token);
        Assert.NotNull(planned.Plan);
        return source;
    }

    private static async Task<SourceDatabase> OpenAsync(TestDatabase database)
    {
        var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSFILE" ? database.Server.PassFile : null };
        var reading = await SourceDatabase.OpenAsync(PostgresUrl.Parse(database.Url, environment).Url!, "shop", environment, Token);
        return reading.Database ?? throw new InvalidOperationException(string.Join("; ", reading.Findings.Select(f => f.Message)));
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }
}
