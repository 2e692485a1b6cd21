namespace Godwit.Sqlite.Grammar;

/// <summary>A part of a statement. Where it stood does not count for equality: two trees are equal when they say the same.</summary>
public abstract record Node
{
    public SourceSpan Span { get; init; }

    public virtual bool Equals(Node? other) => other is not null && EqualityContract == other.EqualityContract;

    public override int GetHashCode() => EqualityContract.GetHashCode();
}
