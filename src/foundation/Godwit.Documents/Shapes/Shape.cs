namespace Godwit.Documents.Shapes;

/// <summary>
/// What a part of a document may look like. One description serves the reader (<c>ShapeReader</c>), the published JSON Schema
/// (<c>ShapeSchema</c>) and the commented example, so that the three cannot disagree.
/// </summary>
public abstract record Shape
{
    private Shape()
    {
    }

    /// <summary>One sentence for the editor and the schema.</summary>
    public string? Description { get; init; }

    /// <summary>A shape with a name is described once, under it, however often it occurs: <c>step</c>, <c>gate</c>.</summary>
    public string? Name { get; init; }

    /// <param name="Pattern">A regular expression that the whole text matches; null takes any text.</param>
    public sealed record Text(string? Pattern = null) : Shape
    {
        /// <summary>What the pattern means, in words: the end of "… must be ".</summary>
        public string? Expected { get; init; }

        public int MaxLength { get; init; } = 10_000;
    }

    /// <summary>One of some words.</summary>
    public sealed record Choice(params IReadOnlyList<string> Words) : Shape;

    public sealed record Whole(long Min = 0, long Max = int.MaxValue) : Shape;

    /// <summary>A decimal fraction, kept as the text that was written.</summary>
    public sealed record Number(decimal Min = 0, decimal Max = decimal.MaxValue) : Shape;

    public sealed record Flag : Shape;

    /// <summary>A length of time as a number and a unit: <c>250ms</c>, <c>30s</c>, <c>5m</c>, <c>48h</c>, <c>7d</c>.</summary>
    public sealed record Duration(TimeSpan Min, TimeSpan Max) : Shape
    {
        public Duration() : this(TimeSpan.Zero, TimeSpan.FromDays(3650))
        {
        }
    }

    /// <summary>A file beside the document, by its relative path; it must exist, below the document's folder.</summary>
    public sealed record File : Shape
    {
        /// <summary>Names that stand for files which the program brings along; a path never begins with <see cref="BuiltInPrefix"/>.</summary>
        public IReadOnlyList<string> BuiltIn { get; init; } = [];

        public const string BuiltInPrefix = "godwit:";
    }

    public sealed record List(Shape Item) : Shape
    {
        public int Min { get; init; }

        public int Max { get; init; } = 10_000;
    }

    /// <summary>Named fields; a name that is not listed is a finding.</summary>
    public sealed record Map(params IReadOnlyList<Field> Fields) : Shape
    {
        /// <summary>The field that a bare value stands for: <c>sql: a.sql</c> for <c>sql: {up: a.sql}</c>.</summary>
        public string? Short { get; init; }
    }

    /// <summary>Any names, values of one shape.</summary>
    public sealed record Named(Shape Value) : Shape
    {
        public string NamePattern { get; init; } = "^[A-Za-z][A-Za-z0-9_-]{0,62}$";
    }

    /// <summary>
    /// A mapping of common fields and exactly one of some keys, which says what it is: a step and its kind, a gate and its kind.
    /// </summary>
    public sealed record OneOf(IReadOnlyList<Field> Common, IReadOnlyList<Field> Kinds) : Shape;

    /// <summary>A plain value of any kind, kept as the text that was written: what a query is expected to answer.</summary>
    public sealed record Scalar : Shape;
}

/// <param name="Name">The key.</param>
/// <param name="Shape">What the value looks like.</param>
/// <param name="Description">One sentence, with or without its full stop: schema and reference add what is missing.</param>
/// <param name="Required">Whether the key must be there.</param>
public sealed record Field(string Name, Shape Shape, string Description, bool Required = false)
{
    /// <summary>What holds when the key is not there, as it would be written; for people and the schema. The reader fills it in.</summary>
    public string? Default { get; init; }
}
