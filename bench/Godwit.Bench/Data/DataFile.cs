using Godwit.Sqlite.Native;

namespace Godwit.Bench.Data;

/// <summary>A database under construction: in its place only when it is whole.</summary>
internal sealed class DataFile : IDisposable
{
    private readonly string _path;

    public DataFile(string path)
    {
        _path = path;
        File.Delete(Unfinished);
        Connection = SqliteConnection.OpenForWriting(Unfinished);
        Connection.Execute("PRAGMA journal_mode = OFF");
        Connection.Execute("PRAGMA synchronous = OFF");
        Connection.Execute("BEGIN");
    }

    public SqliteConnection Connection { get; }

    private string Unfinished => _path + ".unfinished";

    public void Finish()
    {
        Connection.Execute("COMMIT");
        Connection.Dispose();
        File.Move(Unfinished, _path, overwrite: true);
    }

    public void Dispose() => Connection.Dispose();
}
