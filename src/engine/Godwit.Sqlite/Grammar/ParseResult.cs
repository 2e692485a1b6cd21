namespace Godwit.Sqlite.Grammar;

/// <summary>Why a text is not SQLite's.</summary>
/// <param name="Position">Offset in the text, from 0; the text's length when it ends too early.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
public sealed record ParseError(int Position, int Line, int Column, string Message)
{
    public override string ToString() => $"line {Line}, column {Column}: {Message}";
}

/// <summary>What <see cref="SqlParser.ParseSchemaStatement"/> gives; nothing is thrown.</summary>
public abstract record ParseResult
{
    private ParseResult() { }

    public sealed record Success(SchemaStatement Statement) : ParseResult;

    public sealed record Failure(ParseError Error) : ParseResult;
}

/// <summary>What <see cref="SqlParser.ParseExpression"/> gives; nothing is thrown.</summary>
public abstract record ExpressionResult
{
    private ExpressionResult() { }

    public sealed record Success(Expression Expression) : ExpressionResult;

    public sealed record Failure(ParseError Error) : ExpressionResult;
}
