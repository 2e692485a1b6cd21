namespace Godwit.Sqlite.Grammar;

/// <summary>OVER and WINDOW (https://sqlite.org/windowfunctions.html).</summary>
internal sealed partial class Parser
{
    private Window ParseOver()
    {
        Take();
        if (At(TokenKind.LeftParenthesis)) return ParseWindowDefinition();
        var name = ParseName("a window's name");
        return new WindowReference(name) { Span = name.Span };
    }

    private WindowDefinition ParseWindowDefinition()
    {
        var start = Start;
        Expect(TokenKind.LeftParenthesis, "(");
        var atClause = At(TokenKind.RightParenthesis) || At("order") || (At("partition") && Peek().Is("by")) || FrameUnitOf(Current) is not null;
        var baseName = atClause ? null : ParseName("a window's name");
        NodeList<Expression> partitionBy = Accept("partition", "by") ? ParseList(ParseExpression) : [];
        var orderBy = ParseOrderBy();
        var frame = FrameUnitOf(Current) is { } unit ? ParseFrame(unit) : null;
        Expect(TokenKind.RightParenthesis, ")");
        return new WindowDefinition(baseName, partitionBy, orderBy, frame) { Span = Since(start) };
    }

    private static FrameUnit? FrameUnitOf(Token token) => token switch
    {
        _ when token.Is("rows") => FrameUnit.Rows,
        _ when token.Is("range") => FrameUnit.Range,
        _ when token.Is("groups") => FrameUnit.Groups,
        _ => null,
    };

    private WindowFrame ParseFrame(FrameUnit unit)
    {
        var start = Take().Span.Start;
        FrameBound first;
        FrameBound? last = null;
        if (Accept("between"))
        {
            first = ParseFrameBound();
            Expect("and");
            last = ParseFrameBound();
        }
        else first = ParseFrameBound();
        FrameExclusion? exclude = Accept("exclude") ? ParseExclusion() : null;
        return new WindowFrame(unit, first, last, exclude) { Span = Since(start) };
    }

    private FrameBound ParseFrameBound()
    {
        var start = Start;
        if (Accept("unbounded", "preceding")) return new FrameBound(FrameBoundKind.UnboundedPreceding, Offset: null) { Span = Since(start) };
        if (Accept("unbounded", "following")) return new FrameBound(FrameBoundKind.UnboundedFollowing, Offset: null) { Span = Since(start) };
        if (Accept("current", "row")) return new FrameBound(FrameBoundKind.CurrentRow, Offset: null) { Span = Since(start) };
        var offset = ParseExpression();
        if (Accept("preceding")) return new FrameBound(FrameBoundKind.Preceding, offset) { Span = Since(start) };
        Expect("following");
        return new FrameBound(FrameBoundKind.Following, offset) { Span = Since(start) };
    }

    private FrameExclusion ParseExclusion()
    {
        if (Accept("no", "others")) return FrameExclusion.NoOthers;
        if (Accept("current", "row")) return FrameExclusion.CurrentRow;
        if (Accept("group")) return FrameExclusion.Group;
        Expect("ties");
        return FrameExclusion.Ties;
    }

    private NamedWindow ParseNamedWindow()
    {
        var start = Start;
        var name = ParseName("a window's name");
        Expect("as");
        return new NamedWindow(name, ParseWindowDefinition()) { Span = Since(start) };
    }
}
