namespace Godwit.Sqlite.Grammar;

/// <summary>Constraints of a table, and what follows REFERENCES.</summary>
internal sealed partial class Parser
{
    private bool AtTableConstraint() => At("constraint") || At("primary") || At("unique") || At("check") || At("foreign");

    private void ParseTableConstraints(List<TableConstraint> constraints)
    {
        Name? pending = null;
        while (AtTableConstraint())
        {
            var start = Start;
            if (Accept("constraint")) pending = ParseName("a constraint's name");
            else
            {
                constraints.Add(ParseTableConstraint() with { Name = pending, Span = Since(start) });
                pending = null;
            }
            // The comma between constraints is optional to SQLite.
            if (Accept(TokenKind.Comma) && !AtTableConstraint()) throw Unexpected("a constraint");
        }
    }

    private TableConstraint ParseTableConstraint()
    {
        if (Accept("primary"))
        {
            Expect("key");
            Expect(TokenKind.LeftParenthesis, "(");
            var columns = ParseList(ParseIndexedColumn);
            var autoIncrement = Accept("autoincrement");
            Expect(TokenKind.RightParenthesis, ")");
            return new TablePrimaryKey(columns, ParseConflict(), autoIncrement);
        }
        if (Accept("unique"))
        {
            var columns = ParseParenthesisedList(ParseIndexedColumn);
            return new TableUnique(columns, ParseConflict());
        }
        if (Accept("check"))
        {
            Expect(TokenKind.LeftParenthesis, "(");
            var condition = ParseExpression();
            Expect(TokenKind.RightParenthesis, ")");
            return new TableCheck(condition, ParseConflict());
        }
        Expect("foreign");
        Expect("key");
        var children = ParseNameList();
        var clause = ParseForeignKeyClause();
        return new TableForeignKey(children, ParseDeferral(clause) ?? clause);
    }

    private IndexedColumn ParseIndexedColumn()
    {
        var term = ParseOrderingTerm();
        if (term.Nulls != NullsPosition.Unspecified) throw new ParseFault(term.Span.Start, "SQLite allows NULLS FIRST and LAST in queries only");
        return new IndexedColumn(AsColumn(term.Expression), term.Direction) { Span = term.Span };
    }

    /// <summary>A string alone in a key is a column's name (sqlite3StringToId).</summary>
    private static Expression AsColumn(Expression expression) => expression switch
    {
        StringLiteral text => new ColumnReference(new Name(text.Value, Quoting.Single) { Span = text.Span }) { Span = text.Span },
        CollateExpression { Operand: StringLiteral } collate => collate with { Operand = AsColumn(collate.Operand) },
        _ => expression,
    };

    private ForeignKeyClause ParseForeignKeyClause()
    {
        var start = Start;
        Expect("references");
        var clause = new ForeignKeyClause(ParseName("the parent's name"), ParseOptionalNameList());
        while (true)
        {
            if (Accept("match")) clause = clause with { Match = ParseName("a match type") };
            else if (Accept("on", "delete")) clause = clause with { OnDelete = ParseReferentialAction() };
            else if (Accept("on", "update")) clause = clause with { OnUpdate = ParseReferentialAction() };
            else if (Accept("on", "insert")) ParseReferentialAction();
            else return clause with { Span = Since(start) };
        }
    }

    private ReferentialAction ParseReferentialAction()
    {
        if (Accept("set", "null")) return ReferentialAction.SetNull;
        if (Accept("set", "default")) return ReferentialAction.SetDefault;
        if (Accept("cascade")) return ReferentialAction.Cascade;
        if (Accept("restrict")) return ReferentialAction.Restrict;
        if (Accept("no", "action")) return ReferentialAction.NoAction;
        throw Unexpected("SET NULL, SET DEFAULT, CASCADE, RESTRICT or NO ACTION");
    }

    private ForeignKeyClause? ParseDeferral(ForeignKeyClause clause)
    {
        var negated = At("not") && Peek().Is("deferrable");
        if (!negated && !At("deferrable")) return null;
        if (negated) Take();
        Take();
        bool? deferred = null;
        if (Accept("initially"))
        {
            deferred = Accept("deferred");
            if (deferred == false) Expect("immediate");
        }
        return clause with { Deferrable = !negated, InitiallyDeferred = deferred, Span = Since(clause.Span.Start) };
    }
}
