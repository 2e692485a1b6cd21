using Godwit.Engine.Moves;
using Godwit.Engine.Steps;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Transforming;

namespace Godwit.Cli.Move;

/// <summary>Gives an opened source the functions of a move's transforms, whose secrets are read from the environment each time: they are kept nowhere.</summary>
internal static class SourceTransforms
{
    /// <returns>Secrets that are missing; the source then cannot be read as the move has it.</returns>
    public static IReadOnlyList<Finding> Use(SourceFile source, IReadOnlyCollection<ColumnTransform> transforms, IRunEnvironment environment)
    {
        if (transforms.Count == 0) return [];
        if (MoveTransforms.FindMissing(transforms, environment) is { Count: > 0 } missing) return missing;
        source.Use(TransformFunctions.Open(transforms, environment));
        return [];
    }

    /// <summary>The same for a move that is there: its secrets must be those that it began with.</summary>
    public static IReadOnlyList<Finding> UseAgain(SourceFile source, RunDescription run, IRunEnvironment environment)
    {
        var transforms = MoveTransforms.Of(run.Plan).ToList();
        if (transforms.Count == 0) return [];
        if (MoveTransforms.FindMissing(transforms, environment) is { Count: > 0 } missing) return missing;
        var kept = run.Origin.Length > 0 ? RunOrigin.Read(run.Origin).Secrets : null;
        if (MoveTransforms.FindDiffering(kept ?? new Dictionary<string, string>(), environment, run.Id) is { Count: > 0 } differing) return differing;
        source.Use(TransformFunctions.Open(transforms, environment));
        return [];
    }
}
