using Godwit.Engine.Rows;
using Godwit.Engine.Transforms;
using Godwit.Engine.Verification;
using Godwit.Model.Findings;
using Godwit.Model.Moves;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>Looks at every value of a table's keyed columns before anything is changed, of a source that is not profiled.</summary>
public static class KeyedValues
{
    /// <summary>Rows that a finding names.</summary>
    private const int Sample = 10;

    public static IReadOnlyList<Finding> FindFailures(IRowSource plain, TablePlan table, CancellationToken cancellation)
    {
        // Keys to name rows by, then what is looked at.
        var columns = KeyedMoveColumn.In(table);
        var read = table with { Columns = [.. table.KeyColumns.Select(k => table.Columns[k]), .. columns.Select(c => table.Columns[c.Place])], RowIdColumn = table.RowIdColumn is null ? null : 0 };
        var sink = new LargeRowSink();
        using var reader = plain.OpenReader(read, ReadPurpose.Verify);
        using var buffer = new RowImageBuffer(key: default, sink, hashing: false);
        var visitor = new Visitor(read, table.KeyColumns.Count, columns, sink);
        foreach (var range in table.Ranges) reader.Read(range, buffer, visitor, cancellation);
        return
        [
            .. visitor.Failures.Select(f => Finding.Error(
                FindingCodes.TransformFailed, $"{f.Value.Count:N0} {(f.Value.Count == 1 ? "value is" : "values are")} without a result of {f.Key.Column.Kind}: {f.Key.Reason}{(f.Value.Rows.Count > 0 ? $": rows {string.Join("; ", f.Value.Rows)}" : "")}",
                new Place.InTable(table.SourceName, f.Value.Rows.FirstOrDefault(), table.Columns[f.Key.Column.Place].SourceName), "Correct the rows in the source, or the transform's parameters.")),
        ];
    }

    private sealed record Failed(List<string> Rows)
    {
        public long Count { get; set; }
    }

    private sealed class Visitor(TablePlan table, int keys, IReadOnlyList<KeyedMoveColumn> columns, LargeRowSink sink) : IRowVisitor
    {
        private readonly RowFields _fields = new(table.Columns.Count);

        public Dictionary<(KeyedMoveColumn Column, string Reason), Failed> Failures { get; } = [];

        public void Visit(UInt128 hash, RowImageBuffer buffer, ISourceRow row)
        {
            var image = buffer.TryGetRow(out var whole) ? whole : sink.Take(buffer);
            _fields.Read(image);
            for (var i = 0; i < columns.Count; i++)
            {
                if (_fields.IsNull(keys + i)) continue;
                try
                {
                    PlainValue.Check(columns[i], _fields.Of(image, keys + i));
                }
                catch (TransformException fault)
                {
                    if (!Failures.TryGetValue((columns[i], fault.Message), out var failed)) Failures[(columns[i], fault.Message)] = failed = new Failed([]);
                    failed.Count++;
                    if (failed.Rows.Count < Sample && Name(image) is { } name) failed.Rows.Add(name);
                }
            }
            sink.Forget();
        }

        /// <summary>Whole numbers are names of rows; any other key is a value, and is not shown.</summary>
        private string? Name(ReadOnlySpan<byte> image)
        {
            var names = new List<string>();
            for (var i = 0; i < keys; i++)
            {
                if (RowKeyColumn.Integer(table.Columns[i].Type, _fields.Of(image, i)) is not { } number) return null;
                names.Add($"{number}");
            }
            return names.Count == 0 ? null : string.Join(",", names);
        }
    }
}
