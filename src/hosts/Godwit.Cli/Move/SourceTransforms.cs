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
        if (FindWrong(run, environment) is { Count: > 0 } wrong) return wrong;
        var transforms = MoveTransforms.Of(run.Plan).ToList();
        if (transforms.Count > 0) source.Use(TransformFunctions.Open(transforms, environment));
        return [];
    }

    /// <summary>Secrets of a move that is there, which are missing, or are not those that it began with: its rows would come out otherwise from now on.</summary>
    public static IReadOnlyList<Finding> FindWrong(RunDescription run, IRunEnvironment environment)
    {
        var transforms = MoveTransforms.Of(run.Plan).ToList();
        if (transforms.Count == 0) return [];
        if (MoveTransforms.FindMissing(transforms, environment) is { Count: > 0 } missing) return missing;
        var kept = run.Origin.Length > 0 ? RunOrigin.Read(run.Origin).Secrets : null;
        return MoveTransforms.FindDiffering(kept ?? new Dictionary<string, string>(), environment, run.Id);
    }
}
