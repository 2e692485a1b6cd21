namespace Godwit.Sqlite.Grammar;

public abstract record Literal : Expression
{
    private protected Literal() { }
}

public sealed record NullLiteral : Literal;

/// <summary>A decimal or hexadecimal integer of 64 bits; a decimal one that is larger is a <see cref="RealLiteral"/> to SQLite.</summary>
public sealed record IntegerLiteral(long Value) : Literal;

public sealed record RealLiteral(double Value) : Literal;

public sealed record StringLiteral(string Value) : Literal;

/// <param name="Hex">Pairs of upper-case hexadecimal digits.</param>
public sealed record BlobLiteral(string Hex) : Literal;

public enum CurrentKind
{
    Date,
    Time,
    Timestamp,
}

/// <summary>CURRENT_DATE, CURRENT_TIME, CURRENT_TIMESTAMP.</summary>
public sealed record CurrentLiteral(CurrentKind Kind) : Literal;
