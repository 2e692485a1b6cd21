using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Tests.Capture;

/// <summary>Whatever a statement changes, the keys of the changed rows are in the log: held against what the table held before and after.</summary>
public sealed class CapturedRowsTests
{
    /// <summary>Tables, each with what makes a row disappear without a delete trigger.</summary>
    public static readonly TheoryData<string> Tables =
    [
        "CREATE TABLE t(a INTEGER PRIMARY KEY, b, c, d)",
        "CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE, c, d)",
        "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT COLLATE NOCASE UNIQUE, c, d, UNIQUE(c, d))",
        "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT, b NOT NULL DEFAULT 1 UNIQUE ON CONFLICT REPLACE, c, d)",
        "CREATE TABLE t(a TEXT PRIMARY KEY, b, c, d)",
        "CREATE TABLE t(a TEXT COLLATE NOCASE PRIMARY KEY, b UNIQUE, c, d)",
        "CREATE TABLE t(a PRIMARY KEY, b UNIQUE, c, d)",
        "CREATE TABLE t(a, b, c NOT NULL DEFAULT 2, d, PRIMARY KEY(a, c)) WITHOUT ROWID",
        "CREATE TABLE t(a TEXT COLLATE NOCASE, b UNIQUE, c, d, PRIMARY KEY(a DESC, c)) WITHOUT ROWID",
        "CREATE TABLE t(a NUMERIC NOT NULL, b NOT NULL, c, d, UNIQUE(a, b))",
        "CREATE TABLE t(a INTEGER PRIMARY KEY, b, c AS (b || 'x') UNIQUE, d)",
        "CREATE TABLE t(a INTEGER PRIMARY KEY, b, c, d); CREATE UNIQUE INDEX i ON t(b COLLATE NOCASE)",
        "CREATE TABLE t(a INTEGER PRIMARY KEY, b, c, d); CREATE UNIQUE INDEX i ON t(b) WHERE c > 1",
        "CREATE TABLE t(a INTEGER PRIMARY KEY, b, c, d); CREATE UNIQUE INDEX i ON t(lower(b), d)",
        "CREATE TABLE t(a INTEGER PRIMARY KEY, b, c, d); CREATE UNIQUE INDEX i ON t(b + c) WHERE d IS NOT NULL",
        "CREATE TABLE t(a REAL PRIMARY KEY, b, c, d)",
        "CREATE TABLE t(a INTEGER PRIMARY KEY, b REFERENCES t(a) ON DELETE CASCADE ON UPDATE CASCADE, c UNIQUE, d)",
        "CREATE TABLE t(a TEXT PRIMARY KEY, b REFERENCES t(a) ON DELETE SET NULL ON UPDATE CASCADE, c UNIQUE, d)",
    ];

    [Theory, MemberData(nameof(Tables))]
    [Trait("Hazard", "14")]
    public void Every_changed_row_is_in_the_log(string schema)
    {
        for (var seed = 1; seed <= 24; seed++)
        {
            using var database = new ScratchDatabase([.. schema.Split("; ")]);
            Change(database.Connection, new Random(seed), schema);
        }
    }

    [Theory, MemberData(nameof(Tables))]
    [Trait("Hazard", "15")]
    public void A_recorded_table_does_whatever_one_does_that_is_not(string schema)
    {
        for (var seed = 1; seed <= 12; seed++)
        {
            using var recorded = new ScratchDatabase([.. schema.Split("; ")]);
            using var plain = new ScratchDatabase([.. schema.Split("; ")]);
            Compare(recorded.Connection, plain.Connection, new Random(seed), schema);
        }
    }

    private static void Compare(SqliteConnection recorded, SqliteConnection plain, Random random, string schema)
    {
        // Which of its own actions a REPLACE under foreign keys takes first depends on whether the table has any trigger at all.
        var refers = schema.Contains("REFERENCES", StringComparison.Ordinal) && random.Next(2) == 0;
        foreach (var connection in new[] { recorded, plain }) connection.Execute($"PRAGMA foreign_keys = {(refers ? 1 : 0)}");
        var table = SchemaReader.Read(recorded).Tables.Single();
        var captured = new CapturedTable(1, table, RowKey.Of(table)!);
        SqliteCapture.Install(recorded, [captured]);
        for (var i = 0; i < 60; i++)
        {
            var statement = OfOneRow(random, table, plain, replaces: !refers);
            var (told, expected) = (What(recorded, statement, !table.WithoutRowId), What(plain, statement, !table.WithoutRowId));
            Assert.True(told == expected, $"{schema}: {statement}: {told} in place of {expected}");
            Assert.True(Rows(recorded, captured).SetEquals(Rows(plain, captured)), $"{schema}: {statement}");
        }
        // Numbers that AUTOINCREMENT gave out, and nothing else than they.
        const string Names = "SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_godwit%' ESCAPE '\\' ORDER BY 1)";
        Assert.Equal(plain.QueryText(Names), recorded.QueryText(Names));
        if (table.AutoIncrement) Assert.Equal(plain.QueryText("SELECT group_concat(name || seq) FROM sqlite_sequence"), recorded.QueryText("SELECT group_concat(name || seq) FROM sqlite_sequence"));
    }

    /// <summary>Of several rows SQL does not say which one comes first, and so which one is in the way of the other.</summary>
    private static string OfOneRow(Random random, SourceTable table, SqliteConnection connection, bool replaces)
    {
        var columns = table.Columns.Where(c => !c.IsGenerated).Select(c => c.Name).ToList();
        const string Row = "quote(a) || typeof(a) || quote(b) || quote(c) || quote(d)";
        var row = connection.QueryText($"SELECT quote({Row}) FROM t LIMIT 1 OFFSET {random.Next(1 + (int)(connection.QueryInteger("SELECT count(*) FROM t") ?? 0))}");
        var or = new[] { "", "OR IGNORE", "OR FAIL", "OR ABORT", "OR ROLLBACK", "OR REPLACE" }[random.Next(replaces ? 6 : 5)];
        var some = columns.Where(_ => random.Next(3) > 0).DefaultIfEmpty("b").ToList();
        return random.Next(row is null ? 2 : 5) switch
        {
            0 => $"INSERT {or} INTO t({string.Join(", ", some)}) VALUES ({string.Join(", ", some.Select(_ => Value(random)))})",
            1 => $"INSERT INTO t({string.Join(", ", some)}) VALUES ({string.Join(", ", some.Select(_ => Value(random)))}) ON CONFLICT DO UPDATE SET {columns[random.Next(columns.Count)]} = {Value(random)}",
            2 => $"DELETE FROM t WHERE {Row} = {row}",
            _ => $"UPDATE {or} t SET {string.Join(", ", some.Select(c => $"{c} = {Value(random)}"))} WHERE {Row} = {row}",
        };
    }

    /// <summary>What the application is told: the fault, or how many rows it has changed, and after an insert the last one's number.</summary>
    private static string What(SqliteConnection connection, string statement, bool withRowId)
    {
        try
        {
            connection.Execute(statement);
            var inserted = withRowId && statement.StartsWith("INSERT", StringComparison.Ordinal) && !statement.Contains("ON CONFLICT", StringComparison.Ordinal);
            return connection.QueryText(inserted ? "SELECT changes() || CASE WHEN changes() > 0 THEN ' ' || last_insert_rowid() ELSE '' END" : "SELECT changes()") ?? "";
        }
        catch (SqliteException fault)
        {
            return fault.Message;
        }
    }

    private static void Change(SqliteConnection connection, Random random, string schema)
    {
        connection.Execute($"PRAGMA foreign_keys = {random.Next(2)}");
        connection.Execute($"PRAGMA recursive_triggers = {(random.Next(3) == 0 ? 1 : 0)}");
        var table = SchemaReader.Read(connection).Tables.Single();
        var captured = new CapturedTable(1, table, RowKey.Of(table)!);
        for (var i = 0; i < 12; i++) Try(connection, $"INSERT OR IGNORE INTO t(a, b, d) VALUES ({Value(random)}, {Value(random)}, {Value(random)})");
        SqliteCapture.Install(connection, [captured]);
        for (var i = 0; i < 60; i++)
        {
            var before = Rows(connection, captured);
            var mark = connection.QueryInteger("SELECT max(n) FROM _godwit_changes") ?? 0;
            var statement = Statement(random, table);
            var done = Try(connection, statement);
            var after = Rows(connection, captured);
            var changed = before.Except(after).Concat(after.Except(before)).Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
            var logged = Logged(connection, captured, mark);
            Assert.True(changed.IsSubsetOf(logged), $"{schema}: {statement} ({done}) changed {string.Join(" ", changed.Except(logged))} unseen");
        }
    }

    private static string Statement(Random random, SourceTable table)
    {
        var columns = table.Columns.Where(c => !c.IsGenerated).Select(c => c.Name).ToList();
        if (!table.WithoutRowId && random.Next(4) == 0) columns.Add("rowid");
        var some = columns.Where(_ => random.Next(3) > 0).DefaultIfEmpty("b").ToList();
        var or = new[] { "", "", "OR REPLACE", "OR REPLACE", "OR IGNORE", "OR FAIL", "OR ABORT" }[random.Next(7)];
        var where = random.Next(4) == 0 ? "" : $" WHERE {columns[random.Next(columns.Count)]} {(random.Next(2) == 0 ? "=" : "<=")} {Value(random)}";
        var values = string.Join(", ", some.Select(_ => Value(random)));
        return random.Next(8) switch
        {
            0 => $"DELETE FROM t{(where.Length == 0 ? " WHERE b = 1" : where)}",
            1 or 2 => $"UPDATE {or} t SET {string.Join(", ", some.Select(c => $"{c} = {Value(random)}"))}{where}",
            3 => $"UPDATE {or} t SET {columns[random.Next(columns.Count)]} = {columns[random.Next(columns.Count)]}{where}",
            4 => $"INSERT INTO t({string.Join(", ", some)}) VALUES ({values}) ON CONFLICT DO UPDATE SET {columns[random.Next(columns.Count)]} = {Value(random)}",
            5 => $"INSERT {or} INTO t({string.Join(", ", some)}) SELECT {string.Join(", ", some)} FROM t LIMIT 2",
            _ => $"INSERT {or} INTO t({string.Join(", ", some)}) VALUES ({values})",
        };
    }

    /// <summary>Few of them, so that they meet: equal under NOCASE, equal as numbers, NULL.</summary>
    private static string Value(Random random) => new[] { "1", "2", "3", "4", "1.0", "'1'", "'a'", "'A'", "'b'", "x'61'", "NULL", "NULL", "-1", "2.5" }[random.Next(14)];

    private static bool Try(SqliteConnection connection, string sql)
    {
        try
        {
            connection.Execute(sql);
            return true;
        }
        catch (SqliteException)
        {
            // A constraint: what the statement changed before it failed, OR FAIL keeps.
            return false;
        }
    }

    private static HashSet<(string Key, string Row)> Rows(SqliteConnection connection, CapturedTable captured)
    {
        var rows = new HashSet<(string, string)>();
        var key = string.Join(" || ',' || ", captured.Key!.Columns.Select(c => $"typeof({captured.Table.Columns[c].Name}) || quote({captured.Table.Columns[c].Name})"));
        using var statement = connection.Prepare($"SELECT {key}, quote(a) || quote(b) || quote(c) || quote(d) FROM t");
        while (statement.Step()) rows.Add((statement.GetText(0), statement.GetText(1)));
        return rows;
    }

    private static HashSet<string> Logged(SqliteConnection connection, CapturedTable captured, long after)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var key = string.Join(" || ',' || ", captured.Key!.Columns.Select((_, i) => $"typeof(k{i + 1}) || quote(k{i + 1})"));
        using var statement = connection.Prepare($"SELECT {key} FROM _godwit_changes WHERE n > ?1 AND t = 1");
        statement.Bind(after);
        while (statement.Step()) keys.Add(statement.GetText(0));
        return keys;
    }
}
