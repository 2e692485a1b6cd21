using FsCheck;
using FsCheck.Fluent;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Tests.Grammar;

/// <summary>Random expressions of every form that stands without a query.</summary>
internal static class Expressions
{
    public static Arbitrary<Expression> Any { get; } = Gen.Sized(size => OfSize(Math.Min(size, 30))).ToArbitrary();

    private static Gen<Name> Names { get; } = Gen.OneOf(
        Gen.Elements("a", "Ärger", "_x$1", "key", "abort", "window", "over", "filter", "replace", "end", "left").Select(t => new Name(t)),
        Gen.Elements("a b", "select", "x\"y", "", "it's").Select(t => new Name(t, Quoting.Double)),
        Gen.Elements("a b", "from", "x`y").Select(t => new Name(t, Quoting.Backtick)),
        Gen.Elements("a b", "x[y", "\"").Select(t => new Name(t, Quoting.Bracket)));

    private static Gen<Name> BareNames { get; } = Gen.Elements("a", "b1", "abs", "like", "if", "date").Select(t => new Name(t));

    private static Gen<Expression> Leaves { get; } = Gen.OneOf(
        Gen.Constant<Expression>(new NullLiteral()),
        ArbMap.Default.GeneratorFor<long>().Where(v => v != long.MinValue).Select(v => (Expression)new IntegerLiteral(Math.Abs(v))),
        ArbMap.Default.GeneratorFor<NormalFloat>().Select(v => (Expression)new RealLiteral(Math.Abs(v.Get))),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(v => (Expression)new StringLiteral(v.Get)),
        Gen.Elements("", "00", "C0FFEE").Select(h => (Expression)new BlobLiteral(h)),
        Gen.Elements(CurrentKind.Date, CurrentKind.Time, CurrentKind.Timestamp).Select(k => (Expression)new CurrentLiteral(k)),
        Names.Select(n => (Expression)new ColumnReference(n)),
        Names.Two().Select(n => (Expression)new ColumnReference(Schema: null, n.Item1, n.Item2)));

    private static Gen<Expression> OfSize(int size)
    {
        if (size <= 1) return Leaves;
        var one = OfSize(size - 1);
        var half = OfSize(size / 2);
        var third = OfSize(size / 3);
        var some = third.ListOf().Select(l => NodeList.Create<Expression>([.. l.Take(4)]));
        var truth = Gen.Elements(true, false);
        return Gen.OneOf(
            Leaves,
            Gen.Elements(Enum.GetValues<UnaryOperator>()).SelectMany(o => one.Select(e => (Expression)new UnaryExpression(o, e))),
            Gen.Elements(Enum.GetValues<BinaryOperator>()).SelectMany(o => half.Two().Select(e => Binary(o, e.Item1, e.Item2))),
            truth.SelectMany(n => one.Select(e => (Expression)new NullTest(e, n))),
            BareNames.SelectMany(n => one.Select(e => (Expression)new CollateExpression(e, n))),
            Gen.Elements(Enum.GetValues<PatternOperator>()).SelectMany(o => third.Three().SelectMany(e => truth.Two().Select(t =>
                (Expression)new PatternExpression(o, e.Item1, e.Item2, t.Item1 ? e.Item3 : null, t.Item2)))),
            truth.SelectMany(n => third.Three().Select(e => (Expression)new BetweenExpression(e.Item1, e.Item2, e.Item3, n))),
            truth.SelectMany(n => half.SelectMany(e => some.Select(l => (Expression)new InListExpression(e, l, n)))),
            truth.SelectMany(n => one.SelectMany(e => BareNames.Select(t => (Expression)new InTableExpression(e, Schema: null, t, Arguments: null, n)))),
            third.Four().SelectMany(e => truth.Two().Select(t => (Expression)Case(e, t))),
            one.SelectMany(e => Gen.Elements("INTEGER", "long text", "DECIMAL(10,-2)").Select(t => (Expression)new CastExpression(e, TypeOf(t)))),
            BareNames.SelectMany(n => some.SelectMany(l => truth.Select(d => (Expression)new FunctionCall(n, l, d && l.Count > 0)))),
            half.Two().Select(e => (Expression)new RowValue([e.Item1, e.Item2])));
    }

    /// <summary>IS NULL is a form of its own.</summary>
    private static Expression Binary(BinaryOperator kind, Expression left, Expression right) =>
        right is NullLiteral && kind is BinaryOperator.Is or BinaryOperator.IsNot
            ? new NullTest(left, kind == BinaryOperator.IsNot)
            : new BinaryExpression(kind, left, right);

    private static CaseExpression Case((Expression, Expression, Expression, Expression) parts, (bool Operand, bool Else) has) =>
        new CaseExpression(has.Operand ? parts.Item1 : null, [new CaseWhen(parts.Item2, parts.Item3)], has.Else ? parts.Item4 : null);

    private static DeclaredType TypeOf(string text) => text switch
    {
        "DECIMAL(10,-2)" => new DeclaredType("DECIMAL", ["10", "-2"]),
        _ => new DeclaredType(text, []),
    };
}
