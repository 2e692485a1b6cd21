namespace Godwit.Sqlite.Grammar;

internal enum TokenKind
{
    End,

    /// <summary>A bare word: a keyword or a name, which the grammar decides.</summary>
    Word,

    /// <summary>A name in double quotes, brackets or backticks.</summary>
    QuotedName,
    String,
    Blob,
    Integer,
    Real,
    Parameter,
    LeftParenthesis,
    RightParenthesis,
    Comma,
    Dot,
    Semicolon,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    ShiftLeft,
    ShiftRight,
    Ampersand,
    Bar,
    Tilde,
    Concatenate,
    Arrow,
    DoubleArrow,
}

/// <param name="Text">A word as written, a name or string without quotes, a number as written, a blob's digits.</param>
internal readonly record struct Token(TokenKind Kind, SourceSpan Span, string Text, Quoting Quoting = Quoting.None)
{
    public bool Is(string keyword) => Kind == TokenKind.Word && SqliteNames.Same(Text, keyword);
}
