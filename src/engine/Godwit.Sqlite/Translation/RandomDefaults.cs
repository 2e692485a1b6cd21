using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>
/// Random keys: randomblob(n), hex(randomblob(n)), and the well-known spelling of a version 4 UUID. PostgreSQL without extensions has one strong source
/// of random bytes, gen_random_uuid(); the first six bytes of a version 4 UUID are all random, so longer values take several.
/// </summary>
internal static class RandomDefaults
{
    private const int MostBytes = 64;
    private const int RandomBytes = 6;

    private static readonly string[] UuidSpellings =
    [
        "hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89ab',abs(random())%4+1,1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6))",
        "hex(randomblob(4))||'-'||hex(randomblob(2))||'-'||'4'||substr(hex(randomblob(2)),2)||'-'||substr('89ab',abs(random())%4+1,1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6))",
        "hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89ab',1+(abs(random())%4),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6))",
        "hex(randomblob(4))||'-'||hex(randomblob(2))||'-'||'4'||substr(hex(randomblob(2)),2)||'-'||substr('89ab',1+(abs(random())%4),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6))",
    ];

    private static readonly HashSet<string> Uuids = [.. UuidSpellings.Select(s => SqlParser.ParseExpression(s)).OfType<ExpressionResult.Success>().Select(s => Shape(s.Expression))];

    /// <summary>The default's SQL, or null when the expression is none of these.</summary>
    public static string? Translate(Expression expression, TypedColumn column)
    {
        if (!Mentions(expression)) return null;
        var (inner, change) = CaseOf(expression);
        if (Uuids.Contains(Shape(inner))) return Uuid(column, change);
        if (inner is FunctionCall hex && hex.Function.Matches("hex") && BytesOf(hex.Arguments) is { } digits) return Hex(digits, column, change);
        return change is null && BytesOf([inner]) is { } bytes ? Blob(bytes, column) : throw Unknown(expression);
    }

    private static TranslationFault Unknown(Expression expression) => new("this random default is none that PostgreSQL gives without extensions", expression.Span);

    private static string Uuid(TypedColumn column, string? change) => (column.Mapping.Kind, column.Mapping.UuidForm, change) switch
    {
        (MappingKind.UuidText, UuidForm.Dashed or UuidForm.DashedUpper, _) => "gen_random_uuid()",
        (MappingKind.Text, _, "lower") => "gen_random_uuid()::text",
        // Written without lower(), the variant's letter stays small among capitals.
        (MappingKind.Text, _, "upper") => "upper(gen_random_uuid()::text)",
        _ => throw new TranslationFault($"the default writes a UUID, and the column's type is {column.Type}", default),
    };

    private static string Hex(int bytes, TypedColumn column, string? change)
    {
        if (column.Mapping.Kind == MappingKind.UuidText && column.Mapping.UuidForm == UuidForm.Hex && bytes == 16) return $"encode({Bytes(16)}, 'hex')::uuid";
        if (column.Mapping.Kind != MappingKind.Text) throw new TranslationFault($"the default writes hexadecimal digits, and the column's type is {column.Type}", default);
        return change == "lower" ? $"encode({Bytes(bytes)}, 'hex')" : $"upper(encode({Bytes(bytes)}, 'hex'))";
    }

    private static string Blob(int bytes, TypedColumn column) => column.Mapping.Kind switch
    {
        MappingKind.Blob => Bytes(bytes),
        MappingKind.UuidBlob when bytes == 16 => $"encode({Bytes(16)}, 'hex')::uuid",
        _ => throw new TranslationFault($"the default writes random bytes, and the column's type is {column.Type}", default),
    };

    private static string Bytes(int count)
    {
        var parts = new List<string>();
        for (var left = count; left > 0; left -= RandomBytes) parts.Add($"substr(uuid_send(gen_random_uuid()), 1, {Math.Min(left, RandomBytes)})");
        return parts.Count == 1 ? parts[0] : $"({string.Join(" || ", parts)})";
    }

    private static (Expression Inner, string? Change) CaseOf(Expression expression) =>
        expression is FunctionCall { Arguments: [var inner] } call && SqliteNames.Fold(call.Function.Text) is "lower" or "upper"
            ? (inner, SqliteNames.Fold(call.Function.Text))
            : (expression, null);

    private static int? BytesOf(NodeList<Expression> arguments) =>
        arguments is [FunctionCall { Arguments: [IntegerLiteral { Value: >= 1 and <= MostBytes } count] } call] && call.Function.Matches("randomblob") ? (int)count.Value : null;

    private static bool Mentions(Expression expression) =>
        (expression is FunctionCall call && call.Function.Matches("randomblob")) || ExpressionTree.Children(expression).Any(Mentions);

    /// <summary>The tree without regard to the case of functions' names.</summary>
    private static string Shape(Expression expression)
    {
        var word = expression switch
        {
            FunctionCall call => SqliteNames.Fold(call.Function.Text),
            BinaryExpression binary => binary.Operator.ToString(),
            IntegerLiteral literal => PostgresText.Literal(literal.Value),
            StringLiteral literal => PostgresText.Literal(SqliteNames.Fold(literal.Value)),
            _ => expression.GetType().Name,
        };
        return $"{word}({string.Join(",", ExpressionTree.Children(expression).Select(Shape))})";
    }
}
