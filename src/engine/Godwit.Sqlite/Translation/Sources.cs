using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

internal sealed record SourceColumn(string SourceName, Value Value)
{
    /// <summary>Merged with an equal column to the left by USING or NATURAL.</summary>
    public bool Hidden { get; init; }
}

/// <summary>One table, view or query of FROM.</summary>
internal sealed record Source(string Alias, IReadOnlyList<SourceColumn> Columns)
{
    public TypedRelation? Relation { get; init; }

    /// <summary>The same after an outer join that may fill it with NULLs.</summary>
    public Source Nullable() => this with { Columns = [.. Columns.Select(c => c with { Value = c.Value with { NotNull = false } })] };

    public static Source Of(TypedRelation relation, string alias)
    {
        var name = PostgresText.Name(alias);
        return new Source(alias, [.. relation.Columns.Select(c => new SourceColumn(c.SourceName, Value.Column(c, $"{name}.{PostgresText.Name(c.TargetName)}")))]) { Relation = relation };
    }

    public SourceColumn? Find(string name)
    {
        if (Columns.FirstOrDefault(c => SqliteNames.Same(c.SourceName, name)) is { } column) return column;
        return Relation is { RowIdColumn: { } rowId } && SqliteNames.Fold(name) is "rowid" or "oid" or "_rowid_" ? Columns.FirstOrDefault(c => SqliteNames.Same(c.SourceName, rowId)) : null;
    }
}

/// <summary>The names that a query's expressions see: its sources, then its aliases, then those of the query around it.</summary>
internal sealed class QueryNames(IReadOnlyList<Source> sources, INames outer) : INames
{
    public IReadOnlyList<Source> Sources => sources;

    public Value? Find(ColumnReference reference) => FindHere(reference) ?? outer.Find(reference);

    public Value? FindHere(ColumnReference reference)
    {
        SourceColumn? found = null;
        foreach (var source in sources)
        {
            if (reference.Table is { } table && !table.Matches(source.Alias)) continue;
            if (source.Find(reference.Column.Text) is not { } column || (column.Hidden && reference.Table is null)) continue;
            if (found is not null) throw new TranslationFault($"the name {reference.Column.Text} is ambiguous", reference.Span);
            found = column;
        }
        return found?.Value;
    }
}
