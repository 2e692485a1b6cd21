using Godwit.Postgres.Scripts;

namespace Godwit.Postgres.Steps.Sql;

/// <summary>
/// A file of SQL that may hold both ways: <c>-- godwit:up</c> and <c>-- godwit:down</c>, or dbmate's <c>-- migrate:up</c> and <c>-- migrate:down</c>, each
/// alone on a line and perhaps followed by <c>transaction:false</c>. A file without marks is the way up.
/// </summary>
internal sealed record MigrationFile(MigrationPart? Up, MigrationPart? Down, string? Fault)
{
    private static readonly string[] Marks = ["-- godwit:", "-- migrate:"];

    public static MigrationFile Read(string text)
    {
        var parts = new Dictionary<string, (int Line, bool Transaction, List<string> Lines)>(StringComparer.Ordinal);
        var current = (Line: 1, Transaction: true, Lines: new List<string>());
        var marked = false;
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var mark = Array.Find(Marks, m => line.StartsWith(m, StringComparison.OrdinalIgnoreCase));
            if (mark is null)
            {
                current.Lines.Add(line);
                continue;
            }
            var words = line[mark.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words is not [var direction and ("up" or "down"), .. var options]) return new MigrationFile(null, null, $"line {number}: after \"{mark}\" comes up or down");
            if (options is not ([] or ["transaction:false"] or ["transaction:true"])) return new MigrationFile(null, null, $"line {number}: the one option here is transaction:false");
            if (!marked && current.Lines.Exists(l => l.Trim() is { Length: > 0 } t && !t.StartsWith("--", StringComparison.Ordinal)))
                return new MigrationFile(null, null, $"line {number}: statements stand before the first mark");
            marked = true;
            current = (number + 1, options is not ["transaction:false"], []);
            if (!parts.TryAdd(direction, current)) return new MigrationFile(null, null, $"line {number}: {direction} stands here a second time");
        }
        if (!marked) parts["up"] = current;
        return new MigrationFile(Part("up"), Part("down"), marked && !parts.ContainsKey("up") ? "the file has a way down and no way up" : null);

        MigrationPart? Part(string direction) =>
            parts.TryGetValue(direction, out var part) ? MigrationPart.Read(string.Join('\n', part.Lines), part.Line, part.Transaction) : null;
    }
}

/// <param name="Transaction">Whether the file lets it run in a transaction.</param>
/// <param name="Fault">Why it cannot be cut into statements.</param>
internal sealed record MigrationPart(IReadOnlyList<SqlStatement> Statements, bool Transaction, SqlScriptFault? Fault)
{
    public static MigrationPart Read(string text, int firstLine, bool transaction)
    {
        var (statements, fault) = SqlScript.Split(text);
        var offset = firstLine - 1;
        return new MigrationPart([.. statements.Select(s => s with { Line = s.Line + offset })], transaction, fault is null ? null : fault with { Line = fault.Line + offset });
    }
}
