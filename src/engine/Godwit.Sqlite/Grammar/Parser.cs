namespace Godwit.Sqlite.Grammar;

/// <summary>The tokens of one statement and the place reached in them. The other parts of this class are the grammar's rules.</summary>
internal sealed partial class Parser
{
    /// <summary>Nesting of expressions and queries. SQLite's own parser stops at a stack of 100 entries in most builds.</summary>
    private const int MostNesting = 300;

    /// <summary>Height of an expression: SQLITE_MAX_EXPR_DEPTH (https://sqlite.org/limits.html).</summary>
    private const int MostHeight = 1000;

    private readonly string _text;
    private readonly List<Token> _tokens;
    private int _at;
    private int _nesting;

    public Parser(string text)
    {
        _text = text;
        _tokens = Lexer.Read(text);
    }

    private Token Current => _tokens[_at];

    private Token Peek(int ahead = 1) => _tokens[Math.Min(_at + ahead, _tokens.Count - 1)];

    private int Start => Current.Span.Start;

    private SourceSpan Since(int start) => SourceSpan.Between(start, _at == 0 ? start : _tokens[_at - 1].Span.End);

    private Token Take() => _at < _tokens.Count - 1 ? _tokens[_at++] : _tokens[_at];

    private bool At(TokenKind kind) => Current.Kind == kind;

    private bool At(string keyword) => Current.Is(keyword);

    private bool Accept(TokenKind kind)
    {
        if (!At(kind)) return false;
        Take();
        return true;
    }

    private bool Accept(string keyword)
    {
        if (!At(keyword)) return false;
        Take();
        return true;
    }

    private bool Accept(string first, string second)
    {
        if (!At(first) || !Peek().Is(second)) return false;
        Take();
        Take();
        return true;
    }

    private Token Expect(TokenKind kind, string what) => At(kind) ? Take() : throw Unexpected(what);

    private void Expect(string keyword)
    {
        if (!Accept(keyword)) throw Unexpected(keyword);
    }

    private ParseFault Unexpected(string wanted) => At(TokenKind.End)
        ? new ParseFault(Start, $"{wanted} is missing at the end")
        : new ParseFault(Start, $"{wanted} should stand before {Shown(Current)}");

    private static string Shown(Token token) => token.Kind switch
    {
        TokenKind.String => "this string",
        TokenKind.Blob => "this blob",
        TokenKind.QuotedName => $"the name {token.Text}",
        _ => token.Text,
    };

    private void Enter()
    {
        if (++_nesting > MostNesting) throw new ParseFault(Start, $"more than {MostNesting} levels are nested here");
    }

    private void Leave() => _nesting--;

    /// <summary>A name, where a string is one too (nm in parse.y).</summary>
    private Name ParseName(string what)
    {
        var token = Current;
        var isName = token.Kind is TokenKind.QuotedName or TokenKind.String || (token.Kind == TokenKind.Word && !Keywords.IsReserved(token.Text));
        if (!isName) throw Unexpected(what);
        Take();
        return NameOf(token);
    }

    /// <summary>An alias or a word of a type, which may stand where a join may begin (ids in parse.y).</summary>
    private bool AtLooseName() =>
        Current.Kind is TokenKind.QuotedName or TokenKind.String
        || (At(TokenKind.Word) && !Keywords.IsReserved(Current.Text) && !Keywords.IsJoin(Current.Text) && !At("indexed"));

    private static Name NameOf(Token token) => new(token.Text, token.Quoting) { Span = token.Span };

    /// <summary><c>[schema.]name</c></summary>
    private (Name? Schema, Name Name) ParseQualifiedName(string what)
    {
        var name = ParseName(what);
        return Accept(TokenKind.Dot) ? (name, ParseName(what)) : (null, name);
    }

    private NodeList<T> ParseList<T>(Func<T> item)
    {
        var items = new List<T> { item() };
        while (Accept(TokenKind.Comma)) items.Add(item());
        return [.. items];
    }

    private NodeList<T> ParseParenthesisedList<T>(Func<T> item)
    {
        Expect(TokenKind.LeftParenthesis, "(");
        var items = ParseList(item);
        Expect(TokenKind.RightParenthesis, ")");
        return items;
    }

    private NodeList<Name> ParseNameList() => ParseParenthesisedList(() => ParseName("a column's name"));

    private NodeList<Name> ParseOptionalNameList() => At(TokenKind.LeftParenthesis) ? ParseNameList() : [];

    private void ExpectEnd()
    {
        Accept(TokenKind.Semicolon);
        if (!At(TokenKind.End)) throw new ParseFault(Start, $"the statement should end before {Shown(Current)}");
    }
}
