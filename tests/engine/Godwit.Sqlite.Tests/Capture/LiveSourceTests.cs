using System.Buffers.Binary;
using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Sqlite.Tests.Capture;

/// <summary>A source takes the writes of one runner, and knows when it is no longer the one that was read.</summary>
public sealed class LiveSourceTests : IDisposable
{
    private static readonly Guid s_move = Guid.NewGuid();

    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-live").FullName;

    private string Source => Path.Combine(_folder, "app.db");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_runner_whose_successor_has_taken_the_source_writes_nothing_more_to_it()
    {
        using var application = Make();
        var leaseIsSeconds = false;
        using var first = Open(s_move, new LiveRunner(Guid.NewGuid(), () => leaseIsSeconds ? throw new LeaseLostException() : Task.CompletedTask));
        await first.RecordAsync(Token);
        await first.FenceAsync(TimeSpan.FromSeconds(30), () => Task.CompletedTask, Token);
        using var second = Open(s_move, new LiveRunner(Guid.NewGuid(), () => Task.CompletedTask));
        leaseIsSeconds = true;
        await second.TakeAsync(Token);
        // It wakes up, and would open what its successor keeps closed.
        await Assert.ThrowsAsync<LeaseLostException>(() => first.UnfenceAsync(Token));
        await Assert.ThrowsAsync<LeaseLostException>(() => first.TakeAsync(Token));
        Assert.Throws<SqliteException>(() => application.Execute("INSERT INTO t VALUES (9, 9)"));
        await second.UnfenceAsync(Token);
        application.Execute("INSERT INTO t VALUES (9, 9)");
        await Assert.ThrowsAsync<LeaseLostException>(() => first.FenceAsync(TimeSpan.FromSeconds(30), () => Task.CompletedTask, Token));
        await Assert.ThrowsAsync<LeaseLostException>(() => first.RemoveAsync(Token));
        application.Execute("INSERT INTO t VALUES (10, 10)");
    }

    [Theory]
    [InlineData("DELETE FROM _godwit_changes WHERE n > 2")]
    [InlineData("DELETE FROM _godwit_changes WHERE n > 2; INSERT INTO _godwit_changes(n, t, k1) VALUES (3, 1, 77)")]
    [InlineData("DELETE FROM _godwit_changes WHERE n > 1; INSERT INTO _godwit_changes(n, t, k1) VALUES (2, 1, 77), (3, 1, 7)")]
    [InlineData("UPDATE _godwit_state SET value = 'another' WHERE name = 'log'")]
    [Trait("Hazard", "4")]
    public async Task A_source_that_lost_what_was_read_from_it_is_not_gone_on_with(string loss)
    {
        using var application = Make();
        using var source = Open(s_move, runner: null);
        await source.RecordAsync(Token);
        for (var i = 5; i < 8; i++) application.Execute($"INSERT INTO t VALUES ({i}, {i})");
        string position;
        using (var delta = await source.ReadDeltaAsync(source.Beginning, whole: false, Token))
        {
            Assert.Equal(3, delta.Keys.Values.Single());
            position = delta.Until;
        }
        // As after a restore, or after the power went with the last commits: the numbers are given to other changes.
        foreach (var statement in loss.Split(';')) application.Execute(statement);
        await Assert.ThrowsAsync<RewoundException>(() => source.ReadDeltaAsync(position, whole: false, Token));
    }

    [Fact]
    public async Task Without_a_write_ahead_log_readers_are_waited_for()
    {
        using var application = Make();
        application.Execute("PRAGMA journal_mode = DELETE");
        using var source = Open(s_move, runner: null);
        await source.RecordAsync(Token);
        using var reader = SqliteConnection.OpenForReading(Source);
        foreach (var act in (Func<Task>[])[() => source.FenceAsync(TimeSpan.FromSeconds(60), () => Task.CompletedTask, Token), () => source.UnfenceAsync(Token), () => source.RemoveAsync(Token)])
        {
            reader.Execute("BEGIN");
            Assert.Equal(1, reader.QueryInteger("SELECT count(*) FROM t"));
            var done = Task.Run(act, Token);
            // While it waits to commit, nobody new comes in: it has begun, and is held up by this reader alone.
            await Patience.UntilAsync(() => Task.FromResult(done.IsCompleted || IsClosed()));
            Assert.False(done.IsCompleted);
            reader.Execute("COMMIT");
            await done;
        }
        application.Execute("INSERT INTO t VALUES (2, 2)");

        bool IsClosed()
        {
            using var another = SqliteConnection.OpenForReading(Source);
            try
            {
                return another.QueryInteger("SELECT count(*) FROM t") is null;
            }
            catch (SqliteException fault) when (fault.IsTransient)
            {
                return true;
            }
        }
    }

    [Fact]
    [Trait("Hazard", "16")]
    public async Task A_table_that_is_built_anew_behind_the_fence_is_closed_again_and_that_is_said_once()
    {
        using var application = Make();
        using var source = Open(s_move, runner: null);
        await source.RecordAsync(Token);
        await source.FenceAsync(TimeSpan.FromSeconds(60), () => Task.CompletedTask, Token);
        application.Execute("CREATE TABLE anew(id INTEGER PRIMARY KEY, v INTEGER)");
        application.Execute("INSERT INTO anew SELECT * FROM t");
        application.Execute("DROP TABLE t");
        application.Execute("ALTER TABLE anew RENAME TO t");
        application.Execute("INSERT INTO t VALUES (2, 2)");
        using var delta = new NewRow(source.Tables.Single());
        var fault = await Assert.ThrowsAsync<FenceFallenException>(() => source.ApplyAsync(delta, Token));
        Assert.Equal("GW1912", fault.Finding.Code.Id);
        Assert.Contains("has moved", Assert.Throws<SqliteException>(() => application.Execute("INSERT INTO t VALUES (4, 4)")).Message, StringComparison.Ordinal);
        await source.ApplyAsync(delta, Token);
        Assert.Equal("1,2,3", application.QueryText("SELECT group_concat(id) FROM (SELECT id FROM t ORDER BY id)"));
        // What was written past the recording goes forward with its whole table.
        using var forward = await source.ReadDeltaAsync(source.Beginning, whole: false, Token);
        Assert.Single(forward.Whole);
    }

    /// <summary>Row 3 came to be at the new side.</summary>
    private sealed class NewRow(LiveTable table) : IChangeDelta
    {
        public string Since => "0";

        public string Until => "1";

        public IReadOnlyDictionary<LiveTable, long> Keys => new Dictionary<LiveTable, long> { [table] = 1 };

        public IReadOnlyCollection<LiveTable> Whole => [];

        public IEnumerable<string> KeyTexts(LiveTable table) => ["3"];

        public long FillKeys(LiveTable table, IRowImageSink sink, CancellationToken cancellation) => Fill(sink, [3]);

        public DeltaRows FillRows(LiveTable table, IRowImageSink sink, Action<UnfitRow>? unfit, CancellationToken cancellation) => new(Fill(sink, [3, 3]), 0);

        private static long Fill(IRowImageSink sink, long[] values)
        {
            using var buffer = new RowImageBuffer(key: default, sink, hashing: false);
            buffer.BeginRow(values.Length);
            Span<byte> field = stackalloc byte[sizeof(int) + sizeof(long)];
            foreach (var value in values)
            {
                BinaryPrimitives.WriteInt32BigEndian(field, sizeof(long));
                BinaryPrimitives.WriteInt64BigEndian(field[sizeof(int)..], value);
                buffer.Write(field);
            }
            buffer.EndRow();
            buffer.Complete();
            return 1;
        }

        public void Dispose() => GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_source_is_part_of_one_live_move_at_a_time()
    {
        using var application = Make();
        using var first = Open(s_move, runner: null);
        await first.RecordAsync(Token);
        using var other = Open(Guid.NewGuid(), runner: null);
        await Assert.ThrowsAsync<OtherMoveException>(() => other.RecordAsync(Token));
        await other.RemoveAsync(Token);
        Assert.True(await first.IsRecordedAsync(Token));
        await first.RemoveAsync(Token);
        Assert.Null(application.QueryText("SELECT name FROM sqlite_schema WHERE name LIKE '%godwit%'"));
        await other.RecordAsync(Token);
    }

    [Fact]
    public async Task Other_columns_end_a_move()
    {
        using var application = Make();
        using var source = Open(s_move, runner: null);
        await source.RecordAsync(Token);
        application.Execute("ALTER TABLE t ADD COLUMN more TEXT");
        var fault = await Assert.ThrowsAsync<SourceShapeException>(() => source.ReadDeltaAsync(source.Beginning, whole: false, Token));
        Assert.Equal("GW1902", fault.Finding.Code.Id);
    }

    /// <summary>Which rows a VACUUM numbers anew is not promised (https://sqlite.org/lang_vacuum.html): none that were read by such a number is taken for copied.</summary>
    [Theory]
    [InlineData("INT PRIMARY KEY NOT NULL", true, true)]
    [InlineData("INT PRIMARY KEY NOT NULL", false, false)]
    [InlineData("INTEGER PRIMARY KEY", true, false)]
    public async Task A_table_whose_rows_a_VACUUM_may_have_numbered_anew_goes_over_once_more_after_the_copy(string key, bool vacuum, bool again)
    {
        using var application = Make(key);
        using var source = Open(s_move, runner: null);
        await source.RecordAsync(Token);
        if (vacuum) application.Execute("VACUUM");
        string position;
        using (var first = await source.ReadDeltaAsync(source.Beginning, whole: true, Token))
        {
            Assert.Equal(again, first.Whole.Count > 0);
            position = first.Until;
        }
        // From then on rows are known by their keys.
        application.Execute("VACUUM");
        using var later = await source.ReadDeltaAsync(position, whole: true, Token);
        Assert.Empty(later.Whole);
    }

    private SqliteConnection Make(string key = "INTEGER PRIMARY KEY")
    {
        var application = SqliteConnection.OpenForWriting(Source);
        application.SetBusyTimeout(TimeSpan.FromSeconds(20));
        application.Execute("PRAGMA journal_mode = WAL");
        application.Execute($"CREATE TABLE t(id {key}, v INTEGER)");
        application.Execute("INSERT INTO t VALUES (1, 1)");
        return application;
    }

    private SqliteLiveSource Open(Guid move, LiveRunner? runner) => SqliteLiveSource.Open(Source, Plan, move, runner);

    private static MovePlan Plan { get; } = new()
    {
        Schema = "public",
        Tables =
        [
            new TablePlan
            {
                SourceName = "t", TargetName = "t", Columns = [Column("id"), Column("v")], HasRowId = true, RowIdColumn = 0, KeyColumns = [0], Uniques = [], Indexes = [], Checks = [], ForeignKeys = [],
                Rows = 1, Bytes = 16, Ranges = [new RowIdRange(null, null)],
            },
        ],
        Views = [],
        NotMoved = [],
        SourceSchemaHash = "",
    };

    private static ColumnPlan Column(string name) => new()
    {
        SourceName = name, TargetName = name, DeclaredType = "INTEGER", Affinity = Affinity.Integer, Type = TargetType.Bigint, Mapping = new ValueMapping(MappingKind.Integer), Reason = "",
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
