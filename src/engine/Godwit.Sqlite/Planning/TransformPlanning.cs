using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;
using Godwit.Sqlite.Transforming;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// The schema as a move with transforms sees it: transformed columns with what makes them, new ones behind those that are there, left-out ones marked. It is
/// made before anything is profiled, so that profile and plan are of the values that the target will hold.
/// </summary>
public static class TransformPlanning
{
    private static readonly string[] s_rowIdNames = ["rowid", "_rowid_", "oid"];

    /// <summary>Findings that are errors say that the schema is not to be followed.</summary>
    public static (SourceSchema Schema, IReadOnlyList<Finding> Findings) Apply(SourceSchema source, MapFile map)
    {
        if (!map.Tables.Any(t => t.Columns.Any(c => c.Transform is not null || c.LeaveOut))) return (source, []);
        var findings = new List<Finding>();
        var tables = source.Tables.Select(t => map.Table(t.Name) is { } said ? Apply(t, said, findings) : t).ToList();
        return (source with { Tables = [.. tables.Select(t => t with { ForeignKeys = [.. t.ForeignKeys.Select(k => k with { IsSevered = IsSevered(tables, t, k) })] })] }, findings);
    }

    /// <summary>Every transform of the schema's columns.</summary>
    public static IReadOnlyList<ColumnTransform> Of(SourceSchema schema) => [.. schema.Tables.SelectMany(t => t.Columns).Select(c => c.Transform).OfType<ColumnTransform>()];

    private static SourceTable Apply(SourceTable table, TableMap map, List<Finding> findings)
    {
        var columns = new List<SourceColumn>();
        for (var i = 0; i < table.Columns.Count; i++)
        {
            var column = table.Columns[i];
            columns.Add(map.Column(column.Name) switch
            {
                { LeaveOut: true } said => LeftOut(table, i, said, findings),
                { Transform: { } transform } said => Transformed(table, column, i, transform, said, findings),
                _ => column,
            });
        }
        foreach (var said in map.Columns.Where(c => c.Transform is not null && table.FindColumn(c.Name) < 0))
            columns.Add(Transformed(table, new SourceColumn(said.Name, "", NotNull: false, null, 0, ColumnGeneration.None, "BINARY") { IsNew = true }, null, said.Transform!, said, findings));
        return table with { Columns = columns };
    }

    private static SourceColumn LeftOut(SourceTable table, int index, ColumnMap said, List<Finding> findings)
    {
        var column = table.Columns[index];
        if (table.PrimaryKey.Contains(index)) Refuse(findings, table, said, "is part of the primary key and cannot be left out", "Transform it instead.");
        else if (s_rowIdNames.Contains(column.Name, StringComparer.OrdinalIgnoreCase)) Refuse(findings, table, said, "hides the rowid by its name and cannot be left out", "Rename it in the source.");
        return column with { IsLeftOut = true, NotNull = false, DeclaredType = "", Generation = ColumnGeneration.None, Collation = "BINARY" };
    }

    private static SourceColumn Transformed(SourceTable table, SourceColumn column, int? index, ColumnTransform transform, ColumnMap said, List<Finding> findings)
    {
        var inputs = transform.Inputs.Select(table.FindColumn).ToList();
        foreach (var missing in transform.Inputs.Where((_, i) => inputs[i] < 0))
            Refuse(findings, table, said, $"is made of {missing}, which the table does not have", $"Name a column by `from`: {string.Join(", ", table.Columns.Select(c => c.Name))}.");
        if (inputs.Contains(-1)) return column with { Transform = transform with { Inputs = [] } };
        if (index is not null && index == table.RowIdAlias)
            Refuse(findings, table, said, "is the table's rowid, which numbers its rows, and cannot be transformed", "Make a new column of it beside.");
        transform = transform with { Inputs = [.. inputs.Select(i => table.Columns[i].Name)] };
        if (transform.IsCopy)
        {
            var input = table.Columns[inputs[0]];
            return column with { Transform = transform, DeclaredType = input.DeclaredType, Collation = input.Collation, Generation = ColumnGeneration.None };
        }
        var gives = MoveTransforms.Bind(transform).Output == TransformOutput.Bytes ? TargetType.Bytea : TargetType.Text;
        var result = said.Type ?? gives;
        if (KeyedMoves.IsKeyed(transform) && result != gives)
            Refuse(findings, table, said, $"is to be {result.Sql}, and {transform.Kind} gives {gives.Sql}", "Leave the type out.");
        else if ((result.Name == TypeName.Bytea) != (gives.Name == TypeName.Bytea))
            Refuse(findings, table, said, $"is to be {result.Sql}, and its transform gives {gives.Sql}", gives.Name == TypeName.Bytea ? "Choose another output of the transform, or leave the type out." : "Choose output: bytea of the transform, or another type.");
        return column with { Transform = transform with { Result = result }, DeclaredType = ResultForms.DeclaredAs(result), Generation = ColumnGeneration.None };
    }

    /// <summary>Whether equal values of child and parent would no longer be equal: only one end is transformed, or the two otherwise.</summary>
    private static bool IsSevered(List<SourceTable> tables, SourceTable child, SourceForeignKey key)
    {
        if (tables.Find(t => SqliteNames.Same(t.Name, key.Parent)) is not { } parent || ForeignKeyPlanning.ParentColumns(parent, key) is not { } columns) return false;
        return key.Columns.Zip(columns, (c, p) => (Child: child.Columns[c], Parent: parent.Columns[p])).Any(pair => (pair.Child.IsChanged || pair.Parent.IsChanged) && !AreAlike(pair.Child, pair.Parent));
    }

    private static bool AreAlike(SourceColumn child, SourceColumn parent) =>
        (child.Transform, parent.Transform) is ({ } c, { } p) && IsOfItself(child, c) && IsOfItself(parent, p) && MoveTransforms.AreSame(c, p);

    private static bool IsOfItself(SourceColumn column, ColumnTransform transform) => transform.Inputs is [var input] && SqliteNames.Same(input, column.Name);

    private static void Refuse(List<Finding> findings, SourceTable table, ColumnMap said, string why, string remedy) =>
        findings.Add(Finding.Error(FindingCodes.TransformRefused, $"Column \"{said.Name}\" of table \"{table.Name}\" {why}", said.Place, remedy));
}
