using System.Globalization;

namespace Godwit.Sqlite.Grammar;

/// <summary>Literals, names, calls, and what stands in parentheses.</summary>
internal sealed partial class Parser
{
    private Expression ParsePrimary()
    {
        var start = Start;
        switch (Current.Kind)
        {
            case TokenKind.Integer or TokenKind.Real or TokenKind.Blob:
                return ParseNumberOrBlob();
            case TokenKind.String when Peek().Kind != TokenKind.Dot:
                return new StringLiteral(Take().Text) { Span = Since(start) };
            case TokenKind.LeftParenthesis:
                return ParseParenthesised(start);
            case TokenKind.Parameter:
                throw new ParseFault(start, "a schema cannot hold parameters");
            case TokenKind.Word:
                if (ParseKeywordPrimary(start) is { } primary) return primary;
                break;
        }
        if (Current.Kind is TokenKind.Word or TokenKind.QuotedName && Peek().Kind == TokenKind.LeftParenthesis && !IsReserved(Current))
            return ParseCall(start);
        return ParseColumn(start);
    }

    private static bool IsReserved(Token token) => token.Kind == TokenKind.Word && Keywords.IsReserved(token.Text);

    private Expression? ParseKeywordPrimary(int start)
    {
        var isCall = Peek().Kind == TokenKind.LeftParenthesis;
        if (Accept("null")) return new NullLiteral { Span = Since(start) };
        if (At("case")) return ParseCase(start);
        if (At("cast") && isCall) return ParseCast(start);
        if (At("exists")) return ParseExists(start);
        if (At("raise") && isCall) return ParseRaise(start);
        if (Peek().Kind == TokenKind.Dot || isCall) return null;
        return CurrentOf(Current) is { } kind && Take() is var _ ? new CurrentLiteral(kind) { Span = Since(start) } : null;
    }

    private static CurrentKind? CurrentOf(Token token) => token switch
    {
        _ when token.Is("current_date") => CurrentKind.Date,
        _ when token.Is("current_time") => CurrentKind.Time,
        _ when token.Is("current_timestamp") => CurrentKind.Timestamp,
        _ => null,
    };

    private Literal ParseNumberOrBlob()
    {
        var token = Take();
        return token.Kind switch
        {
            TokenKind.Blob => new BlobLiteral(token.Text) { Span = token.Span },
            TokenKind.Integer when token.Text.Length > 1 && token.Text[1] is 'x' or 'X' => new IntegerLiteral(HexValue(token)) { Span = token.Span },
            TokenKind.Integer when long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) => new IntegerLiteral(value) { Span = token.Span },
            _ => new RealLiteral(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture)) { Span = token.Span },
        };
    }

    private static long HexValue(Token token)
    {
        var digits = token.Text[2..].TrimStart('0');
        if (digits.Length > 16) throw new ParseFault(token.Span.Start, "this hexadecimal number does not fit 64 bits");
        return digits.Length == 0 ? 0 : unchecked((long)ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
    }

    private Expression ParseParenthesised(int start)
    {
        Take();
        if (AtQuery())
        {
            var select = ParseSelect();
            Expect(TokenKind.RightParenthesis, ")");
            return new SubqueryExpression(select) { Span = Since(start) };
        }
        var items = ParseList(ParseExpression);
        Expect(TokenKind.RightParenthesis, ")");
        return items.Count == 1 ? items[0] with { Span = Since(start) } : new RowValue(items) { Span = Since(start) };
    }

    private ColumnReference ParseColumn(int start)
    {
        var first = ParseName("an expression");
        if (!Accept(TokenKind.Dot)) return new ColumnReference(first) { Span = Since(start) };
        var second = ParseName("a column's name");
        if (!Accept(TokenKind.Dot)) return new ColumnReference(Schema: null, first, second) { Span = Since(start) };
        return new ColumnReference(first, second, ParseName("a column's name")) { Span = Since(start) };
    }

    private FunctionCall ParseCall(int start)
    {
        var name = NameOf(Take());
        Expect(TokenKind.LeftParenthesis, "(");
        var star = Accept(TokenKind.Star);
        var distinct = !star && Accept("distinct");
        if (!star && !distinct) Accept("all");
        NodeList<Expression> arguments = star || At(TokenKind.RightParenthesis) ? [] : ParseList(ParseExpression);
        Expect(TokenKind.RightParenthesis, ")");
        Expression? filter = null;
        if (At("filter") && Peek().Kind == TokenKind.LeftParenthesis)
        {
            Take();
            Take();
            Expect("where");
            filter = ParseExpression();
            Expect(TokenKind.RightParenthesis, ")");
        }
        // OVER is a name but after a call and before ( or a window's name.
        var isOver = At("over") && (Peek().Kind is TokenKind.LeftParenthesis or TokenKind.QuotedName || (Peek().Kind == TokenKind.Word && !IsReserved(Peek())));
        var over = isOver ? ParseOver() : null;
        return new FunctionCall(name, arguments, distinct, star, filter, over) { Span = Since(start) };
    }

    private CaseExpression ParseCase(int start)
    {
        Take();
        var operand = At("when") ? null : ParseExpression();
        var whens = new List<CaseWhen>();
        do
        {
            var whenStart = Start;
            Expect("when");
            var when = ParseExpression();
            Expect("then");
            whens.Add(new CaseWhen(when, ParseExpression()) { Span = Since(whenStart) });
        }
        while (At("when"));
        var otherwise = Accept("else") ? ParseExpression() : null;
        Expect("end");
        return new CaseExpression(operand, [.. whens], otherwise) { Span = Since(start) };
    }

    private CastExpression ParseCast(int start)
    {
        Take();
        Take();
        var operand = ParseExpression();
        Expect("as");
        var type = ParseDeclaredType() ?? new DeclaredType("", []) { Span = Since(Start) };
        Expect(TokenKind.RightParenthesis, ")");
        return new CastExpression(operand, type) { Span = Since(start) };
    }

    private ExistsExpression ParseExists(int start)
    {
        Take();
        Expect(TokenKind.LeftParenthesis, "(");
        var select = ParseSelect();
        Expect(TokenKind.RightParenthesis, ")");
        return new ExistsExpression(select) { Span = Since(start) };
    }

    private RaiseExpression ParseRaise(int start)
    {
        Take();
        Take();
        RaiseAction action = Take() switch
        {
            var t when t.Is("ignore") => RaiseAction.Ignore,
            var t when t.Is("rollback") => RaiseAction.Rollback,
            var t when t.Is("abort") => RaiseAction.Abort,
            var t when t.Is("fail") => RaiseAction.Fail,
            var t => throw new ParseFault(t.Span.Start, "RAISE wants IGNORE, ROLLBACK, ABORT or FAIL"),
        };
        string? message = null;
        if (action != RaiseAction.Ignore)
        {
            Expect(TokenKind.Comma, ",");
            message = ParseName("a message").Text;
        }
        Expect(TokenKind.RightParenthesis, ")");
        return new RaiseExpression(action, message) { Span = Since(start) };
    }
}
