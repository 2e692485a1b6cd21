namespace Godwit.Sqlite.Grammar;

/// <summary>What stands after OVER (https://sqlite.org/windowfunctions.html).</summary>
public abstract record Window : Node
{
    private protected Window() { }
}

public sealed record WindowReference(Name Name) : Window;

public sealed record WindowDefinition(Name? Base, NodeList<Expression> PartitionBy, NodeList<OrderingTerm> OrderBy, WindowFrame? Frame) : Window;

/// <summary><c>WINDOW name AS (…)</c> of a SELECT.</summary>
public sealed record NamedWindow(Name Name, WindowDefinition Definition) : Node;

public enum FrameUnit
{
    Rows,
    Range,
    Groups,
}

public enum FrameBoundKind
{
    UnboundedPreceding,
    Preceding,
    CurrentRow,
    Following,
    UnboundedFollowing,
}

public sealed record FrameBound(FrameBoundKind Kind, Expression? Offset) : Node;

public enum FrameExclusion
{
    NoOthers,
    CurrentRow,
    Group,
    Ties,
}

/// <param name="End">Null when only the start is written: it is then the current row.</param>
public sealed record WindowFrame(FrameUnit Unit, FrameBound Start, FrameBound? End, FrameExclusion? Exclude) : Node;
