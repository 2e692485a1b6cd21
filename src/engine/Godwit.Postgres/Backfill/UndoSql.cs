using static Godwit.Model.Names.TargetName;

namespace Godwit.Postgres.Backfill;

/// <summary>The statements of an undo: rows are walked in a key's order, and those of a batch changed by their keys.</summary>
/// <param name="key">Whose order.</param>
/// <param name="table">Of which table.</param>
/// <param name="scope">Which rows are walked: none of it for all, a condition, or the two sides of the mark's parameter.</param>
/// <param name="exists">Whether there is anything to undo; the mark, where there is one, is $1.</param>
/// <param name="change">How the changing statement begins.</param>
/// <param name="join">FROM or USING.</param>
/// <param name="only">Which of a batch's rows are changed; the mark is the parameter after the keys.</param>
internal sealed class UndoSql(UniqueKey key, TableShape table, IReadOnlyList<string> scope, string exists, string change, string join, string only)
{
    private const string Given = "\"godwit given\"";

    private readonly string _name = Quote(table.Reference.Name);

    public int KeyColumns => key.Columns.Count;

    public string Exists => exists;

    /// <summary>The limit, then the mark.</summary>
    public string ReadFirst => $"SELECT {Keys} FROM {table.Sql} WHERE {Scope(2)} ORDER BY {Order} LIMIT $1::bigint";

    /// <summary>The key's values, the limit, the mark.</summary>
    public string ReadNext =>
        $"SELECT {Keys} FROM {table.Sql} WHERE ({Order}) > ({string.Join(", ", key.Columns.Select((c, i) => $"${i + 1}::text::{table.Columns[c].Type}"))}) AND {Scope(KeyColumns + 2)} ORDER BY {Order} LIMIT ${KeyColumns + 1}::bigint";

    /// <summary>The key's columns as arrays, then the mark.</summary>
    public string Change =>
        $"{change} {join} unnest({string.Join(", ", key.Columns.Select((_, i) => $"${i + 1}::text[]"))}) AS {Given}({string.Join(", ", key.Columns.Select((_, i) => $"\"godwit k{i}\""))}) "
        + $"WHERE {string.Join(" AND ", key.Columns.Select((c, i) => $"{_name}.{Quote(c)} = {Given}.\"godwit k{i}\"::{table.Columns[c].Type}"))} AND {only}";

    private string Keys => string.Join(", ", key.Columns.Select(c => $"{_name}.{Quote(c)}::text"));

    private string Order => string.Join(", ", key.Columns.Select((c, i) => $"{_name}.{Quote(c)}{(key.Collations[i] is { } collation ? $" COLLATE {collation}" : "")}"));

    private string Scope(int number) => scope switch
    {
        [var condition] => condition,
        [var left, var right] => $"{left}${number}{right}",
        _ => "true",
    };
}
