using Godwit.Engine.Live;

namespace Godwit.Conformance.Live;

/// <summary>What every <see cref="ILiveSource"/> records and gives out again. A source proves itself by a class that derives from this one.</summary>
public abstract class LiveRecordingConformance
{
    private static readonly Guid s_move = Guid.NewGuid();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<LiveSourceWorld> MakeAsync();

    [Fact]
    public async Task What_was_there_before_is_in_no_delta_and_every_change_since_is_in_one()
    {
        await using var world = await MakeAsync();
        var source = await world.OpenAsync(s_move);
        await using var application = await world.ConnectAsync();
        await application.ExecuteAsync("UPDATE t SET v = 21 WHERE id = 2");
        Assert.False(await source.IsRecordedAsync(Token));
        await source.RecordAsync(Token);
        Assert.True(await source.IsRecordedAsync(Token));
        using (var nothing = await source.ReadDeltaAsync(source.Beginning, whole: false, Token)) Assert.Empty(nothing.Keys);
        await application.ExecuteAsync("INSERT INTO t(id, v) VALUES (4, 40), (5, 50)");
        await application.ExecuteAsync("UPDATE t SET v = 22 WHERE id = 2");
        await application.ExecuteAsync("DELETE FROM t WHERE id = 3");
        await application.ExecuteAsync("INSERT INTO pairs VALUES (1, 2, 3)");
        using var delta = await source.ReadDeltaAsync(source.Beginning, whole: false, Token);
        Assert.Equal(("2 3 4 5", "2,22 4,40 5,50"), (delta.Keys("t"), delta.Rows("t")));
        Assert.Equal(("1,2", "1,2,3"), (delta.Keys("pairs"), delta.Rows("pairs")));
        Assert.Equal(5, delta.Keys.Values.Sum());
    }

    [Fact]
    public async Task Each_delta_goes_on_where_the_last_one_ended_and_is_the_same_for_whoever_reads_it_again()
    {
        await using var world = await MakeAsync();
        var source = await world.OpenAsync(s_move);
        await using var application = await world.ConnectAsync();
        await source.RecordAsync(Token);
        var position = source.Beginning;
        for (var i = 4; i < 10; i++)
        {
            await application.ExecuteAsync($"INSERT INTO t(id, v) VALUES ({i}, 1)");
            for (var reader = 0; reader < 2; reader++)
            {
                using var again = await (await world.OpenAsync(s_move)).ReadDeltaAsync(position, whole: false, Token);
                Assert.Equal((position, $"{i}", $"{i},1"), (again.Since, again.Keys("t"), again.Rows("t")));
            }
            using var delta = await source.ReadDeltaAsync(position, whole: false, Token);
            // More than once, if it is asked more than once.
            for (var time = 0; time < 2; time++) Assert.Equal(($"{i}", $"{i},1"), (delta.Keys("t"), delta.Rows("t")));
            position = delta.Until;
        }
        using var last = await source.ReadDeltaAsync(position, whole: false, Token);
        Assert.Empty(last.Keys);
    }

    [Fact]
    public async Task A_row_that_changed_often_comes_once_as_it_is_and_one_that_came_and_went_is_a_key_alone()
    {
        await using var world = await MakeAsync();
        var source = await world.OpenAsync(s_move);
        await using var application = await world.ConnectAsync();
        await source.RecordAsync(Token);
        for (var i = 0; i < 5; i++) await application.ExecuteAsync($"UPDATE t SET v = {i} WHERE id = 1");
        await application.ExecuteAsync("INSERT INTO t(id, v) VALUES (4, 40)");
        await application.ExecuteAsync("DELETE FROM t WHERE id = 4");
        await application.ExecuteAsync("DELETE FROM t WHERE id = 2");
        await application.ExecuteAsync("INSERT INTO t(id, v) VALUES (2, 99)");
        using var delta = await source.ReadDeltaAsync(source.Beginning, whole: false, Token);
        Assert.Equal(("1 2 4", "1,4 2,99"), (delta.Keys("t"), delta.Rows("t")));
    }

    [Fact]
    public async Task A_row_whose_key_changed_is_the_former_key_and_the_new_one()
    {
        await using var world = await MakeAsync();
        var source = await world.OpenAsync(s_move);
        await using var application = await world.ConnectAsync();
        await source.RecordAsync(Token);
        await application.ExecuteAsync("UPDATE t SET id = 13 WHERE id = 3");
        await application.ExecuteAsync("UPDATE pairs SET b = 5");
        await application.ExecuteAsync("INSERT INTO t(id, v) VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET id = 11");
        using var delta = await source.ReadDeltaAsync(source.Beginning, whole: false, Token);
        Assert.Equal(("1 3 11 13", "11,10 13,30"), (delta.Keys("t"), delta.Rows("t")));
        Assert.Equal(("1,1 1,5", "1,5,1"), (delta.Keys("pairs"), delta.Rows("pairs")));
    }

    [Fact]
    public async Task What_was_rolled_back_never_was_and_what_commits_after_a_delta_is_in_the_next()
    {
        await using var world = await MakeAsync();
        var source = await world.OpenAsync(s_move);
        await using var application = await world.ConnectAsync();
        await source.RecordAsync(Token);
        await application.ExecuteAsync("BEGIN");
        await application.ExecuteAsync("UPDATE t SET v = 0");
        await application.ExecuteAsync("ROLLBACK");
        await application.ExecuteAsync("BEGIN");
        await application.ExecuteAsync("INSERT INTO t(id, v) VALUES (4, 40)");
        string position;
        using (var during = await source.ReadDeltaAsync(source.Beginning, whole: false, Token))
        {
            Assert.Empty(during.Keys);
            position = during.Until;
        }
        await application.ExecuteAsync("COMMIT");
        foreach (var since in new[] { source.Beginning, position })
        {
            using var after = await source.ReadDeltaAsync(since, whole: false, Token);
            Assert.Equal(("4", "4,40"), (after.Keys("t"), after.Rows("t")));
        }
    }

    [Fact]
    public async Task A_delta_is_of_one_moment_whatever_is_written_while_it_is_read()
    {
        await using var world = await MakeAsync();
        var source = await world.OpenAsync(s_move);
        await using var application = await world.ConnectAsync();
        await source.RecordAsync(Token);
        await application.ExecuteAsync("UPDATE t SET v = 1 WHERE id < 3");
        string position;
        using (var delta = await source.ReadDeltaAsync(source.Beginning, whole: false, Token))
        {
            await application.ExecuteAsync("UPDATE t SET v = 2 WHERE id > 1");
            await application.ExecuteAsync("DELETE FROM t WHERE id = 1");
            Assert.Equal(("1 2", "1,1 2,1"), (delta.Keys("t"), delta.Rows("t")));
            position = delta.Until;
        }
        using var next = await source.ReadDeltaAsync(position, whole: false, Token);
        Assert.Equal(("1 2 3", "2,2 3,2"), (next.Keys("t"), next.Rows("t")));
    }

    [Fact]
    public async Task A_table_without_a_key_comes_whole_and_only_where_it_is_asked_for()
    {
        await using var world = await MakeAsync();
        var source = await world.OpenAsync(s_move);
        await using var application = await world.ConnectAsync();
        await source.RecordAsync(Token);
        await application.ExecuteAsync("INSERT INTO notes VALUES (7), (8)");
        using (var without = await source.ReadDeltaAsync(source.Beginning, whole: false, Token)) Assert.Equal((0, 0), (without.Keys.Count, without.Whole.Count));
        using var delta = await source.ReadDeltaAsync(source.Beginning, whole: true, Token);
        Assert.Equal("notes", Assert.Single(delta.Whole).Plan.SourceName);
        Assert.Equal("7 7 8", delta.Rows("notes"));
        Assert.Empty(delta.Keys);
    }

    [Fact]
    public async Task To_record_what_is_recorded_goes_on_with_it()
    {
        await using var world = await MakeAsync();
        var source = await world.OpenAsync(s_move);
        await using var application = await world.ConnectAsync();
        await source.RecordAsync(Token);
        await application.ExecuteAsync("DELETE FROM t WHERE id = 1");
        var another = await world.OpenAsync(s_move);
        await another.RecordAsync(Token);
        await application.ExecuteAsync("DELETE FROM t WHERE id = 2");
        using var delta = await another.ReadDeltaAsync(another.Beginning, whole: false, Token);
        Assert.Equal(("1 2", ""), (delta.Keys("t"), delta.Rows("t")));
    }

    [Fact]
    [Trait("Hazard", "16")]
    public async Task A_table_that_has_other_columns_is_not_gone_on_with()
    {
        await using var world = await MakeAsync();
        var source = await world.OpenAsync(s_move);
        await using var application = await world.ConnectAsync();
        await source.RecordAsync(Token);
        await application.ExecuteAsync("ALTER TABLE pairs ADD COLUMN more integer");
        var fault = await Assert.ThrowsAsync<SourceShapeException>(() => source.ReadDeltaAsync(source.Beginning, whole: false, Token));
        Assert.Equal("GW1902", fault.Finding.Code.Id);
    }

    [Fact]
    [Trait("Hazard", "4")]
    public async Task A_source_that_was_set_back_is_not_gone_on_with()
    {
        await using var world = await MakeAsync();
        var source = await world.OpenAsync(s_move);
        await using var application = await world.ConnectAsync();
        await source.RecordAsync(Token);
        await application.ExecuteAsync("UPDATE t SET v = 0");
        string position;
        using (var delta = await source.ReadDeltaAsync(source.Beginning, whole: false, Token)) position = delta.Until;
        await world.LoseWhatWasReadAsync();
        await application.ExecuteAsync("INSERT INTO pairs VALUES (6, 6, 6), (7, 7, 7), (8, 8, 8)");
        var fault = await Assert.ThrowsAsync<RewoundException>(() => source.ReadDeltaAsync(position, whole: false, Token));
        Assert.Equal("GW1901", fault.Finding.Code.Id);
    }

    [Fact]
    public async Task Rows_are_read_beside_writers_and_those_that_have_changed_are_left_out_and_counted()
    {
        await using var world = await MakeAsync();
        var source = await world.OpenAsync(s_move);
        await using var application = await world.ConnectAsync();
        await source.RecordAsync(Token);
        await application.ExecuteAsync("BEGIN");
        await application.ExecuteAsync("UPDATE t SET v = 0 WHERE id = 2");
        Assert.Equal("1,10 2,20 3,30", source.OpenRows(since: null, (_, _) => { }).Rows(source, "t"));
        await application.ExecuteAsync("COMMIT");
        var rows = source.OpenRows(source.Beginning, (_, _) => { });
        Assert.Equal(("1,10 3,30", "1,1,1"), (rows.Rows(source, "t"), rows.Rows(source, "pairs")));
        Assert.Equal(1, rows.Left.Count);
        Assert.False(rows.Left.IsEmpty(source.Of("t")));
        Assert.True(rows.Left.IsEmpty(source.Of("pairs")));
    }
}
