using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.Sqlite.Native;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Sources;

public sealed class WrittenMeanwhileTests(PostgresServers servers)
{
    [Fact]
    public async Task A_source_that_is_written_to_during_the_move_is_not_certified()
    {
        using var journey = await PrepareAsync();
        using var godwit = journey.Start("move", "--from", journey.Folder.Source, "--to", journey.Target.Url, "--json");
        await using (var connection = await journey.Target.OpenAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            // The table is there, so the snapshot is taken; with the table locked, the move cannot end before the source was written to.
            await UntilAsync(connection, "SELECT to_regclass('public.t') IS NOT NULL", godwit);
            await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var command = new NpgsqlCommand("LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE", connection, transaction);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            journey.Folder.Change("UPDATE t SET v = 'later' WHERE id = 1");
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }
        var outcome = (await godwit.WaitAsync()).MustBe(3);
        Assert.Equal("failed", outcome.Document.Outcome);
        using var certificate = JsonDocument.Parse(await File.ReadAllTextAsync(journey.Folder.Certificate, TestContext.Current.CancellationToken));
        Assert.Equal("failed", certificate.RootElement.GetProperty("verdict").GetString());
        Assert.Equal("failed", Assert.Single(certificate.RootElement.GetProperty("checks").EnumerateArray(), c => c.GetProperty("name").GetString() == "source unchanged").GetProperty("result").GetString());
        (await journey.RunAsync("abort", "--to", journey.Target.Url)).MustBe(0);
        (await journey.MoveAsync()).MustBeVerified();
    }

    [Fact]
    public async Task A_source_that_is_written_to_after_the_move_is_told_by_verify_row_by_row()
    {
        using var journey = await PrepareAsync();
        (await journey.MoveAsync()).MustBeVerified();
        journey.Folder.Change("UPDATE t SET v = 'later' WHERE id = 7", "DELETE FROM t WHERE id = 8", "INSERT INTO t VALUES (1000000, 'new')");
        var outcome = (await journey.VerifyAsync()).MustBe(3);
        Assert.Equal(["GW1501 7 v", "GW1502 1000000 ", "GW1503 8 "], outcome.Document.Mismatches.Where(m => m.Code != "GW1504").Select(m => $"{m.Code} {m.Row} {m.Column}").Order());
    }

    private async Task<Journey> PrepareAsync() => await Journey.PrepareAsync(servers,
        "PRAGMA journal_mode = WAL", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) INSERT INTO t SELECT i, 'row number ' || i FROM n");

    private static async Task UntilAsync(NpgsqlConnection connection, string question, GodwitProcess godwit)
    {
        await using var command = new NpgsqlCommand(question, connection);
        while (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is not true)
        {
            Assert.False(godwit.HasExited, "the move ended before it was asked to");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
