using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Translation;

/// <summary>
/// Writes one expression in PostgreSQL's words. The other parts of this class hold the rules by kind: comparison, numbers, texts, dates,
/// aggregates. Whatever would mean something else is a <see cref="TranslationFault"/>.
/// </summary>
internal sealed partial class ExpressionWriter(INames names, ConstantFolding folding, bool immutable = false, IQueries? queries = null)
{
    /// <summary>In a grouped query: what may stand outside an aggregate, in PostgreSQL's words.</summary>
    public IReadOnlySet<string>? Grouped { get; init; }

    /// <summary>Whether aggregates may stand here at all.</summary>
    public bool AllowsAggregates { get; init; }

    /// <summary>The query's WINDOW clause.</summary>
    public IReadOnlyDictionary<string, WindowDefinition> Windows { get; init; } = new Dictionary<string, WindowDefinition>();

    private bool _insideAggregate;

    public Value Write(Expression expression)
    {
        if (expression is ColumnReference named && (names as IAliases)?.AliasOf(named) is { } meant) return Write(meant);
        if (Grouped is null || _insideAggregate || ExpressionTree.HasAggregate(expression)) return WriteNode(expression);
        var alone = WithoutGroups(expression);
        if (alone is not null && Grouped.Contains(alone.Sql)) return alone;
        if (expression is not ColumnReference || alone is { IsConstant: true }) return WriteNode(expression);
        throw new TranslationFault("the query is grouped and this column is neither a key of the grouping nor decided by it: SQLite takes it from any row of the group", expression.Span);
    }

    /// <summary>A condition: SQLite asks whether a number is not zero.</summary>
    public string Condition(Expression expression) => Truth(Write(expression), expression.Span);

    /// <summary>The expression's words as if nothing were grouped; null where it needs the groups, or has no translation at all.</summary>
    private Value? WithoutGroups(Expression expression)
    {
        try
        {
            return Ungrouped(() => WriteNode(expression));
        }
        catch (TranslationFault)
        {
            return null;
        }
    }

    private T Ungrouped<T>(Func<T> write)
    {
        var before = _insideAggregate;
        _insideAggregate = true;
        try
        {
            return write();
        }
        finally
        {
            _insideAggregate = before;
        }
    }

    private Value WriteNode(Expression expression) => expression switch
    {
        NullLiteral => Value.Of(null),
        IntegerLiteral literal => Value.Of(literal.Value),
        RealLiteral literal => Value.Of(literal.Value),
        StringLiteral literal => TextConstant(literal.Value, literal.Span),
        BlobLiteral literal => Value.Of(Convert.FromHexString(literal.Hex)),
        CurrentLiteral literal => WriteCurrent(literal),
        ColumnReference reference => WriteColumn(reference),
        UnaryExpression unary => WriteUnary(unary),
        BinaryExpression binary => WriteBinary(binary),
        NullTest test => Value.Condition($"({Write(test.Operand).Sql} IS {(test.Negated ? "NOT " : "")}NULL)") with { NotNull = true },
        CollateExpression collate => WriteCollate(collate),
        PatternExpression pattern => WritePattern(pattern),
        BetweenExpression between => WriteBetween(between),
        InListExpression list => WriteInList(list),
        CaseExpression choice => WriteCase(choice),
        CastExpression cast => WriteCast(cast),
        FunctionCall call => WriteCall(call),
        ExistsExpression or SubqueryExpression or InSelectExpression or InTableExpression when queries is null =>
            throw new TranslationFault("PostgreSQL allows no query here", expression.Span),
        ExistsExpression exists => Value.Condition($"EXISTS ({queries.Write(exists.Select, names).Sql})") with { NotNull = true },
        SubqueryExpression subquery => WriteSubquery(subquery),
        InSelectExpression membership => WriteInSelect(membership.Operand, membership.Select, membership.Negated, membership.Span),
        InTableExpression membership => WriteInTable(membership),
        RowValue => throw new TranslationFault("row values are not translated", expression.Span),
        _ => throw new TranslationFault("RAISE stands in triggers only", expression.Span),
    };

    private static Value TextConstant(string text, SourceSpan span) =>
        text.Contains('\0') ? throw new TranslationFault("PostgreSQL's text cannot hold a NUL character", span) : Value.Of(text);

    private Value WriteColumn(ColumnReference reference)
    {
        if (names.Find(reference) is { } value) return value;
        if (reference.Table is null)
        {
            var word = reference.Column.Text;
            if (reference.Column.Quoting == Quoting.Double) return TextConstant(word, reference.Span);
            if (reference.Column.Quoting == Quoting.None && SqliteNames.Same(word, "true")) return Value.Of(1L);
            if (reference.Column.Quoting == Quoting.None && SqliteNames.Same(word, "false")) return Value.Of(0L);
        }
        throw new TranslationFault($"no column {reference.Column.Text} is known here", reference.Span);
    }

    private Value WriteUnary(UnaryExpression unary)
    {
        if (unary.Operator == UnaryOperator.Not)
        {
            var operand = Write(unary.Operand);
            return operand.IsConstant ? Fold("NOT ?1", unary.Span, operand) : Value.Condition($"(NOT {Truth(operand, unary.Operand.Span)})");
        }
        var value = Write(unary.Operand);
        if (unary.Operator == UnaryOperator.Plus) return value.WithoutAffinity();
        if (value.IsConstant) return Fold(unary.Operator == UnaryOperator.Negate ? "-?1" : "~?1", unary.Span, value);
        var number = Number(value, unary.Operand.Span);
        if (unary.Operator == UnaryOperator.BitNot)
            return number.Domain == Domain.Integer ? Value.Integer($"(~{number.Sql})") : throw new TranslationFault("~ is translated for integers only", unary.Span);
        return (number with { Sql = $"(0 - {number.Sql})" }).WithoutAffinity();
    }

    private Value WriteBinary(BinaryExpression binary)
    {
        if (binary.Operator is BinaryOperator.And or BinaryOperator.Or)
        {
            var word = binary.Operator == BinaryOperator.And ? "AND" : "OR";
            return Value.Condition($"({Condition(binary.Left)} {word} {Condition(binary.Right)})");
        }
        if (binary.Operator is BinaryOperator.Is or BinaryOperator.IsNot && TruthWord(binary.Right) is { } truth)
        {
            var not = binary.Operator == BinaryOperator.IsNot ? "NOT " : "";
            return Value.Condition($"({Condition(binary.Left)} IS {not}{truth})") with { NotNull = true };
        }
        var left = Write(binary.Left);
        var right = Write(binary.Right);
        if (left.IsConstant && right.IsConstant && Symbol(binary.Operator) is { } symbol && !left.CollationIsExplicit && !right.CollationIsExplicit)
            return Fold($"?1 {symbol} ?2", binary.Span, left, right);
        return binary.Operator switch
        {
            BinaryOperator.Equal or BinaryOperator.NotEqual or BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual
                or BinaryOperator.Is or BinaryOperator.IsNot => Compare(binary.Operator, left, right, binary.Span),
            BinaryOperator.Concatenate => Concatenate(left, right, binary),
            BinaryOperator.Extract or BinaryOperator.ExtractValue => throw new TranslationFault("SQLite's JSON operators are not translated", binary.Span),
            BinaryOperator.BitAnd or BinaryOperator.BitOr or BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight => Bits(binary.Operator, left, right, binary.Span),
            _ => Arithmetic(binary.Operator, left, right, binary),
        };
    }

    /// <summary>IS TRUE asks for the truth of the left side, unless a column has that name.</summary>
    private string? TruthWord(Expression expression) =>
        expression is ColumnReference { Table: null, Column: { Quoting: Quoting.None } name } reference && names.Find(reference) is null
            ? SqliteNames.Same(name.Text, "true") ? "TRUE" : SqliteNames.Same(name.Text, "false") ? "FALSE" : null
            : null;

    private static string? Symbol(BinaryOperator kind) => kind switch
    {
        BinaryOperator.Equal => "=",
        BinaryOperator.NotEqual => "<>",
        BinaryOperator.Is => "IS",
        BinaryOperator.IsNot => "IS NOT",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.BitAnd => "&",
        BinaryOperator.BitOr => "|",
        BinaryOperator.ShiftLeft => "<<",
        BinaryOperator.ShiftRight => ">>",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Modulo => "%",
        BinaryOperator.Concatenate => "||",
        _ => null,
    };

    private Value WriteCollate(CollateExpression collate)
    {
        var name = collate.Collation.Text.ToUpperInvariant();
        if (name is not ("BINARY" or "NOCASE" or "RTRIM")) throw new TranslationFault($"the collation {collate.Collation.Text} is not SQLite's own", collate.Span);
        return Write(collate.Operand) with { Collation = name == "BINARY" ? null : name, CollationIsExplicit = true };
    }

    private Value Fold(string expression, SourceSpan span, params ReadOnlySpan<Value> arguments)
    {
        object?[] constants = new object?[arguments.Length];
        for (var i = 0; i < arguments.Length; i++) constants[i] = arguments[i].Constant;
        try
        {
            return Value.Of(folding.Evaluate(expression, constants));
        }
        catch (SqliteException fault)
        {
            throw new TranslationFault($"SQLite cannot compute this: {fault.Message}", span);
        }
    }

    private string Truth(Value value, SourceSpan span)
    {
        if (value.IsConstant) return value.Constant is null ? "NULL::boolean" : folding.Evaluate("?1 AND 1", value.Constant) is 1L ? "TRUE" : "FALSE";
        return value.Domain switch
        {
            Domain.Boolean => value.Sql,
            Domain.Integer or Domain.Real or Domain.Number => $"({Decode(value, span).Sql} <> 0)",
            Domain.Null => "NULL::boolean",
            _ => throw new TranslationFault("SQLite reads a number out of this text to decide whether it is true", span),
        };
    }

    /// <summary>SQLite's own value of an encoded column.</summary>
    private Value Decode(Value value, SourceSpan span)
    {
        if (value.Encoding is { } mapping && immutable && !Encodings.DecodesByImmutable(mapping)) throw Mutable(span);
        return Encodings.Decode(value) ?? throw new TranslationFault("the value that SQLite held cannot be told again exactly inside an expression", span);
    }

    private static TranslationFault Mutable(SourceSpan span) =>
        new("PostgreSQL allows only immutable expressions here, and this one depends on the clock, the zone or the session", span);

    private void RequireMutable(SourceSpan span)
    {
        if (immutable) throw Mutable(span);
    }
}
