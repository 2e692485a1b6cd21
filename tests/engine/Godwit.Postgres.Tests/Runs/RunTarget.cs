using System.Buffers.Binary;
using System.Text;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Model.Digests;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runs;
using Godwit.Postgres.Tests.Connections;
using Godwit.Postgres.Tests.Schema;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Runs;

/// <summary>A database and a small plan, and runners that begin or take over its run.</summary>
internal sealed class RunTarget
{
    public static readonly UInt128 Key = new(1, 2);

    private RunTarget(TestDatabase database, PostgresTarget target, MovePlan plan)
    {
        Database = database;
        Target = target;
        Plan = plan;
        Run = NewRun();
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public TestDatabase Database { get; }

    public PostgresTarget Target { get; }

    public MovePlan Plan { get; }

    public RunDescription Run { get; }

    public static async Task<RunTarget> MakeAsync(PostgresServers servers, MovePlan? plan = null)
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        return new RunTarget(database, (await Reaching.ReachAsync(database)).Target!, plan ?? Plans.Of("public", [Numbers]));
    }

    /// <summary>Two columns, two ranges.</summary>
    public static TablePlan Numbers { get; } = Plans.Table("numbers", Plans.Column("id", TargetType.Bigint), Plans.Column("name", TargetType.Text)) with
    {
        Ranges = [new RowIdRange(null, 10), new RowIdRange(10, null)],
    };

    public RunDescription NewRun() => new() { Id = Guid.NewGuid(), Plan = Plan, HashKey = Key, Origin = "{}", ToolVersion = "0" };

    public async Task<(PostgresMoveTarget? Target, LeaseHolder? Holder)> BeginAsync(RunDescription? run = null, TimeProvider? time = null) =>
        Of(await RunEntry.BeginAsync(
            Target, run ?? Run, new Runner("here 1", LeaseTerms.Default, time ?? TimeProvider.System),
            (_, _) => Task.FromResult<IReadOnlyList<Finding>>([]), entering: () => { }, Token));

    public async Task<(PostgresMoveTarget? Target, LeaseHolder? Holder)> ResumeAsync() =>
        Of(await RunEntry.TakeOverAsync(Target, Run, new Runner("there 2", LeaseTerms.Default, TimeProvider.System), [RunState.Running], waiting: _ => { }, Token));

    private static (PostgresMoveTarget? Target, LeaseHolder? Holder) Of(RunEntrance entrance) => entrance switch
    {
        RunEntrance.Entered entered => (entered.Target, null),
        RunEntrance.Held held => (null, held.Holder),
        _ => throw new InvalidOperationException($"neither entered nor held: {entrance}"),
    };

    /// <summary>A runner that has made its tables. Its heartbeat stands still after the first beat, as that of a process under SIGSTOP.</summary>
    public async Task<PostgresMoveTarget> BeginStoppedAsync()
    {
        var runner = (await BeginAsync(time: new StoppedTime())).Target!;
        foreach (var step in runner.StepsBeforeCopy) await runner.RunStepAsync(step, Token);
        return runner;
    }

    /// <summary>As if the last heartbeat had been long ago, by the database's clock.</summary>
    public Task ForgetHeartbeatAsync() => Database.ExecuteAsync("UPDATE godwit.leases SET heartbeat = clock_timestamp() - interval '31 s'");

    /// <summary>Copies range 0 or 1 with the rows given.</summary>
    public static Task<CopiedRange> CopyAsync(PostgresMoveTarget runner, int ordinal, params long[] ids) =>
        runner.CopyRangeAsync(runner.Run.Plan.Tables[0], ordinal, sink => Fill(sink, ids), fillQuarantine: null, keys: null, Token);

    public static unsafe RangeDigest Fill(IRowImageSink sink, params long[] ids)
    {
        var digest = default(RangeDigest);
        using var buffer = new RowImageBuffer(Key, sink);
        Span<byte> number = stackalloc byte[8];
        foreach (var id in ids)
        {
            buffer.BeginRow(2);
            BinaryPrimitives.WriteInt64BigEndian(number, id);
            fixed (byte* p = number) buffer.WriteField(p, 8);
            fixed (byte* p = Encoding.UTF8.GetBytes($"row {id}")) buffer.WriteField(p, $"row {id}".Length);
            digest.Add(buffer.EndRow());
        }
        buffer.Complete();
        return digest;
    }

    public Task<long> CountAsync(string table = "public.numbers") => Database.ScalarAsync<long>($"SELECT count(*) FROM {table}");

    /// <summary>Backends that carry a holder's epoch.</summary>
    public Task<long> BackendsAsync(Guid epoch) =>
        Database.ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE starts_with(application_name, '{TargetSessions.NameOf(epoch)}')");

    public Task<Guid> EpochAsync() => Database.ScalarAsync<Guid>("SELECT epoch FROM godwit.leases");

    /// <summary>Waits until the answer is true; the test's own time limit ends it otherwise.</summary>
    public async Task UntilAsync(string sql)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await Database.ScalarAsync<bool>(sql)) await Task.Delay(20, limit.Token);
    }

    private sealed class StoppedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
