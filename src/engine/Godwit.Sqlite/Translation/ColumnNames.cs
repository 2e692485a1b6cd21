using System.Globalization;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>The names of a query's columns.</summary>
internal static class ColumnNames
{
    /// <summary>As sqlite3ColumnsFromExprList names them: the alias, the column's own name, or the expression's text.</summary>
    public static string Of(ExpressionColumn column, QueryNames names, string statement)
    {
        if (column.Alias is { } alias) return alias.Text;
        var expression = column.Expression;
        while (expression is CollateExpression collate) expression = collate.Operand;
        if (expression is not ColumnReference reference) return column.Expression.Span.Of(statement);
        foreach (var source in names.Sources)
        {
            if (reference.Table is { } table && !table.Matches(source.Alias)) continue;
            if (source.Find(reference.Column.Text) is { } found) return found.SourceName;
        }
        return reference.Column.Text;
    }

    /// <summary>A second column of one name gets :1 behind it, as SQLite does.</summary>
    public static IReadOnlyList<string> MakeUnique(IEnumerable<string> names)
    {
        var taken = new HashSet<string>(SqliteNames.Comparer);
        var result = new List<string>();
        foreach (var name in names)
        {
            var unique = name;
            for (var i = 1; !taken.Add(unique); i++) unique = string.Create(CultureInfo.InvariantCulture, $"{WithoutNumber(unique)}:{i}");
            result.Add(unique);
        }
        return result;
    }

    private static string WithoutNumber(string name)
    {
        var at = name.Length - 1;
        while (at > 0 && char.IsAsciiDigit(name[at])) at--;
        return at > 0 && name[at] == ':' ? name[..at] : name;
    }

    /// <summary>Names that PostgreSQL keeps whole and apart.</summary>
    public static IReadOnlyList<string> ForTarget(IReadOnlyList<string> names)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var result = new List<string>();
        foreach (var name in names)
        {
            var kept = name.Length == 0 ? "?column?" : PostgresText.Shorten(name);
            for (var i = 1; !taken.Add(kept); i++)
            {
                var suffix = string.Create(CultureInfo.InvariantCulture, $"~{i}");
                kept = PostgresText.Shorten(name, PostgresText.LongestName - suffix.Length) + suffix;
            }
            result.Add(kept);
        }
        return result;
    }
}
