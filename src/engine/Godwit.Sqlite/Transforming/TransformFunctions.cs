using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Steps;
using Godwit.Engine.Transforms;
using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Transforming;

/// <summary>The functions behind the transforms of a move, their secrets read. Used by several connections, and threads, at once.</summary>
public sealed class TransformFunctions
{
    private readonly Dictionary<long, Entry> _functions = [];

    internal sealed record Entry(TransformFunction Function, ResultForm Form);

    /// <exception cref="InvalidOperationException">A secret is missing: <see cref="MoveTransforms.FindMissing"/> says which.</exception>
    public static TransformFunctions Open(IEnumerable<ColumnTransform> transforms, IRunEnvironment environment)
    {
        var functions = new TransformFunctions();
        foreach (var transform in transforms.Where(t => !t.IsCopy))
            functions._functions[TransformSql.IdOf(transform)] = new Entry(KeyedMoves.IsKeyed(transform) ? KeyedMoves.Plain(transform) : MoveTransforms.Bind(transform).Open(environment), ResultForms.Of(transform.Result ?? TargetType.Text));
        return functions;
    }

    public bool IsEmpty => _functions.Count == 0;

    internal Entry? Find(long id) => _functions.GetValueOrDefault(id);
}
