using System.Security.Cryptography;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Journeys.Running;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runs;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Reading;
using Godwit.Sqlite.Reading.Encoders;
using Godwit.TestServers;

namespace Godwit.Journeys.Encoders;

/// <summary>A source and the plan that the command made for it, moved again and again by the engine itself, each time with another broken encoder and into another schema.</summary>
internal sealed class Workshop : IDisposable
{
    private readonly Journey _journey;
    private readonly PostgresTarget _target;
    private readonly MovePlan _plan;
    private int _runs;

    private Workshop(Journey journey, PostgresTarget target, MovePlan plan)
    {
        _journey = journey;
        _target = target;
        _plan = plan;
    }

    public MovePlan Plan => _plan;

    public static async Task<Workshop> OpenAsync(PostgresServers servers, IReadOnlyList<string> statements, string? map = null)
    {
        var journey = await Journey.PrepareAsync(servers, statements);
        (await journey.MoveAsync(map is null ? ["--paranoid"] : ["--paranoid", "--map", journey.Folder.Write("map.yaml", map)])).MustBeVerified();
        var plan = PlanJson.Read(await journey.Target.ScalarAsync<string>("SELECT plan FROM godwit.runs"));
        var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSFILE" ? journey.Environment[name] : null };
        var reading = await PostgresTarget.ConnectAsync(PostgresUrl.Parse(journey.Target.Url).Url!, environment, TestContext.Current.CancellationToken);
        return new Workshop(journey, reading.Target!, plan);
    }

    /// <summary>Copies and verifies with one column's encoder broken in both; every row is decoded a second time.</summary>
    public async Task<MoveVerification> MoveAsync(string column, Spoil spoil)
    {
        var run = Describe($"run{++_runs}");
        using var opened = Open();
        var entrance = await RunEntry.BeginAsync(
            _target, run, new Runner("a test", LeaseTerms.Default, TimeProvider.System), (_, _) => Task.FromResult<IReadOnlyList<Finding>>([]), entering: () => { },
            TestContext.Current.CancellationToken);
        var target = Assert.IsType<RunEntrance.Entered>(entrance).Target;
        await using (target)
        {
            var source = new SqliteRowSource(opened, Breaking(column, spoil));
            return await new MoveRun(source, target, Options, new MoveProgress(TimeProvider.System)).RunAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Verifies the true copy with a broken encoder.</summary>
    public async Task<MoveVerification> VerifyAsync(string column, Spoil spoil)
    {
        var run = Describe("public");
        using var opened = Open();
        await using var sessions = new TargetSessions(_target, Guid.NewGuid());
        await using var snapshot = await Postgres.Reading.TargetSnapshot.OpenAsync(sessions, "public", run.HashKey, expectedCatalog: null, TestContext.Current.CancellationToken);
        var source = new SqliteRowSource(opened, Breaking(column, spoil));
        return await new MoveVerifier(source, snapshot, run.Plan, run.HashKey, Options, new MoveProgress(TimeProvider.System)).RunAsync(TestContext.Current.CancellationToken);
    }

    private static MoveRunOptions Options => new() { Jobs = 1, Decoding = SecondDecoding.Every };

    private RunDescription Describe(string schema) => new()
    {
        Id = Guid.NewGuid(),
        Plan = _plan with { Schema = schema },
        HashKey = SipHash.Key(RandomNumberGenerator.GetBytes(16)),
        Origin = "{}",
        ToolVersion = "0",
    };

    private SourceFile Open() => SourceFile.Open(_journey.Folder.Source, new SourceOpenOptions { ScratchFolder = _journey.Folder.File("scratch"), Readers = 2 }).File!;

    private static Func<ColumnPlan, int, TextEncoding, ColumnEncoder> Breaking(string column, Spoil spoil) => (plan, position, encoding) =>
    {
        var real = EncoderFactory.Create(plan, position, encoding, checks: false);
        return plan.SourceName == column ? new BrokenEncoder(position, real, spoil) : real;
    };

    public MappingKind KindOf(string column) => _plan.Tables[0].Columns.Single(c => c.SourceName == column).Mapping.Kind;

    public void Dispose() => _journey.Dispose();
}
