using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>SQLite lets WHERE, GROUP BY and HAVING use a result column's alias where no column has the name.</summary>
internal sealed class AliasedNames(QueryNames inner, QueryCore core) : INames, IAliases
{
    public QueryNames Inner => inner;

    public Value? Find(ColumnReference reference) => inner.Find(reference);

    public Expression? AliasOf(ColumnReference reference)
    {
        if (reference.Table is not null || inner.FindHere(reference) is not null) return null;
        return core.Columns.OfType<ExpressionColumn>().FirstOrDefault(c => c.Alias is { } alias && reference.Column.Matches(alias.Text))?.Expression;
    }
}

internal interface IAliases
{
    /// <summary>The expression that an alias stands for, or null when the name is none.</summary>
    Expression? AliasOf(ColumnReference reference);
}
