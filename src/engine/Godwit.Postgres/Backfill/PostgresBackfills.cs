using Godwit.Engine.Backfill;
using Godwit.Engine.Runs;
using Godwit.Engine.Transforms;
using Godwit.Engine.Transforms.Keyed;
using Godwit.Model.Findings;

namespace Godwit.Postgres.Backfill;

/// <summary>Backfills on PostgreSQL 15 and later.</summary>
public sealed class PostgresBackfills : IBackfillDatabase
{
    public IPaceWatch CreateWatch() => new PostgresPaceWatch();

    public async Task<BackfillReading> ResolveAsync(IRunSession session, BackfillTask task, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        var from = await TableCatalog.ReadAsync(session, task.From, cancellation);
        var into = task.Into is null ? from : await TableCatalog.ReadAsync(session, task.Into, cancellation);
        if (from is null) Wrong($"There is no table {task.From}");
        if (into is null && task.Into is not null) Wrong($"There is no table {task.Into}");
        if (from is null || into is null) return new BackfillReading(null, findings);

        var key = FindKey(from, task.Key, findings);
        foreach (var name in task.Columns.SelectMany(c => c.Transform.Inputs).Where(c => !from.Columns.ContainsKey(c)).Distinct(StringComparer.Ordinal))
            Wrong($"Table {task.From} has no column {name}");
        foreach (var column in task.Columns) CheckFilled(column, into, from);
        UniqueKey? conflict = null;
        if (task.Into is not null)
        {
            conflict = FindKey(into, task.ConflictKey, findings);
            if (task.Marker is { } marker) CheckMarker(into, marker);
        }
        CheckRights(from, into, task, findings);
        return findings.Count > 0 ? new BackfillReading(null, findings) : new BackfillReading(new BackfillTable(task, from, key!, into, conflict), findings);

        void CheckFilled(FilledColumn column, TableShape table, TableShape source)
        {
            if (!table.Columns.TryGetValue(column.Name, out var there))
            {
                Wrong($"Table {table.Reference} has no column {column.Name}");
                return;
            }
            if (there.IsGenerated || there.IsAlwaysIdentity) Wrong($"Column {column.Name} of {table.Reference} is generated: nothing can be written to it");
            if (task.Into is null && key is not null && key.Columns.Contains(column.Name)) Wrong($"Column {column.Name} belongs to the key whose order the rows are read in");
            var bytes = column.Transform.Output == TransformOutput.Bytes
                || (column.Transform is { Output: TransformOutput.SameAsInput, Inputs: [var input] } && source.Columns.GetValueOrDefault(input) is { IsBytes: true });
            if (column.Transform is IKeyedTransform keyed)
            {
                foreach (var name in keyed.Row.Where(r => !SameText(r, table, source)))
                    Wrong($"Column {column.Name} of {table.Reference} is bound to {name}, which its source prints differently: fill it with copy from a column of the same type");
            }
            if (bytes && !there.IsBytes) Wrong($"Column {column.Name} of {table.Reference} is of type {there.Type}, and its transform gives bytes");
        }

        // What binds a value to its row is the text that the row's column prints, which is known beforehand only where it is that of the source's column.
        bool SameText(string name, TableShape table, TableShape source) =>
            task.Columns.FirstOrDefault(c => c.Name == name)?.Transform is not { Output: TransformOutput.SameAsInput, Expression: null, Inputs: [var input] }
            || !table.Columns.TryGetValue(name, out var there) || !source.Columns.TryGetValue(input, out var read)
            || (there.BaseType == read.BaseType && there.Compared == read.Compared) || (there.BaseType.StartsWith("int", StringComparison.Ordinal) && read.BaseType.StartsWith("int", StringComparison.Ordinal)) || there.BaseType is "text" or "varchar";

        void CheckMarker(TableShape table, string marker)
        {
            if (!table.Columns.TryGetValue(marker, out var there)) Wrong($"Table {table.Reference} has no column {marker}");
            else if (there.BaseType is not ("text" or "varchar" or "uuid")) Wrong($"The marker {marker} of {table.Reference} is of type {there.Type}, and has to be text or uuid");
        }

        void Wrong(string message) => findings.Add(Finding.Error(FindingCodes.BackfillTable, message));
    }

    /// <summary>The index with exactly these columns, in any order; the primary key without any.</summary>
    private static UniqueKey? FindKey(TableShape table, IReadOnlyList<string>? columns, List<Finding> findings)
    {
        var key = table.Keys.FirstOrDefault(k => columns is null ? k.IsPrimary : k.Columns.Order(StringComparer.Ordinal).SequenceEqual(columns.Order(StringComparer.Ordinal)));
        var reason = key is null
            ? columns is null ? "has no primary key" : $"has no unique index over {string.Join(", ", columns)} that is valid, whole and not deferrable"
            : key.Columns.Select(c => table.Columns[c]).FirstOrDefault(c => !c.NotNull) is { } nullable ? $"allows NULL in the key's column {nullable.Name}"
            : key.Columns.Select(c => table.Columns[c]).FirstOrDefault(c => !c.HasPlainOrder) is { } strange ? $"orders the key's column {strange.Name} by operators of an extension"
            : null;
        if (reason is null) return key;
        findings.Add(Finding.Error(FindingCodes.NoUsableKey, $"Table {table.Reference} {reason}", remedy: "Name another unique key, or make one (CREATE UNIQUE INDEX CONCURRENTLY, NOT NULL)"));
        return null;
    }

    private static void CheckRights(TableShape from, TableShape into, BackfillTask task, List<Finding> findings)
    {
        Demand(from.Rights.Select, "SELECT", from);
        // FOR SHARE, which holds a row's source still while it is written elsewhere, asks for UPDATE as well.
        Demand(from.Rights.Update, "UPDATE", from);
        if (task.Into is null) return;
        Demand(into.Rights.Select, "SELECT", into);
        Demand(into.Rights.Insert, "INSERT", into);
        if (task.Marker is not null || task.UndoWhere is not null) Demand(into.Rights.Delete, "DELETE", into);

        void Demand(bool has, string right, TableShape table)
        {
            if (!has) findings.Add(Finding.Error(FindingCodes.MissingRight, $"The role may not {right} in {table.Reference}", remedy: $"GRANT {right} ON {table.Reference} TO the role"));
        }
    }
}
