using Godwit.Model.Findings;
using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Reading;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>What a PostgreSQL table cannot hold at all: too many columns, or rows that no page holds.</summary>
internal static class SizePlanning
{
    /// <summary>https://www.postgresql.org/docs/current/limits.html</summary>
    private const int MaximumColumns = 1600;

    /// <summary>The largest row of a page of 8 KB (MaxHeapTupleSize); long values leave only a pointer of 18 bytes in it, others stay whole.</summary>
    private const int MaximumRow = 8160;
    private const int RowHeader = 24;
    private const int Pointer = 18;

    /// <summary>SQLite nests expressions 1,000 deep (https://sqlite.org/limits.html), and a sum is a nest.</summary>
    private const int TermsInASum = 200;

    public static void Plan(PlanContext context, TableDraft table, TableProfile profile)
    {
        RefuseOversized(context, table, profile);
        if (table.Columns.Count > MaximumColumns)
        {
            context.Findings.Add(Finding.Error(
                FindingCodes.TooManyColumns, $"{table.Name} has {table.Columns.Count} columns; PostgreSQL holds {MaximumColumns}.",
                new Place.InTable(table.Name), "Split the table in the source."));
            return;
        }
        if (RowHeader + table.Columns.Count + table.Columns.Sum(c => Width(c.Type.Name) ?? Pointer) <= MaximumRow) return;
        var sums = table.Columns.Select(c => WidthOf(table, c)).Chunk(TermsInASum).Select(terms => $"({string.Join(" + ", terms)})");
        var rows = RowQuestion.Ask(context.Connection, table.Source, $"{RowHeader + table.Columns.Count / 8} + {string.Join(" + ", sums)} > {MaximumRow}");
        if (rows.Total == 0) return;
        context.Findings.Add(rows.Locate(Finding.Error(
            FindingCodes.TooManyColumns, $"{rows.Counted(table.Name, "has", "have")} so many values that no page of PostgreSQL (8 KB) holds the row.",
            new Place.InTable(table.Name), "Split the table in the source.")));
    }

    /// <summary>Nor is there a way into quarantine: its rows hold the same bytes.</summary>
    private static void RefuseOversized(PlanContext context, TableDraft table, TableProfile profile)
    {
        if (profile.OversizedRows == 0) return;
        var order = table.Source.RowIdName is not null ? "" : table.Source.PrimaryKey.Count == 0 ? " in the order of reading" : $" in the order of key ({string.Join(", ", RowOrder.Names(table.Source))})";
        var rows = new RowSample(profile.OversizedRows, profile.FirstOversizedRows, order);
        context.Findings.Add(rows.Locate(Finding.Error(
            FindingCodes.ValueTooLarge, $"{rows.Counted(table.Name, "is", "are")} larger as a whole than PostgreSQL takes in one piece (1 GB).",
            new Place.InTable(table.Name), "Split the row in the source, or keep its largest values outside the database.")));
    }

    // At least so many bytes: what is refused here would certainly fail.
    private static string WidthOf(TableDraft table, ColumnDraft column)
    {
        var name = column.Source.Sql(table.Name);
        return $"iif(typeof({name}) = 'null', 0, {(Width(column.Type.Name) is { } width ? $"{width}" : $"min({Pointer}, 1 + length(CAST({name} AS BLOB)))")})";
    }

    private static int? Width(TypeName type) => type switch
    {
        TypeName.Bigint or TypeName.DoublePrecision or TypeName.Time or TypeName.Timestamp or TypeName.Timestamptz => 8,
        TypeName.Integer or TypeName.Date => 4,
        TypeName.Smallint => 2,
        TypeName.Boolean => 1,
        TypeName.Uuid => 16,
        TypeName.Numeric => 3,
        _ => null,
    };
}
