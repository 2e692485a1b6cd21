using System.Text.Json;
using Godwit.Engine.Certificates;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Sourcing;
using Godwit.Postgres.Sourcing.Planning;
using Godwit.Sqlite.Planning;

namespace Godwit.Cli.Move.Sources;

/// <summary>A schema of a PostgreSQL database as a source.</summary>
internal sealed class PostgresMoveSource(SourceDatabase database) : IMoveSource
{
    private static readonly IReadOnlyList<Finding> s_none = [];

    /// <param name="request">Whose address holds no password.</param>
    /// <param name="environment">Where one is found.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<(IMoveSource? Source, IReadOnlyList<Finding> Findings)> OpenAsync(MoveRequest request, ConnectionEnvironment environment, CancellationToken cancellation)
    {
        var own = OfSource(environment);
        var url = PostgresUrl.Parse(request.From, own);
        if (url.Url is null) return (null, url.Findings);
        var reading = await SourceDatabase.OpenAsync(url.Url, request.FromSchema, own, cancellation);
        return (reading.Database is { } database ? new PostgresMoveSource(database) : null, [.. url.Findings, .. reading.Findings]);
    }

    /// <summary>What a live move looks at beyond this.</summary>
    public SourceDatabase Database => database;

    /// <summary>The server alone, for a move that has begun.</summary>
    public static async Task<(PostgresTarget? Server, IReadOnlyList<Finding> Findings)> ReachAsync(MoveRequest request, ConnectionEnvironment environment, CancellationToken cancellation)
    {
        var own = OfSource(environment);
        var url = PostgresUrl.Parse(request.From, own);
        if (url.Url is null) return (null, url.Findings);
        var reading = await PostgresTarget.ConnectAsync(url.Url, own, cancellation);
        return (reading.Target, [.. reading.Findings.Select(SourceReading.OfSource)]);
    }

    /// <summary>The file with the target's password is not the source's.</summary>
    private static ConnectionEnvironment OfSource(ConnectionEnvironment environment) => environment with
    {
        Variable = name => name == "GODWIT_TARGET_PASSWORD_FILE" ? environment.Variable("GODWIT_SOURCE_PASSWORD_FILE") : environment.Variable(name),
    };

    public JsonElement Fingerprint => JsonSerializer.SerializeToElement(database.Stamp, RunPointerJson.Default.SourceStamp);

    public async Task<bool> IsStillAsync(JsonElement fingerprint, CancellationToken cancellation)
    {
        try
        {
            return fingerprint.Deserialize(RunPointerJson.Default.SourceStamp) is { Marks: not null, Snapshot: not null, Made: not null } before && await database.IsStillAsync(before, cancellation);
        }
        catch (JsonException)
        {
            // Of another kind of source.
            return false;
        }
    }

    public CertificateSource Certified(string schemaHash)
    {
        var (server, url) = (database.Server.Server, database.Server.Url);
        return new CertificateSource($"{url.Database}.{database.Schema}", database.Size, "", schemaHash) { PostgresVersion = $"{server.Version / 10000}.{server.Version % 10000}", Address = url.ToString() };
    }

    public IRowSource Rows => new PostgresRowSource(database);

    public async Task<PlanResult> PlanAsync(PlanOptions options, PostgresTarget? target, int jobs, MoveProgress progress, IRunEnvironment environment, CancellationToken cancellation)
    {
        var planned = await database.PlanAsync(
            new SourcePlanOptions
            {
                Schema = options.Schema,
                Tables = options.Tables,
                Map = options.Map,
                IsAccepted = (code, names) => options.Accept.Any(a => a.Covers(code, names)),
                LowerNames = options.Names == NameStyle.Lower,
                Quarantine = options.Quarantine,
                InPlace = options.Schema == database.Schema && target is not null && await database.IsAsync(target, cancellation),
                RowsPerRange = options.RowsPerRange,
            },
            jobs, progress, cancellation);
        return new PlanResult(planned.Plan, planned.Findings, planned.NotMoved)
        {
            TargetNames = planned.TargetNames,
            Choices = [.. (planned.Plan?.Tables ?? []).Select(t => new TableChoices(t.SourceName, t.TargetName, t.Rows, t.Columns))],
        };
    }

    public Task<IReadOnlyList<Finding>> CompareAsync(
        MovePlan plan, IReadOnlyCollection<string> leftOut, IReadOnlyDictionary<string, IReadOnlyList<string>>? leftOutColumns, CancellationToken cancellation) =>
        database.CompareAsync(plan, leftOut, leftOutColumns, cancellation);

    public Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellation) => database.TablesAsync(cancellation);

    // What is transformed on the way is made with keys, not by functions of the source.
    public IReadOnlyList<Finding> Use(MovePlan plan, IRunEnvironment environment) => s_none;

    public IReadOnlyList<Finding> UseAgain(RunDescription run, IRunEnvironment environment) => s_none;

    public void Dispose() => database.Dispose();
}
