using Godwit.Conformance.Live;
using Godwit.Engine.Live;

namespace Godwit.Sqlite.Tests.Capture;

/// <summary>Triggers that an application has, or makes while its database is moved.</summary>
public sealed class ApplicationTriggerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>SQLite fires the newest first, and one that ignores ends the others.</summary>
    [Theory, InlineData(false), InlineData(true)]
    [Trait("Hazard", "16")]
    public async Task A_trigger_that_ends_all_others_hides_no_change_whenever_it_was_made(bool later)
    {
        await using var world = new SqliteLiveWorld();
        await using var application = await world.ConnectAsync();
        const string Ignoring = "CREATE TRIGGER ignoring AFTER UPDATE ON t WHEN NEW.v > 100 BEGIN SELECT RAISE(IGNORE); END";
        if (!later) await application.ExecuteAsync(Ignoring);
        var source = await world.OpenAsync(Guid.NewGuid());
        await source.RecordAsync(Token);
        string position;
        using (var before = await source.ReadDeltaAsync(source.Beginning, whole: false, Token)) position = before.Until;
        if (later) await application.ExecuteAsync(Ignoring);
        await application.ExecuteAsync("UPDATE t SET v = v + 1000 WHERE id < 3");
        using (var delta = await source.ReadDeltaAsync(position, whole: false, Token))
        {
            Assert.Contains("1,1010 2,1020", delta.Rows("t"), StringComparison.Ordinal);
            Assert.Equal(later, delta.Whole.Count > 0);
            position = delta.Until;
        }
        // From here on the recording is the newest again.
        await application.ExecuteAsync("UPDATE t SET v = v + 1000 WHERE id = 3");
        using var next = await source.ReadDeltaAsync(position, whole: false, Token);
        Assert.Equal(("3", "3,1030"), (next.Keys("t"), next.Rows("t")));
    }

    [Fact]
    [Trait("Hazard", "24")]
    public async Task What_is_brought_back_fires_no_trigger_and_takes_no_row_along()
    {
        await using var world = new SqliteLiveWorld();
        await using var application = await world.ConnectAsync();
        foreach (var statement in (string[])
        [
            "CREATE TABLE heard(what TEXT)", "CREATE TABLE children(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES t(id) ON DELETE CASCADE)", "INSERT INTO children VALUES (1, 1), (2, 2)",
            .. new[] { "INSERT", "UPDATE", "DELETE" }.Select(e => $"CREATE TRIGGER hear_{e} AFTER {e} ON t BEGIN INSERT INTO heard VALUES ('{e}'); END"),
        ]) await application.ExecuteAsync(statement);
        var source = await world.OpenAsync(Guid.NewGuid());
        await source.RecordAsync(Token);
        using (var delta = new HandMadeDelta(source.Of("t"), "a", "b", [1, 11], [2, 22], [3], [4, 40])) await source.ApplyAsync(delta, Token);
        Assert.Equal([11, 22, 40], await application.AskAsync("SELECT v FROM t ORDER BY id"));
        Assert.Equal([1, 2], await application.AskAsync("SELECT id FROM children ORDER BY id"));
        Assert.Equal([0], await application.AskAsync("SELECT count(*) FROM heard"));
    }
}
