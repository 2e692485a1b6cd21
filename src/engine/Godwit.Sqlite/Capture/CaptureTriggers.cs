using System.Globalization;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Capture;

/// <param name="Name">Of the trigger.</param>
/// <param name="Sql">CREATE TRIGGER, as sqlite_schema is to hold it.</param>
internal sealed record CaptureTrigger(string Name, string Sql);

/// <summary>
/// The triggers that write the keys of a table's changed rows into the change log, in the writer's own transaction. They call no function, since an application
/// may put its own in any one's place, and the log has no constraint: whatever conflict clause the application's statement has, it has nothing to resolve here.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="number">Its number in the log.</param>
/// <param name="key">What is logged.</param>
internal sealed class CaptureTriggers(SourceTable table, int number, RowKey key)
{
    private readonly string _number = number.ToString(CultureInfo.InvariantCulture);

    public IReadOnlyList<CaptureTrigger> All()
    {
        var conflicts = new ConflictRows(table, key);
        var triggers = new List<CaptureTrigger>
        {
            Make("insert", "AFTER INSERT", when: null, Log("NEW")),
            Make("delete", "AFTER DELETE", when: null, Log("OLD")),
            Make("update", "AFTER UPDATE", when: null, Log("OLD")),
            // Not UPDATE OF: the rowid can be set under names that are no column's.
            Make("rekey", "AFTER UPDATE", key.IsExactIn(table) ? $"NOT ({IsOld("NEW")})" : null, Log("NEW")),
        };
        if (!conflicts.Exist) return triggers;
        var of = conflicts.Columns is { } columns ? $" OF {string.Join(", ", columns.Select(Name))}" : "";
        triggers.Add(Make("replace", "BEFORE INSERT", when: null, [.. conflicts.Queries(Select, besides: null).Select(LogRows)]));
        triggers.Add(Make("displace", $"BEFORE UPDATE{of}", when: null, [.. conflicts.Queries(Select, $"NOT ({IsOld("o")})").Select(LogRows)]));
        return triggers;
    }

    private CaptureTrigger Make(string what, string at, string? when, params IReadOnlyList<string> statements)
    {
        var name = CaptureNames.Trigger(number, what);
        var condition = when is null ? "" : $" WHEN {when}";
        return new CaptureTrigger(name, $"CREATE TRIGGER {SqliteName.Quote(name)} {at} ON {SqliteName.Quote(table.Name)}{condition} BEGIN {string.Concat(statements.Select(s => s + "; "))}END");
    }

    private string Log(string row) => $"INSERT INTO {Target()} VALUES ({Select(row)})";

    private string LogRows(string query) => $"INSERT INTO {Target()} {query}";

    private string Target() => $"{SqliteName.Quote(CaptureNames.Changes)}(t, {string.Join(", ", key.Columns.Select((_, part) => CaptureNames.KeyColumn(part)))})";

    private string Select(string row) => $"{_number}, {string.Join(", ", key.Columns.Select(c => $"{row}.{Name(c)}"))}";

    private string IsOld(string row) => string.Join(" AND ", key.Columns.Select(c => $"{row}.{Name(c)} COLLATE BINARY IS OLD.{Name(c)}"));

    private string Name(int column) => SqliteName.Quote(table.Columns[column].Name);
}
