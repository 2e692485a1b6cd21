using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Tests;

/// <summary>A database in a file of its own, made from statements and gone with the test.</summary>
public sealed class ScratchDatabase : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-scratch-").FullName;

    public ScratchDatabase(params string[] statements)
    {
        Connection = SqliteConnection.OpenForWriting(Path.Combine(_folder, "source.sqlite"));
        // Nothing that a test makes has to outlive a power cut.
        Connection.Execute("PRAGMA synchronous = OFF");
        foreach (var statement in statements) Connection.Execute(statement);
    }

    public SqliteConnection Connection { get; }

    public void Dispose()
    {
        Connection.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
