using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Where an expression will stand at the target.</summary>
public enum ExpressionPurpose
{
    /// <summary>Inside CHECK (…): a condition.</summary>
    Check,

    /// <summary>A part of an index's key: must be immutable to PostgreSQL; comes with its own parentheses.</summary>
    IndexKey,

    /// <summary>A partial index's WHERE: a condition, immutable.</summary>
    IndexPredicate,

    /// <summary>GENERATED ALWAYS AS (…) STORED: immutable.</summary>
    Generated,
}

/// <summary>An expression at the target, or why there is none.</summary>
public abstract record Translation
{
    private Translation() { }

    public sealed record Success(string Sql, TargetType Type) : Translation;

    /// <param name="Reason">One sentence for a person, without row values.</param>
    /// <param name="Span">The part of the source's statement that it is about.</param>
    public sealed record Failure(string Reason, SourceSpan Span) : Translation;
}

/// <summary>A view at the target, or all reasons why it cannot be one.</summary>
public abstract record ViewTranslation
{
    private ViewTranslation() { }

    /// <param name="Plan">What the move stores.</param>
    /// <param name="Relation">The view as later views see it.</param>
    public sealed record Success(ViewPlan Plan, TypedRelation Relation) : ViewTranslation;

    public sealed record Failure(IReadOnlyList<ViewObstacle> Obstacles) : ViewTranslation;
}

/// <param name="Reason">One sentence for a person.</param>
/// <param name="SourceText">The words of the view that it is about.</param>
public sealed record ViewObstacle(string Reason, string SourceText);
