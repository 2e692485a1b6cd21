using Godwit.Sqlite.Native;

namespace Godwit.Journeys.Running;

/// <summary>A folder of one test: the source, what the commands write, and a home for the signing key; gone with the test.</summary>
public sealed class WorkFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("godwit-journey-").FullName;

    public string Source => File("source.sqlite");

    public string Certificate => File("source.certificate.json");

    public string NotMoved => File("not-moved.sql");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Makes the source from statements; a statement each.</summary>
    public void Make(params IEnumerable<string> statements) => Change([.. statements]);

    public void Change(params ReadOnlySpan<string> statements)
    {
        using var connection = SqliteConnection.OpenForWriting(Source);
        foreach (var statement in statements) connection.Execute(statement);
    }

    /// <summary>One row of values that SQL text cannot hold.</summary>
    public void Insert(string table, params IReadOnlyList<object?> values)
    {
        using var connection = SqliteConnection.OpenForWriting(Source);
        connection.Execute($"INSERT INTO {table} VALUES ({string.Join(", ", values.Select((_, i) => $"?{i + 1}"))})", [.. values]);
    }

    public long Count(string table)
    {
        using var connection = SqliteConnection.OpenForReading(Source);
        return connection.QueryInteger($"SELECT count(*) FROM \"{table}\"") ?? 0;
    }

    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
