using Godwit.Cli.Runs;
using Godwit.Engine.Moves;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Planning;
using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Schemas;

namespace Godwit.Cli.Move;

/// <summary>A source checked, profiled and planned.</summary>
internal sealed record PlannedMove(PlanResult Result, IReadOnlyDictionary<string, TableProfile> Profiles)
{
    /// <summary>Checks every page and profiles every value at the same time, then plans.</summary>
    public static async Task<PlannedMove> PlanAsync(SourceFile source, PlanOptions options, int jobs, MoveProgress progress, CancellationToken cancellation, IRunEnvironment? environment = null)
    {
        SourceSchema schema;
        try
        {
            schema = SchemaReader.Read(source.Control);
        }
        catch (SqliteException fault) when (fault.IsCorrupt)
        {
            return Refused([Corrupt(fault)]);
        }
        catch (SchemaTextException fault)
        {
            return Refused([Finding.Error(FindingCodes.SchemaNotUnderstood, fault.Message, new Place.InObject(fault.Kind, fault.Name), "Rename what has invalid bytes in its name in the source.")]);
        }
        if (UnreadableTables.Find(schema) is { Count: > 0 } unreadable) return Refused(unreadable);
        (schema, var untransformable) = TransformPlanning.Apply(schema, options.Map);
        var transforms = TransformPlanning.Of(schema);
        if (untransformable.Concat(SourceTransforms.Use(source, transforms, environment ?? ProcessEnvironment.Instance)).ToList() is { Count: > 0 } refused) return Refused(refused);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var check = Task.Run(() => source.QuickCheck(stop.Token), CancellationToken.None);
        IReadOnlyDictionary<string, TableProfile>? profiles = null;
        SqliteException? broken = null;
        try
        {
            profiles = await SourceSurvey.ProfileAsync(source, schema, options, jobs, progress, cancellation);
        }
        catch (SqliteException fault) when (fault.IsCorrupt)
        {
            broken = fault;
        }
        catch
        {
            await stop.CancelAsync();
            await check.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }
        // quick_check also tells of NULLs and of unsuited values; planning does that better, with the rows named.
        var damage = (await check).Where(f => f.Code == FindingCodes.Corrupt).ToList();
        if (damage.Count > 0) return Refused(damage);
        if (profiles is null) return Refused([Corrupt(broken!)]);
        progress.Begin(MovePhase.Plan);
        return new PlannedMove(MovePlanner.Plan(schema, profiles, options, source.Control), profiles);
    }

    private static Finding Corrupt(SqliteException fault) =>
        Finding.Error(FindingCodes.Corrupt, $"the source cannot be read: {fault.Message}", remedy: "Recover it first, e.g. with the sqlite3 shell's .recover, or restore a backup.");

    private static PlannedMove Refused(IReadOnlyList<Finding> findings) => new(new PlanResult(null, findings, []), new Dictionary<string, TableProfile>());
}
