using System.Globalization;
using Godwit.Documents;
using Godwit.Documents.Shapes;
using Godwit.Engine.Gates;
using Godwit.Engine.Gates.Window;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Gates;

public sealed class WindowGateTests
{
    private const string Night = "allow: [{from: 02:00, to: 06:00}]";
    private const string Office = "never: [{from: 09:00, to: 17:00, days: [mon, tue, wed, thu, fri]}]";
    private const string Midnight = "allow: [{from: 22:00, to: 04:00, days: [fri]}]";

    // 2026-01-05 is a Monday.
    [Theory]
    [InlineData(Night, "2026-01-05T02:00:00Z", GateState.Pass)]
    [InlineData(Night, "2026-01-05T05:59:59Z", GateState.Pass)]
    [InlineData(Night, "2026-01-05T06:00:00Z", GateState.Fail)]
    [InlineData(Night, "2026-01-05T01:59:59Z", GateState.Fail)]
    [InlineData(Office, "2026-01-05T12:00:00Z", GateState.Fail)]
    [InlineData(Office, "2026-01-05T17:00:00Z", GateState.Pass)]
    [InlineData(Office, "2026-01-04T12:00:00Z", GateState.Pass)]
    [InlineData(Midnight, "2026-01-09T23:00:00Z", GateState.Pass)]
    [InlineData(Midnight, "2026-01-10T03:59:00Z", GateState.Pass)]
    [InlineData(Midnight, "2026-01-10T22:30:00Z", GateState.Fail)]
    [InlineData(Midnight, "2026-01-09T03:00:00Z", GateState.Fail)]
    [InlineData(Night + "\n" + Office, "2026-01-05T03:00:00Z", GateState.Pass)]
    [InlineData("zone: America/New_York\n" + Night, "2026-01-05T07:30:00Z", GateState.Pass)]
    [InlineData("zone: America/New_York\n" + Night, "2026-07-06T06:30:00Z", GateState.Pass)]
    [InlineData("allow: [{from: 18:00, to: 24:00}]", "2026-01-05T23:59:59Z", GateState.Pass)]
    [InlineData("allow: [{from: 18:00, to: 24:00}]", "2026-01-06T00:00:00Z", GateState.Fail)]
    public async Task A_window_opens_and_closes_by_the_wall_clock_of_its_zone(string window, string now, GateState state)
    {
        var kind = new WindowGateKind();
        var gate = Read(kind, window);
        Assert.Empty(kind.Check(gate, new Dictionary<string, PlannedFile>(StringComparer.Ordinal)));
        var verdict = await kind.Bind(gate, new Dictionary<string, PlannedFile>(StringComparer.Ordinal)).EvaluateAsync(
            new GateContext { Run = Guid.Empty, Gate = gate, Phase = Phase.Switch, Target = new Target(DateTimeOffset.Parse(now, CultureInfo.InvariantCulture)), Folder = "/nowhere", Time = new Elsewhere(), Environment = new NoVariables() },
            TestContext.Current.CancellationToken);
        Assert.Equal(state, verdict.State);
        Assert.NotEqual("", verdict.Evidence["now"]);
    }

    [Theory]
    [InlineData("zone: Middle/Earth\n" + Night)]
    [InlineData("zone: UTC")]
    [InlineData("allow: [{from: 02:00, to: 02:00}]")]
    public void A_window_that_says_nothing_is_found(string window)
    {
        var kind = new WindowGateKind();
        Assert.Equal("GW1770", Assert.Single(kind.Check(Read(kind, window), new Dictionary<string, PlannedFile>(StringComparer.Ordinal))).Code.Id);
    }

    private static GateSettings Read(WindowGateKind kind, string yaml)
    {
        var code = FindingCodes.RunbookValue;
        var reading = ShapeReader.Read(
            YamlReader.Read(yaml, "window.yaml", code).Root!, kind.Shape, new ShapeSource("window.yaml", new DocumentFolder("."), "", new ShapeCodes(code, code, code, code, code)));
        Assert.Empty(reading.Findings);
        return new GateSettings { Id = "window", Kind = "window", Settings = reading.Value!.AsObject() };
    }

    /// <summary>A machine whose clock is wrong: a window goes by the target's.</summary>
    private sealed class Elsewhere : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }

    private sealed class NoVariables : IRunEnvironment
    {
        public string? Find(string name) => null;
    }

    /// <summary>A target that knows the time and nothing else.</summary>
    private sealed class Target(DateTimeOffset now) : IRunTarget, IRunTransaction
    {
        public CancellationToken LeaseLost => CancellationToken.None;

        public Task<T> InTransactionAsync<T>(SessionTerms terms, Func<IRunTransaction, CancellationToken, Task<T>> work, CancellationToken cancellation) => work(this, cancellation);

        public Task<IReadOnlyList<IReadOnlyList<object?>>> QueryAsync(string sql, int limit, CancellationToken cancellation, params IReadOnlyList<object?> values) =>
            Task.FromResult<IReadOnlyList<IReadOnlyList<object?>>>([[now.UtcDateTime]]);

        public Task<T> OutsideTransactionAsync<T>(SessionTerms terms, Func<IRunSession, CancellationToken, Task<T>> work, CancellationToken cancellation) => throw new InvalidOperationException();

        public Task<long> ExecuteAsync(string sql, CancellationToken cancellation, params IReadOnlyList<object?> values) => throw new InvalidOperationException();

        public Task ExecuteAllAsync(IReadOnlyList<string> statements, CancellationToken cancellation) => throw new InvalidOperationException();

        public IAsyncEnumerable<IReadOnlyList<object?>> StreamAsync(string sql, CancellationToken cancellation, params IReadOnlyList<object?> values) => throw new InvalidOperationException();

        public Task<string?> ReadProgressAsync(CancellationToken cancellation) => throw new InvalidOperationException();

        public Task SaveProgressAsync(string state, long done, long? total, CancellationToken cancellation) => throw new InvalidOperationException();
    }
}
