using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Planning;
using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Tests.Planning;

/// <summary>Reads, profiles and plans a small database in one go.</summary>
internal static class Planned
{
    public static PlanResult Result(PlanOptions options, params string[] statements)
    {
        using var database = new ScratchDatabase(statements);
        return Result(database.Connection, options);
    }

    public static PlanResult Result(SqliteConnection connection, PlanOptions options, long? largestRow = null)
    {
        var schema = SchemaReader.Read(connection);
        var profiling = new ProfileOptions { Encoding = TextEncodings.Of(connection), LargestRow = largestRow ?? new ProfileOptions().LargestRow };
        var profiles = schema.Tables.ToDictionary(
            t => t.Name,
            t => TableProfiler.Profile(connection, ProfileRequest.Of(t, options.Map), new RowIdRange(null, null), profiling, TestContext.Current.CancellationToken),
            StringComparer.Ordinal);
        return MovePlanner.Plan(schema, profiles, options, connection);
    }

    /// <summary>A plan that must come about.</summary>
    public static MovePlan Plan(params string[] statements) => Plan(new PlanOptions(), statements);

    public static MovePlan Plan(PlanOptions options, params string[] statements)
    {
        var result = Result(options, statements);
        Assert.True(result.Plan is not null, string.Join("\n", result.Findings.Where(f => f.Severity == Severity.Error).Select(f => $"{f.Code} {f.Message} {f.Place}")));
        return result.Plan;
    }

    public static TablePlan Table(params string[] statements) => Assert.Single(Plan(statements).Tables);

    /// <summary>The only error of a plan that must not come about.</summary>
    public static Finding Refusal(params string[] statements)
    {
        var result = Result(new PlanOptions(), statements);
        Assert.Null(result.Plan);
        return Assert.Single(result.Findings, f => f.Severity == Severity.Error);
    }

    /// <summary>A plan that comes about because these codes are accepted.</summary>
    public static MovePlan Accepting(string accept, params string[] statements) =>
        Plan(new PlanOptions { Accept = [Acceptance.TryParse(accept)!] }, statements);
}
