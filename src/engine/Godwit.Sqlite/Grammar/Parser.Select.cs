namespace Godwit.Sqlite.Grammar;

/// <summary>Queries (https://sqlite.org/lang_select.html).</summary>
internal sealed partial class Parser
{
    private Select ParseSelect()
    {
        Enter();
        var start = Start;
        var with = At("with") ? ParseWith() : null;
        var first = ParseCore();
        var rest = new List<CompoundPart>();
        while (true)
        {
            var partStart = Start;
            if (ParseCompoundOperator() is not { } kind) break;
            rest.Add(new CompoundPart(kind, ParseCore()) { Span = Since(partStart) });
        }
        var closesWithQuery = (rest.Count == 0 ? first : rest[^1].Core) is QueryCore;
        var orderBy = closesWithQuery ? ParseOrderBy() : [];
        var (limit, offset) = closesWithQuery ? ParseLimit() : (null, null);
        Leave();
        return new Select { With = with, First = first, Rest = [.. rest], OrderBy = orderBy, Limit = limit, Offset = offset, Span = Since(start) };
    }

    private With ParseWith()
    {
        var start = Take().Span.Start;
        var recursive = Accept("recursive");
        return new With(recursive, ParseList(ParseCommonTable)) { Span = Since(start) };
    }

    private CommonTable ParseCommonTable()
    {
        var start = Start;
        var name = ParseName("a common table's name");
        var columns = ParseOptionalNameList();
        Expect("as");
        bool? materialized = Accept("materialized") ? true : Accept("not", "materialized") ? false : null;
        Expect(TokenKind.LeftParenthesis, "(");
        var select = ParseSelect();
        Expect(TokenKind.RightParenthesis, ")");
        return new CommonTable(name, columns, materialized, select) { Span = Since(start) };
    }

    private CompoundOperator? ParseCompoundOperator()
    {
        if (Accept("union")) return Accept("all") ? CompoundOperator.UnionAll : CompoundOperator.Union;
        if (Accept("intersect")) return CompoundOperator.Intersect;
        return Accept("except") ? CompoundOperator.Except : null;
    }

    private SelectCore ParseCore()
    {
        var start = Start;
        if (Accept("values"))
        {
            var rows = ParseList(() => ParseParenthesisedList(ParseExpression));
            return new ValuesCore(rows) { Span = Since(start) };
        }
        Expect("select");
        var distinct = Accept("distinct");
        if (!distinct) Accept("all");
        var columns = ParseList(ParseResultColumn);
        var from = Accept("from") ? ParseFrom() : null;
        var where = Accept("where") ? ParseExpression() : null;
        NodeList<Expression> groupBy = [];
        if (Accept("group"))
        {
            Expect("by");
            groupBy = ParseList(ParseExpression);
        }
        var having = Accept("having") ? ParseExpression() : null;
        NodeList<NamedWindow> windows = AtWindowClause() && Take() is var _ ? ParseList(ParseNamedWindow) : [];
        return new QueryCore { Distinct = distinct, Columns = columns, From = from, Where = where, GroupBy = groupBy, Having = having, Windows = windows, Span = Since(start) };
    }

    /// <summary>WINDOW is a name but before a name and AS.</summary>
    private bool AtWindowClause() => At("window") && Peek().Kind is TokenKind.Word or TokenKind.QuotedName or TokenKind.String && Peek(2).Is("as");

    private ResultColumn ParseResultColumn()
    {
        var start = Start;
        if (Accept(TokenKind.Star)) return new StarColumn(Table: null) { Span = Since(start) };
        if (Peek().Kind == TokenKind.Dot && Peek(2).Kind == TokenKind.Star)
        {
            var table = ParseName("a table's name");
            Take();
            Take();
            return new StarColumn(table) { Span = Since(start) };
        }
        var expression = ParseExpression();
        var alias = ParseAlias();
        return new ExpressionColumn(expression, alias) { Span = Since(start) };
    }

    private Name? ParseAlias()
    {
        if (Accept("as")) return ParseName("an alias");
        if (!AtLooseName() || AtWindowClause()) return null;
        return NameOf(Take());
    }

    private TableExpression ParseFrom()
    {
        Enter();
        var start = Start;
        var left = ParseTable();
        for (var height = _nesting; ; height++)
        {
            if (height > MostHeight) throw new ParseFault(start, $"more than {MostHeight} joins");
            if (ParseJoinOperator() is not var (kind, natural)) break;
            var right = ParseTable();
            Expression? on = null;
            NodeList<Name> columns = [];
            if (Accept("on")) on = ParseExpression();
            else if (Accept("using")) columns = ParseNameList();
            left = new Join(left, kind, natural, right, on, columns) { Span = Since(start) };
        }
        Leave();
        return left;
    }

    private (JoinKind Kind, bool Natural)? ParseJoinOperator()
    {
        if (Accept(TokenKind.Comma)) return (JoinKind.Comma, false);
        var start = Start;
        var natural = false;
        var outer = false;
        JoinKind? kind = null;
        while (At(TokenKind.Word) && Keywords.IsJoin(Current.Text))
        {
            var word = SqliteNames.Fold(Take().Text);
            JoinKind? named = word switch
            {
                "left" => JoinKind.Left,
                "right" => JoinKind.Right,
                "full" => JoinKind.Full,
                "inner" => JoinKind.Inner,
                "cross" => JoinKind.Cross,
                _ => null,
            };
            if (named is not null && kind is not null) throw new ParseFault(start, "two kinds of join at once");
            kind ??= named;
            natural |= word == "natural";
            outer |= word == "outer";
        }
        var some = _tokens[_at].Span.Start != start;
        if (!some && !At("join")) return null;
        Expect("join");
        if (outer && kind is not (JoinKind.Left or JoinKind.Right or JoinKind.Full)) throw new ParseFault(start, "OUTER wants LEFT, RIGHT or FULL");
        return (kind ?? JoinKind.Inner, natural);
    }

    private TableExpression ParseTable()
    {
        var start = Start;
        if (At(TokenKind.LeftParenthesis))
        {
            Take();
            if (AtQuery())
            {
                var select = ParseSelect();
                Expect(TokenKind.RightParenthesis, ")");
                return new SubqueryTable(select, ParseAlias()) { Span = Since(start) };
            }
            var content = ParseFrom();
            Expect(TokenKind.RightParenthesis, ")");
            return new ParenthesisedTable(content, ParseAlias()) { Span = Since(start) };
        }
        var (schema, table) = ParseQualifiedName("a table's name");
        NodeList<Expression>? arguments = At(TokenKind.LeftParenthesis) ? ParseArguments() : null;
        var alias = ParseAlias();
        Name? index = null;
        if (Accept("indexed"))
        {
            Expect("by");
            index = ParseName("an index's name");
        }
        var notIndexed = index is null && Accept("not", "indexed");
        return new TableReference(schema, table, alias) { Arguments = arguments, IndexedBy = index, NotIndexed = notIndexed, Span = Since(start) };
    }

    private NodeList<OrderingTerm> ParseOrderBy()
    {
        if (!Accept("order")) return [];
        Expect("by");
        return ParseList(ParseOrderingTerm);
    }

    private OrderingTerm ParseOrderingTerm()
    {
        var start = Start;
        var expression = ParseExpression();
        var direction = ParseDirection();
        var nulls = NullsPosition.Unspecified;
        if (Accept("nulls")) nulls = Accept("first") ? NullsPosition.First : Accept("last") ? NullsPosition.Last : throw Unexpected("FIRST or LAST");
        return new OrderingTerm(expression, direction, nulls) { Span = Since(start) };
    }

    private SortDirection ParseDirection() =>
        Accept("asc") ? SortDirection.Ascending : Accept("desc") ? SortDirection.Descending : SortDirection.Unspecified;

    private (Expression? Limit, Expression? Offset) ParseLimit()
    {
        if (!Accept("limit")) return (null, null);
        var first = ParseExpression();
        if (Accept("offset")) return (first, ParseExpression());
        return Accept(TokenKind.Comma) ? (ParseExpression(), first) : (first, null);
    }
}
