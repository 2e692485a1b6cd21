using Godwit.Conformance.Live;
using Godwit.Engine.Live;
using Godwit.Model.Moves;
using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Tests.Planning;

namespace Godwit.Sqlite.Tests.Capture;

/// <summary>A file with a write-ahead log that applications have open.</summary>
internal sealed class SqliteLiveWorld : LiveSourceWorld
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-live-").FullName;
    private readonly List<IDisposable> _open = [];
    private readonly MovePlan _plan;

    public SqliteLiveWorld()
    {
        var connection = Connect();
        foreach (var statement in (string[])
        [
            "PRAGMA journal_mode = WAL", "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, v INTEGER)", "CREATE TABLE pairs(a INTEGER NOT NULL, b INTEGER NOT NULL, v INTEGER, PRIMARY KEY (a, b))",
            "CREATE TABLE notes(v INTEGER)", "INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)", "INSERT INTO pairs VALUES (1, 1, 1)", "INSERT INTO notes VALUES (7)",
        ]) connection.Execute(statement);
        _plan = Planned.Result(connection, new()).Plan!;
    }

    private string File => Path.Combine(_folder, "app.db");

    public override Task<ILiveSource> OpenAsync(Guid move, LiveRunner? runner = null)
    {
        var source = SqliteLiveSource.Open(File, _plan, move, runner);
        _open.Add(source);
        return Task.FromResult<ILiveSource>(source);
    }

    public override Task<ILiveApplication> ConnectAsync() => Task.FromResult<ILiveApplication>(new Application(Connect()));

    public override bool IsRefusal(Exception fault) => fault is SqliteException refused && refused.Message.Contains(SqliteFence.Message, StringComparison.Ordinal);

    public override Task LoseWhatWasReadAsync()
    {
        Connect().Execute("DELETE FROM _godwit_changes");
        return Task.CompletedTask;
    }

    public override Task<IReadOnlyList<string>> TracesAsync()
    {
        using var statement = Connect().Prepare("SELECT name FROM sqlite_schema WHERE name LIKE '%godwit%' OR sql LIKE '%godwit%' ORDER BY 1");
        var traces = new List<string>();
        while (statement.Step()) traces.Add(statement.GetText(0));
        return Task.FromResult<IReadOnlyList<string>>(traces);
    }

    public override ValueTask DisposeAsync()
    {
        foreach (var open in Enumerable.Reverse(_open)) open.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private SqliteConnection Connect()
    {
        var connection = SqliteConnection.OpenForWriting(File);
        connection.SetBusyTimeout(TimeSpan.FromSeconds(30));
        connection.Execute("PRAGMA synchronous = OFF");
        _open.Add(connection);
        return connection;
    }

    private sealed class Application(SqliteConnection connection) : ILiveApplication
    {
        public Task ExecuteAsync(string sql) => Task.Run(() => connection.Execute(sql));

        public Task<IReadOnlyList<long>> AskAsync(string sql) => Task.Run<IReadOnlyList<long>>(() =>
        {
            using var statement = connection.Prepare(sql);
            var values = new List<long>();
            while (statement.Step()) values.Add(statement.GetInteger(0));
            return values;
        });

        /// <summary>Closed with the world, whose plan was made by one of its connections.</summary>
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
