using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Planning;

internal sealed record ForeignKeySyntax(string? Name, ForeignKeyClause Clause, Node Node)
{
    /// <summary>The foreign keys of a statement in its order, which is the order in which the schema reader lists them.</summary>
    public static List<ForeignKeySyntax> Of(CreateTable table) =>
    [
        .. table.Columns.SelectMany(c => c.Constraints).OfType<ColumnReferences>().Select(r => new ForeignKeySyntax(r.Name?.Text, r.Clause, r)),
        .. table.Constraints.OfType<TableForeignKey>().Select(k => new ForeignKeySyntax(k.Name?.Text, k.Clause, k)),
    ];
}
