using Godwit.Engine.Live;
using Godwit.Postgres.Live;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Live;

/// <summary>What the rows of a live move tell whoever watches it.</summary>
public sealed class LiveRowsTests(PostgresServers servers)
{
    [Fact]
    public async Task The_other_side_is_as_far_behind_as_the_last_batch_took_to_apply()
    {
        var token = TestContext.Current.CancellationToken;
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(token);
        await database.ExecuteAsync(LiveRows.Statements);
        var move = Guid.NewGuid();
        await using (var connection = await database.OpenAsync(cancellationToken: token))
        await using (var transaction = await connection.BeginTransactionAsync(token))
        {
            await LiveRows.MakeAsync(connection, transaction, move, token);
            await LiveRows.NoteFollowedAsync(connection, transaction, move, 7, TimeSpan.FromSeconds(40), token);
            await transaction.CommitAsync(token);
        }
        Assert.InRange(await database.ScalarAsync<double>("SELECT extract(epoch FROM clock_timestamp() - followed_at)::float8 FROM godwit.live_moves"), 40, 50);
        Assert.Equal(7, await database.ScalarAsync<long>("SELECT carried FROM godwit.live_moves"));
    }

    [Fact]
    public async Task Rows_that_do_not_fit_are_listed_until_they_do_those_without_a_key_as_one()
    {
        var token = TestContext.Current.CancellationToken;
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(token);
        await database.ExecuteAsync(LiveRows.Statements);
        var move = Guid.NewGuid();
        await using var connection = await database.OpenAsync(cancellationToken: token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        await LiveRows.MakeAsync(connection, transaction, move, token);
        await LiveRows.NoteUnfitAsync(connection, transaction, move, "notes", null, [new UnfitRow("", "a"), new UnfitRow("", "b")], token);
        await LiveRows.NoteUnfitAsync(connection, transaction, move, "people", ["1", "2"], [new UnfitRow("1", "age"), new UnfitRow("2", "age")], token);
        await LiveRows.NoteUnfitAsync(connection, transaction, move, "people", ["2", "3"], [], token);
        Assert.Equal([("notes", ""), ("people", "1")], (await LiveRows.UnfitAsync(connection, move, 10, token)).Select(u => (u.Table, u.Row.Key)));
        await LiveRows.NoteUnfitAsync(connection, transaction, move, "notes", null, [], token);
        Assert.Equal("1", Assert.Single(await LiveRows.UnfitAsync(connection, move, 10, token)).Row.Key);
    }
}
