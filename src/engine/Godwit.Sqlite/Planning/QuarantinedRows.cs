using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Reading;
using Godwit.Sqlite.Transforming;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// The rows in quarantine while they are gathered: row numbers by table, and, for each foreign key, the referenced values of the parent's quarantined
/// rows in a temporary table of the connection. The source itself is only read.
/// </summary>
internal sealed class QuarantinedRows : IDisposable
{
    private sealed record Reference(string KeyTable, TablePlan Child, ForeignKeyPlan Key, TablePlan Parent, IReadOnlyList<int> ParentColumns)
    {
        /// <summary>The child's rows whole, each with its rowid and whether it points at a row in quarantine.</summary>
        public string Question
        {
            get
            {
                var matches = string.Join(" AND ", Key.Columns.Select((column, i) => $"q.k{i} = {TransformSql.Of(Child.Columns[column])}"));
                var columns = string.Join(", ", Child.Columns.Select(TransformSql.Of));
                var rowId = Child.HasRowId ? SelectStatement.RowIdName(Child) : "NULL";
                var order = Child.HasRowId ? rowId : SelectStatement.KeyOrder(Child);
                return $"SELECT {columns}, {rowId}, EXISTS (SELECT 1 FROM temp.{KeyTable} AS q WHERE {matches}) FROM main.{SelectStatement.Quote(Child.SourceName)}"
                    + (order.Length > 0 ? $" ORDER BY {order}" : "");
            }
        }
    }

    private readonly SqliteConnection _connection;
    private readonly TextEncoding _encoding;
    private readonly int _most;
    private readonly List<Reference> _references = [];
    private readonly Dictionary<string, SortedSet<long>> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<long>> _followers = new(StringComparer.Ordinal);
    private readonly Queue<Reference> _changed = [];
    private int _count;

    public QuarantinedRows(SqliteConnection connection, IReadOnlyList<TablePlan> tables, TextEncoding encoding, int most)
    {
        _connection = connection;
        _encoding = encoding;
        _most = most;
        foreach (var table in tables)
        {
            _rows[table.SourceName] = [];
            _followers[table.SourceName] = [];
        }
        foreach (var child in tables)
        {
            foreach (var key in child.ForeignKeys)
            {
                var parent = tables.FirstOrDefault(t => t.TargetName == key.Parent);
                List<int> columns = parent is null ? [] : [.. key.ParentColumns.Select(name => parent.Columns.ToList().FindIndex(c => c.TargetName == name))];
                // Names that collide are a finding already, and no plan comes of them.
                if (parent is null || columns.Contains(-1)) continue;
                var keyTable = $"godwit_quarantined_{_references.Count}";
                // Of the parent's affinity, so that values stay as they are and an index serves a child of the same; compared by bytes.
                _connection.Execute($"CREATE TABLE temp.{keyTable} ({string.Join(", ", columns.Select((c, i) => $"k{i} {TypeOf(parent.Columns[c].Affinity)}"))})");
                _connection.Execute($"CREATE INDEX temp.{keyTable}_keys ON {keyTable} ({string.Join(", ", columns.Select((_, i) => $"k{i}"))})");
                _references.Add(new Reference(keyTable, child, key, parent, columns));
            }
        }
    }

    public bool Overflowed => _count > _most;

    public IReadOnlyList<long> FollowersOf(TablePlan table) => [.. _followers[table.SourceName]];

    /// <summary>Every row of a table that is in quarantine, by its number.</summary>
    public IReadOnlySet<long> Of(string table) => _rows[table];

    /// <summary>The queries that look for followers, one for each foreign key.</summary>
    internal IEnumerable<string> Questions => _references.Select(r => r.Question);

    /// <summary>Reads a table and takes in every row with a misfit.</summary>
    public void AddMisfits(TablePlan table, IReadOnlyList<int> suspects)
    {
        using var filter = new QuarantineFilter(table, new QuarantinePlan("", suspects, []), column => column, _encoding);
        using var statement = _connection.Prepare(SelectStatement.For(table, table.Columns, new RowIdRange(null, null), withRowId: true));
        var ordinal = 0L;
        while (statement.Step() && !Overflowed)
        {
            ordinal++;
            var number = table.HasRowId ? statement.GetInteger(table.Columns.Count) : ordinal;
            if (filter.Reason(statement, number) is not null) Take(table, number, statement);
        }
    }

    /// <summary>Follows foreign keys from quarantined rows to those that point at them, until none is left.</summary>
    public void AddFollowers()
    {
        while (_changed.TryDequeue(out var reference) && !Overflowed)
        {
            var child = reference.Child;
            using var statement = _connection.Prepare(reference.Question);
            var ordinal = 0L;
            while (statement.Step() && !Overflowed)
            {
                ordinal++;
                if (statement.GetInteger(child.Columns.Count + 1) == 0) continue;
                var number = child.HasRowId ? statement.GetInteger(child.Columns.Count) : ordinal;
                if (Take(child, number, statement)) _followers[child.SourceName].Add(number);
            }
        }
    }

    private static string TypeOf(Affinity affinity) => affinity switch
    {
        Affinity.Text => "TEXT",
        Affinity.Numeric => "NUMERIC",
        Affinity.Integer => "INTEGER",
        Affinity.Real => "REAL",
        _ => "",
    };

    /// <returns>False when the row was in quarantine already.</returns>
    private bool Take(TablePlan table, long number, SqliteStatement row)
    {
        if (!_rows[table.SourceName].Add(number)) return false;
        _count++;
        foreach (var reference in _references.Where(r => r.Parent.SourceName == table.SourceName))
        {
            Remember(reference, row);
            if (!_changed.Contains(reference)) _changed.Enqueue(reference);
        }
        return true;
    }

    private void Remember(Reference reference, SqliteStatement row)
    {
        using var insert = _connection.Prepare($"INSERT INTO temp.{reference.KeyTable} VALUES ({string.Join(", ", reference.ParentColumns.Select((_, i) => $"?{i + 1}"))})");
        for (var i = 0; i < reference.ParentColumns.Count; i++)
        {
            var column = reference.ParentColumns[i];
            switch (row.GetStorageClass(column))
            {
                case StorageClass.Integer: insert.Bind(i + 1, row.GetInteger(column)); break;
                case StorageClass.Real: insert.Bind(i + 1, row.GetReal(column)); break;
                // A text that is not valid has no equal, but its bytes must not stop the plan.
                case StorageClass.Text: _ = insert.BindText(i + 1, row.GetBytes(column)); break;
                case StorageClass.Blob: _ = insert.BindBlob(i + 1, row.GetBytes(column)); break;
                default: insert.Bind(i + 1, null); break;
            }
        }
        insert.Step();
    }

    public void Dispose()
    {
        foreach (var reference in _references) _connection.Execute($"DROP TABLE temp.{reference.KeyTable}");
    }
}
