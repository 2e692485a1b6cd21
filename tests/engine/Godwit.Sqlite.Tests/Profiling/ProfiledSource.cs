using Godwit.Model.Moves;
using Godwit.Sqlite.Choosing;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Tests.Profiling;

/// <summary>A SQLite file of a test's own, and short ways to profile what is in it.</summary>
internal sealed class ProfiledSource : IDisposable
{
    public static readonly RowIdRange Whole = new(After: null, UpTo: null);

    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-profile-").FullName;

    public ProfiledSource(params ReadOnlySpan<string> statements)
    {
        Connection = SqliteConnection.OpenForWriting(Path.Combine(_folder, "source.db"));
        foreach (var sql in statements) Connection.Execute(sql);
    }

    public SqliteConnection Connection { get; }

    public TableProfile Profile(string table, RowIdRange? range = null, ProfileOptions? options = null, MapFile? map = null) =>
        Profile(Connection, table, range, options, map);

    public static TableProfile Profile(SqliteConnection connection, string table, RowIdRange? range = null, ProfileOptions? options = null, MapFile? map = null) =>
        TableProfiler.Profile(connection, Describe(connection, table, map), range ?? Whole, options ?? new ProfileOptions { Encoding = TextEncodings.Of(connection) }, TestContext.Current.CancellationToken);

    public static TableToProfile Describe(SqliteConnection connection, string table, MapFile? map = null)
    {
        var columns = new List<ColumnToProfile>();
        var keys = new SortedDictionary<long, string>();
        var strict = connection.QueryInteger("SELECT strict FROM pragma_table_list WHERE name = ?1", table) == 1;
        var withoutRowId = connection.QueryInteger("SELECT wr FROM pragma_table_list WHERE name = ?1", table) == 1;
        using var statement = connection.Prepare("SELECT name, type, pk FROM pragma_table_xinfo(?1) ORDER BY cid");
        statement.Bind(table);
        while (statement.Step())
        {
            var name = statement.GetText(0);
            columns.Add(ColumnToChoose.ToProfile(name, statement.GetText(1), strict, map?.Column(table, name)));
            if (statement.GetInteger(2) > 0) keys.Add(statement.GetInteger(2), name);
        }
        return new TableToProfile(table, columns, !withoutRowId, [.. columns.Select(c => c.Name)]) { KeyColumns = [.. keys.Values] };
    }

    /// <summary>Chooses for every column of a table by itself.</summary>
    public static IReadOnlyList<(ColumnToChoose Column, TypeChoice Choice)> Choose(
        SqliteConnection connection, string table, Convention convention = Convention.None, bool quarantine = false, MapFile? map = null)
    {
        var chooser = new TypeChooser(convention, quarantine);
        return [.. Columns(connection, table, map).Select(c => (c, chooser.Choose(c)))];
    }

    public static IReadOnlyList<ColumnToChoose> Columns(SqliteConnection connection, string table, MapFile? map = null)
    {
        var profile = Profile(connection, table, map: map);
        var strict = connection.QueryInteger("SELECT strict FROM pragma_table_list WHERE name = ?1", table) == 1;
        return
        [
            .. profile.Columns.Select(c => new ColumnToChoose(table, connection.QueryText("SELECT type FROM pragma_table_xinfo(?1) WHERE name = ?2", table, c.Column.Name) ?? "", strict, c)
            {
                HasRowId = profile.Table.HasRowId,
                KeyColumns = profile.Table.KeyColumns,
                Override = map?.Column(table, c.Column.Name),
            }),
        ];
    }

    public void Dispose()
    {
        Connection.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
