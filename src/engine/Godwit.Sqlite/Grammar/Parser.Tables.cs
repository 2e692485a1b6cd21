using System.Text;

namespace Godwit.Sqlite.Grammar;

/// <summary>CREATE TABLE (https://sqlite.org/lang_createtable.html).</summary>
internal sealed partial class Parser
{
    private CreateTable ParseTableStatement(int start, bool temporary)
    {
        var ifNotExists = ParseIfNotExists();
        var (schema, name) = ParseQualifiedName("the table's name");
        if (At("as")) throw new ParseFault(Start, "CREATE TABLE … AS holds no columns; sqlite_schema never has it");
        Expect(TokenKind.LeftParenthesis, "(");
        var columns = new List<ColumnDefinition> { ParseColumnDefinition() };
        var constraints = new List<TableConstraint>();
        while (Accept(TokenKind.Comma))
        {
            if (AtTableConstraint())
            {
                ParseTableConstraints(constraints);
                break;
            }
            columns.Add(ParseColumnDefinition());
        }
        Expect(TokenKind.RightParenthesis, ")");
        var (withoutRowId, strict) = ParseTableOptions();
        return new CreateTable
        {
            Temporary = temporary, IfNotExists = ifNotExists, Schema = schema, Name = name, Columns = [.. columns], Constraints = [.. constraints],
            WithoutRowId = withoutRowId, Strict = strict, Span = Since(start),
        };
    }

    private (bool WithoutRowId, bool Strict) ParseTableOptions()
    {
        var withoutRowId = false;
        var strict = false;
        if (At(TokenKind.End) || At(TokenKind.Semicolon)) return (false, false);
        do
        {
            if (Accept("without", "rowid")) withoutRowId = true;
            else if (Accept("strict")) strict = true;
            else throw Unexpected("WITHOUT ROWID, STRICT or the end");
        }
        while (Accept(TokenKind.Comma));
        return (withoutRowId, strict);
    }

    private ColumnDefinition ParseColumnDefinition()
    {
        var start = Start;
        var name = ParseName("a column's name");
        var type = ParseDeclaredType();
        var constraints = new List<ColumnConstraint>();
        Name? pending = null;
        while (!At(TokenKind.Comma) && !At(TokenKind.RightParenthesis))
        {
            var constraintStart = Start;
            if (Accept("constraint"))
            {
                // A name without a constraint is allowed and means nothing.
                pending = ParseName("a constraint's name");
                continue;
            }
            var last = constraints.Count > 0 ? constraints[^1] as ColumnReferences : null;
            if (last is not null && ParseDeferral(last.Clause) is { } deferred)
            {
                constraints[^1] = last with { Clause = deferred, Span = Since(last.Span.Start) };
                continue;
            }
            constraints.Add(ParseColumnConstraint() with { Name = pending, Span = Since(constraintStart) });
            pending = null;
        }
        return new ColumnDefinition(name, type, [.. constraints]) { Span = Since(start) };
    }

    private DeclaredType? ParseDeclaredType()
    {
        var start = Start;
        var words = new StringBuilder();
        while (AtLooseName() && !(At("generated") && Peek().Is("always")))
        {
            if (words.Length > 0) words.Append(' ');
            words.Append(Take().Text);
        }
        if (words.Length == 0) return null;
        NodeList<string> arguments = At(TokenKind.LeftParenthesis) ? ParseTypeArguments() : [];
        return new DeclaredType(words.ToString(), arguments) { Span = Since(start) };
    }

    private NodeList<string> ParseTypeArguments()
    {
        var arguments = ParseParenthesisedList(ParseTypeArgument);
        return arguments.Count <= 2 ? arguments : throw new ParseFault(Start, "a type has at most two numbers");
    }

    private string ParseTypeArgument()
    {
        var sign = Accept(TokenKind.Minus) ? "-" : Accept(TokenKind.Plus) ? "+" : "";
        return At(TokenKind.Integer) || At(TokenKind.Real) ? sign + Take().Text : throw Unexpected("a number");
    }

    private ColumnConstraint ParseColumnConstraint()
    {
        if (Accept("default")) return ParseDefault();
        if (Accept("null")) return new ColumnNull(ParseConflict());
        if (Accept("not", "null")) return new ColumnNotNull(ParseConflict());
        if (Accept("unique")) return new ColumnUnique(ParseConflict());
        if (Accept("primary"))
        {
            Expect("key");
            var direction = ParseDirection();
            var conflict = ParseConflict();
            return new ColumnPrimaryKey(direction, conflict, Accept("autoincrement"));
        }
        if (Accept("check"))
        {
            Expect(TokenKind.LeftParenthesis, "(");
            var condition = ParseExpression();
            Expect(TokenKind.RightParenthesis, ")");
            return new ColumnCheck(condition);
        }
        if (Accept("collate")) return new ColumnCollate(ParseName("a collation's name"));
        if (At("references")) return new ColumnReferences(ParseForeignKeyClause());
        if (Accept("generated"))
        {
            Expect("always");
            if (!At("as")) throw Unexpected("AS");
        }
        Expect("as", "a column's constraint");
        return ParseGenerated();
    }

    private void Expect(string keyword, string what)
    {
        if (!Accept(keyword)) throw Unexpected(what);
    }

    private ColumnGenerated ParseGenerated()
    {
        Expect(TokenKind.LeftParenthesis, "(");
        var expression = ParseExpression();
        Expect(TokenKind.RightParenthesis, ")");
        var stored = Accept("stored");
        if (!stored) Accept("virtual");
        return new ColumnGenerated(expression, stored);
    }

    private ColumnDefault ParseDefault()
    {
        var start = Start;
        if (Accept(TokenKind.LeftParenthesis))
        {
            var expression = ParseExpression();
            Expect(TokenKind.RightParenthesis, ")");
            return new ColumnDefault(expression with { Span = Since(start) }, Parenthesised: true);
        }
        if (Current.Kind is TokenKind.Plus or TokenKind.Minus)
        {
            var signed = Peek().Kind is TokenKind.Integer or TokenKind.Real or TokenKind.Blob or TokenKind.String || Peek().Is("null") || CurrentOf(Peek()) is not null;
            if (!signed) throw new ParseFault(Start, "a sign in DEFAULT wants a literal");
            return new ColumnDefault(ParsePrefix(), Parenthesised: false);
        }
        if (Current.Kind is TokenKind.Integer or TokenKind.Real or TokenKind.Blob) return new ColumnDefault(ParseNumberOrBlob(), Parenthesised: false);
        if (At(TokenKind.String)) return new ColumnDefault(new StringLiteral(Take().Text) { Span = Since(start) }, Parenthesised: false);
        if (Accept("null")) return new ColumnDefault(new NullLiteral { Span = Since(start) }, Parenthesised: false);
        if (CurrentOf(Current) is { } kind && Take() is var _) return new ColumnDefault(new CurrentLiteral(kind) { Span = Since(start) }, Parenthesised: false);
        return new ColumnDefault(ParseDefaultWord(start), Parenthesised: false);
    }

    /// <summary>A name as a default is its text, but for TRUE and FALSE without quotes.</summary>
    private Literal ParseDefaultWord(int start)
    {
        var bare = At(TokenKind.Word);
        var word = ParseName("a default").Text;
        if (bare && SqliteNames.Same(word, "true")) return new IntegerLiteral(1) { Span = Since(start) };
        if (bare && SqliteNames.Same(word, "false")) return new IntegerLiteral(0) { Span = Since(start) };
        return new StringLiteral(word) { Span = Since(start) };
    }

    private ConflictAction? ParseConflict()
    {
        if (!Accept("on", "conflict")) return null;
        if (Accept("rollback")) return ConflictAction.Rollback;
        if (Accept("abort")) return ConflictAction.Abort;
        if (Accept("fail")) return ConflictAction.Fail;
        if (Accept("ignore")) return ConflictAction.Ignore;
        Expect("replace", "ROLLBACK, ABORT, FAIL, IGNORE or REPLACE");
        return ConflictAction.Replace;
    }
}
