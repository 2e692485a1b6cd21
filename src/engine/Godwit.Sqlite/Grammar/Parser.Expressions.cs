namespace Godwit.Sqlite.Grammar;

/// <summary>Operators, by the precedence table of parse.y.</summary>
internal sealed partial class Parser
{
    private static class Level
    {
        public const int Or = 1;
        public const int And = 2;
        public const int Not = 3;
        public const int Equality = 4;
        public const int Comparison = 5;
        public const int Bits = 6;
        public const int Sum = 7;
        public const int Product = 8;
        public const int Concatenation = 9;
        public const int Collate = 10;
    }

    public Expression ParseWholeExpression()
    {
        var expression = ParseExpression();
        if (!At(TokenKind.End)) throw new ParseFault(Start, $"the expression should end before {Shown(Current)}");
        return expression;
    }

    private Expression ParseExpression() => ParseExpression(Level.Or);

    private Expression ParseExpression(int level)
    {
        Enter();
        var start = Start;
        var left = ParsePrefix();
        for (var height = _nesting; ; height++)
        {
            if (height > MostHeight) throw new ParseFault(start, $"this expression is higher than {MostHeight}");
            if (ParseSuffix(left, start, level) is not { } longer) break;
            left = longer;
        }
        Leave();
        return left;
    }

    private Expression ParsePrefix()
    {
        var start = Start;
        if (At("not"))
        {
            Take();
            return new UnaryExpression(UnaryOperator.Not, ParseExpression(Level.Not)) { Span = Since(start) };
        }
        UnaryOperator? unary = Current.Kind switch
        {
            TokenKind.Minus => UnaryOperator.Negate,
            TokenKind.Plus => UnaryOperator.Plus,
            TokenKind.Tilde => UnaryOperator.BitNot,
            _ => null,
        };
        if (unary is null) return ParsePrimary();
        Take();
        // The one integer whose digits alone do not fit 64 bits.
        if (unary == UnaryOperator.Negate && At(TokenKind.Integer) && Current.Text.TrimStart('0') == "9223372036854775808")
        {
            Take();
            return new IntegerLiteral(long.MinValue) { Span = Since(start) };
        }
        Enter();
        var operand = ParsePrefix();
        Leave();
        return new UnaryExpression(unary.Value, operand) { Span = Since(start) };
    }

    private Expression? ParseSuffix(Expression left, int start, int level)
    {
        if (BinaryOf(Current) is var (kind, itsLevel))
        {
            if (itsLevel < level) return null;
            Take();
            if (kind == BinaryOperator.Is) return ParseIs(left, start);
            return new BinaryExpression(kind, left, ParseExpression(itsLevel + 1)) { Span = Since(start) };
        }
        if (Level.Collate >= level && Accept("collate"))
            return new CollateExpression(left, ParseName("a collation's name")) { Span = Since(start) };
        if (level > Level.Equality) return null;
        if (Accept("isnull")) return new NullTest(left, Negated: false) { Span = Since(start) };
        if (Accept("notnull") || Accept("not", "null")) return new NullTest(left, Negated: true) { Span = Since(start) };
        var negated = At("not") && (Peek().Is("in") || Peek().Is("between") || PatternOf(Peek()) is not null);
        if (negated) Take();
        if (Accept("between")) return ParseBetween(left, start, negated);
        if (Accept("in")) return ParseIn(left, start, negated);
        return PatternOf(Current) is { } pattern ? ParsePattern(pattern, left, start, negated) : null;
    }

    private static (BinaryOperator Operator, int Level)? BinaryOf(Token token) => token.Kind switch
    {
        TokenKind.Equal => (BinaryOperator.Equal, Level.Equality),
        TokenKind.NotEqual => (BinaryOperator.NotEqual, Level.Equality),
        TokenKind.Less => (BinaryOperator.Less, Level.Comparison),
        TokenKind.LessOrEqual => (BinaryOperator.LessOrEqual, Level.Comparison),
        TokenKind.Greater => (BinaryOperator.Greater, Level.Comparison),
        TokenKind.GreaterOrEqual => (BinaryOperator.GreaterOrEqual, Level.Comparison),
        TokenKind.Ampersand => (BinaryOperator.BitAnd, Level.Bits),
        TokenKind.Bar => (BinaryOperator.BitOr, Level.Bits),
        TokenKind.ShiftLeft => (BinaryOperator.ShiftLeft, Level.Bits),
        TokenKind.ShiftRight => (BinaryOperator.ShiftRight, Level.Bits),
        TokenKind.Plus => (BinaryOperator.Add, Level.Sum),
        TokenKind.Minus => (BinaryOperator.Subtract, Level.Sum),
        TokenKind.Star => (BinaryOperator.Multiply, Level.Product),
        TokenKind.Slash => (BinaryOperator.Divide, Level.Product),
        TokenKind.Percent => (BinaryOperator.Modulo, Level.Product),
        TokenKind.Concatenate => (BinaryOperator.Concatenate, Level.Concatenation),
        TokenKind.Arrow => (BinaryOperator.Extract, Level.Concatenation),
        TokenKind.DoubleArrow => (BinaryOperator.ExtractValue, Level.Concatenation),
        TokenKind.Word when token.Is("or") => (BinaryOperator.Or, Level.Or),
        TokenKind.Word when token.Is("and") => (BinaryOperator.And, Level.And),
        TokenKind.Word when token.Is("is") => (BinaryOperator.Is, Level.Equality),
        _ => null,
    };

    private static PatternOperator? PatternOf(Token token) => token switch
    {
        _ when token.Is("like") => PatternOperator.Like,
        _ when token.Is("glob") => PatternOperator.Glob,
        _ when token.Is("regexp") => PatternOperator.Regexp,
        _ when token.Is("match") => PatternOperator.Match,
        _ => null,
    };

    private Expression ParseIs(Expression left, int start)
    {
        var negated = Accept("not");
        // DISTINCT FROM says the opposite of IS.
        if (Accept("distinct"))
        {
            Expect("from");
            negated = !negated;
        }
        var right = ParseExpression(Level.Equality + 1);
        if (right is NullLiteral) return new NullTest(left, negated) { Span = Since(start) };
        return new BinaryExpression(negated ? BinaryOperator.IsNot : BinaryOperator.Is, left, right) { Span = Since(start) };
    }

    private BetweenExpression ParseBetween(Expression left, int start, bool negated)
    {
        var low = ParseExpression(Level.Not);
        Expect("and");
        return new BetweenExpression(left, low, ParseExpression(Level.Equality + 1), negated) { Span = Since(start) };
    }

    private PatternExpression ParsePattern(PatternOperator kind, Expression left, int start, bool negated)
    {
        Take();
        var pattern = ParseExpression(Level.Equality + 1);
        var escape = Accept("escape") ? ParseExpression(Level.Equality + 1) : null;
        return new PatternExpression(kind, left, pattern, escape, negated) { Span = Since(start) };
    }

    private Expression ParseIn(Expression left, int start, bool negated)
    {
        if (!At(TokenKind.LeftParenthesis))
        {
            var (schema, table) = ParseQualifiedName("a table's name");
            NodeList<Expression>? arguments = At(TokenKind.LeftParenthesis) ? ParseArguments() : null;
            return new InTableExpression(left, schema, table, arguments, negated) { Span = Since(start) };
        }
        if (AtQuery(1))
        {
            Take();
            var select = ParseSelect();
            Expect(TokenKind.RightParenthesis, ")");
            return new InSelectExpression(left, select, negated) { Span = Since(start) };
        }
        return new InListExpression(left, ParseArguments(), negated) { Span = Since(start) };
    }

    /// <summary><c>(a, b, …)</c>, perhaps empty.</summary>
    private NodeList<Expression> ParseArguments()
    {
        Expect(TokenKind.LeftParenthesis, "(");
        if (Accept(TokenKind.RightParenthesis)) return [];
        var items = ParseList(ParseExpression);
        Expect(TokenKind.RightParenthesis, ")");
        return items;
    }

    private bool AtQuery(int ahead = 0)
    {
        var token = Peek(ahead);
        return token.Is("select") || token.Is("values") || (token.Is("with") && Peek(ahead + 1).Kind is TokenKind.Word or TokenKind.QuotedName or TokenKind.String);
    }
}
