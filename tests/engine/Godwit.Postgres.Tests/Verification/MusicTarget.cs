using System.Data;
using Godwit.Model.Verification;
using Godwit.Postgres.Schema;
using Godwit.Postgres.Verification;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Verification;

/// <summary>A database made by <see cref="MusicPlan"/>, ready to be damaged.</summary>
internal sealed class MusicTarget
{
    private MusicTarget(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public static async Task<MusicTarget> MakeAsync(PostgresServer server)
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await database.OpenAsync();
        foreach (var step in DdlWriter.BeforeCopy(MusicPlan.Plan)) await RunAsync(connection, step.Sql);
        await RunAsync(connection, MusicPlan.Rows);
        foreach (var step in DdlWriter.AfterCopy(MusicPlan.Plan)) await RunAsync(connection, step.Sql);
        return new MusicTarget(database);
    }

    /// <summary>Statements with <c>{Name}</c> for a table; one at a time, so that some may be refused a transaction.</summary>
    public async Task DamageAsync(string sql, bool superuser = false)
    {
        await using var connection = await Database.OpenAsync(superuser);
        foreach (var statement in sql.Split(";;")) await RunAsync(connection, Named(statement));
    }

    public static string Named(string sql)
    {
        foreach (var table in (string[])["Artist", "Album", "Track", "Play", "Dear", "Album_Artist", "Artist_Id_seq", "Artist_Name_key"])
            sql = sql.Replace("{" + table + "}", MusicPlan.Of(table));
        return sql.Replace("{schema}", Godwit.Model.Names.TargetName.Quote(MusicPlan.Schema));
    }

    public Task<IReadOnlyList<CheckResult>> CheckAsync() => InSnapshotAsync(c => VerificationChecks.RunAsync(c, MusicPlan.Plan, TestContext.Current.CancellationToken));

    public Task<CheckResult> CheckAsync(ITargetCheck check, bool superuser = false) =>
        InSnapshotAsync(c => check.RunAsync(c, MusicPlan.Plan, TestContext.Current.CancellationToken), superuser);

    public Task<CatalogSnapshot> SnapshotAsync() => InSnapshotAsync(c => CatalogSnapshot.ReadAsync(
        c, MusicPlan.Schema, [.. MusicPlan.Plan.Tables.Select(t => t.TargetName), "Dear"], TestContext.Current.CancellationToken));

    private async Task<T> InSnapshotAsync<T>(Func<NpgsqlConnection, Task<T>> ask, bool superuser = false)
    {
        await using var connection = await Database.OpenAsync(superuser);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        await RunAsync(connection, "SET TRANSACTION READ ONLY");
        var before = await SettingsAsync(connection);
        var answer = await ask(connection);
        Assert.Equal(before, await SettingsAsync(connection));
        return answer;
    }

    private static async Task<string> SettingsAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT string_agg(name || '=' || setting, ';' ORDER BY name) FROM pg_settings WHERE source = 'session'", connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
