using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Postgres.Tests.Schema;

/// <summary>Plans made by hand, so that the writer is tested without a source.</summary>
internal static class Plans
{
    public static MovePlan Of(string schema, IReadOnlyList<TablePlan> tables, params IReadOnlyList<ViewPlan> views) =>
        new() { Schema = schema, Tables = tables, Views = views, NotMoved = [], SourceSchemaHash = new string('0', 64) };

    public static TablePlan Table(string name, params IReadOnlyList<ColumnPlan> columns) => new()
    {
        SourceName = name,
        TargetName = name,
        Columns = columns,
        HasRowId = true,
        KeyColumns = [],
        Uniques = [],
        Indexes = [],
        Checks = [],
        ForeignKeys = [],
        Rows = 0,
        Bytes = 0,
        Ranges = [new RowIdRange(null, null)],
    };

    public static ColumnPlan Column(string name, TargetType type) => new()
    {
        SourceName = name,
        TargetName = name,
        DeclaredType = "",
        Affinity = Affinity.Blob,
        Type = type,
        Mapping = new ValueMapping(MappingKind.Text),
        Reason = "",
        Collation = type.IsText ? "C" : null,
    };
}
