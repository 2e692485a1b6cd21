namespace Godwit.Sqlite.Grammar;

/// <summary>A stretch of a statement's text; offsets count UTF-16 units from 0.</summary>
public readonly record struct SourceSpan(int Start, int Length)
{
    public int End => Start + Length;

    public static SourceSpan Between(int start, int end) => new(start, end - start);

    /// <summary>The words themselves, out of the statement that was parsed.</summary>
    public string Of(string statement) => statement.Substring(Start, Length);
}
