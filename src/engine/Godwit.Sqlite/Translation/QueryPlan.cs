namespace Godwit.Sqlite.Translation;

internal sealed record PlannedColumn(string SourceName, Value Value);

/// <summary>One SELECT, taken apart: its columns may still be put into another form, then it is written.</summary>
internal sealed record QueryPlan(IReadOnlyList<PlannedColumn> Columns, string Tail)
{
    public bool Distinct { get; init; }

    public string Render(IReadOnlyList<string> words, IReadOnlyList<string> targetNames)
    {
        var columns = words.Select((word, i) => $"{word} AS {PostgresText.Name(targetNames[i])}");
        return $"SELECT {(Distinct ? "DISTINCT " : "")}{string.Join(", ", columns)}{Tail}";
    }
}

/// <summary>A query that is written, with what a query around it must know of its columns.</summary>
internal sealed record WrittenQuery(string Sql, IReadOnlyList<TypedColumn> Columns, IReadOnlyList<Value> Values);
