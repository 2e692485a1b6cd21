using System.Globalization;

namespace Godwit.Sqlite.Grammar;

/// <summary>Cuts SQL into tokens by the rules of SQLite's tokenize.c.</summary>
internal sealed class Lexer
{
    private const char ByteOrderMark = '\uFEFF';

    private readonly string _text;
    private int _at;

    private Lexer(string text) => _text = text;

    /// <exception cref="ParseFault">A token that SQLite does not know.</exception>
    public static List<Token> Read(string text)
    {
        var lexer = new Lexer(text);
        var tokens = new List<Token>();
        while (lexer.Next() is { } token) tokens.Add(token);
        tokens.Add(new Token(TokenKind.End, new SourceSpan(text.Length, 0), ""));
        return tokens;
    }

    private char Peek(int ahead = 0) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private Token? Next()
    {
        SkipSpaceAndComments();
        if (_at >= _text.Length) return null;
        var start = _at;
        var c = _text[_at];
        return c switch
        {
            '\'' => Quoted(c, c, TokenKind.String, Quoting.Single),
            '"' => Quoted(c, c, TokenKind.QuotedName, Quoting.Double),
            '`' => Quoted(c, c, TokenKind.QuotedName, Quoting.Backtick),
            '[' => Bracketed(),
            'x' or 'X' when Peek(1) == '\'' => Blob(),
            '.' when char.IsAsciiDigit(Peek(1)) => Number(),
            >= '0' and <= '9' => Number(),
            '?' or '@' or '#' or ':' or '$' => Parameter(),
            _ when IsNameStart(c) => Word(),
            _ => Operator(start),
        };
    }

    private void SkipSpaceAndComments()
    {
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (c is ' ' or '\t' or '\n' or '\f' or '\r' or ByteOrderMark) _at++;
            else if (c == '-' && Peek(1) == '-')
            {
                var end = _text.IndexOf('\n', _at);
                _at = end < 0 ? _text.Length : end + 1;
            }
            else if (c == '/' && Peek(1) == '*' && _at + 2 < _text.Length)
            {
                // A comment that is not closed ends with the text.
                var end = _text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                _at = end < 0 ? _text.Length : end + 2;
            }
            else return;
        }
    }

    private Token Quoted(char open, char close, TokenKind kind, Quoting quoting)
    {
        var start = _at++;
        var text = new System.Text.StringBuilder();
        while (_at < _text.Length)
        {
            var c = _text[_at++];
            if (c != close) text.Append(c);
            else if (Peek() == close) text.Append(_text[_at++]);
            else return new Token(kind, SourceSpan.Between(start, _at), text.ToString(), quoting);
        }
        throw new ParseFault(start, $"the {open} here is not closed");
    }

    private Token Bracketed()
    {
        var start = _at;
        var end = _text.IndexOf(']', start);
        if (end < 0) throw new ParseFault(start, "the [ here is not closed");
        _at = end + 1;
        return new Token(TokenKind.QuotedName, SourceSpan.Between(start, _at), _text[(start + 1)..end], Quoting.Bracket);
    }

    private Token Blob()
    {
        var start = _at;
        _at += 2;
        while (char.IsAsciiHexDigit(Peek())) _at++;
        var digits = _text[(start + 2).._at];
        if (Peek() != '\'' || digits.Length % 2 != 0) throw new ParseFault(start, "a blob literal needs pairs of hexadecimal digits");
        _at++;
        return new Token(TokenKind.Blob, SourceSpan.Between(start, _at), digits.ToUpperInvariant());
    }

    private Token Number()
    {
        var start = _at;
        var kind = TokenKind.Integer;
        if (Peek() == '0' && Peek(1) is 'x' or 'X' && char.IsAsciiHexDigit(Peek(2)))
        {
            _at += 2;
            while (char.IsAsciiHexDigit(Peek())) _at++;
        }
        else
        {
            Digits();
            if (Peek() == '.')
            {
                kind = TokenKind.Real;
                _at++;
                Digits();
            }
            if (Peek() is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || (Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2)))))
            {
                kind = TokenKind.Real;
                _at += 2;
                Digits();
            }
        }
        if (IsNamePart(Peek())) throw new ParseFault(start, "a number must not run into a name");
        return new Token(kind, SourceSpan.Between(start, _at), _text[start.._at]);
    }

    private void Digits()
    {
        while (char.IsAsciiDigit(Peek())) _at++;
    }

    private Token Parameter()
    {
        var start = _at++;
        while (IsNamePart(Peek())) _at++;
        return new Token(TokenKind.Parameter, SourceSpan.Between(start, _at), _text[start.._at]);
    }

    private Token Word()
    {
        var start = _at;
        while (IsNamePart(Peek())) _at++;
        return new Token(TokenKind.Word, SourceSpan.Between(start, _at), _text[start.._at]);
    }

    private Token Operator(int start)
    {
        (TokenKind Kind, int Length) found = (_text[start], Peek(1)) switch
        {
            ('(', _) => (TokenKind.LeftParenthesis, 1),
            (')', _) => (TokenKind.RightParenthesis, 1),
            (',', _) => (TokenKind.Comma, 1),
            ('.', _) => (TokenKind.Dot, 1),
            (';', _) => (TokenKind.Semicolon, 1),
            ('+', _) => (TokenKind.Plus, 1),
            ('-', '>') => Peek(2) == '>' ? (TokenKind.DoubleArrow, 3) : (TokenKind.Arrow, 2),
            ('-', _) => (TokenKind.Minus, 1),
            ('*', _) => (TokenKind.Star, 1),
            ('/', _) => (TokenKind.Slash, 1),
            ('%', _) => (TokenKind.Percent, 1),
            ('=', '=') => (TokenKind.Equal, 2),
            ('=', _) => (TokenKind.Equal, 1),
            ('<', '=') => (TokenKind.LessOrEqual, 2),
            ('<', '>') => (TokenKind.NotEqual, 2),
            ('<', '<') => (TokenKind.ShiftLeft, 2),
            ('<', _) => (TokenKind.Less, 1),
            ('>', '=') => (TokenKind.GreaterOrEqual, 2),
            ('>', '>') => (TokenKind.ShiftRight, 2),
            ('>', _) => (TokenKind.Greater, 1),
            ('!', '=') => (TokenKind.NotEqual, 2),
            ('|', '|') => (TokenKind.Concatenate, 2),
            ('|', _) => (TokenKind.Bar, 1),
            ('&', _) => (TokenKind.Ampersand, 1),
            ('~', _) => (TokenKind.Tilde, 1),
            var (c, _) => throw new ParseFault(start, string.Create(CultureInfo.InvariantCulture, $"the character U+{(int)c:X4} has no meaning here")),
        };
        _at += found.Length;
        return new Token(found.Kind, new SourceSpan(start, found.Length), _text.Substring(start, found.Length));
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || c >= 0x80;

    private static bool IsNamePart(char c) => IsNameStart(c) || char.IsAsciiDigit(c) || c == '$';
}
