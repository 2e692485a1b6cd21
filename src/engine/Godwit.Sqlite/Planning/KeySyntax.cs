using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Planning;

/// <summary>What a CREATE TABLE says about its keys beyond what the PRAGMAs tell: the constraints' names.</summary>
internal static class KeySyntax
{
    public static string? PrimaryKeyName(CreateTable table) =>
        (table.Columns.SelectMany(c => c.Constraints).OfType<ColumnPrimaryKey>().FirstOrDefault()?.Name
            ?? table.Constraints.OfType<TablePrimaryKey>().FirstOrDefault()?.Name)?.Text;

    /// <param name="columns">The key's columns in order.</param>
    public static string? UniqueName(CreateTable table, IReadOnlyList<string> columns)
    {
        var ofTable = table.Constraints.OfType<TableUnique>().FirstOrDefault(u => u.Name is not null
            && u.Columns.Count == columns.Count && u.Columns.Zip(columns).All(p => p.First.Column?.Matches(p.Second) == true));
        if (ofTable is not null) return ofTable.Name!.Text;
        return columns.Count != 1 ? null : table.Columns.FirstOrDefault(c => c.Name.Matches(columns[0]))
            ?.Constraints.OfType<ColumnUnique>().FirstOrDefault(u => u.Name is not null)?.Name!.Text;
    }

    /// <summary>A node's words in the statement; the whole statement where it has none of its own.</summary>
    public static string Text(Node node, string statement) =>
        node.Span.Length > 0 && node.Span.End <= statement.Length ? node.Span.Of(statement) : statement;
}
