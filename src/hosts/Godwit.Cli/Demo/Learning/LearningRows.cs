using Godwit.Sqlite.Native;

namespace Godwit.Cli.Demo.Learning;

/// <summary>Rows of the sample that requests are about.</summary>
internal sealed record LearningRows(IReadOnlyList<(string Id, long Points)> Users, IReadOnlyList<string> Progress, IReadOnlyList<string> Courses)
{
    private const int Most = 5000;

    public static LearningRows Read(string path)
    {
        using var connection = SqliteConnection.OpenForReading(path);
        // No points are added where there is no room for more.
        return new LearningRows(
            Rows(connection, $"SELECT id, xp FROM users WHERE xp < 1000000 ORDER BY id LIMIT {Most}", s => (s.GetText(0), s.GetInteger(1))),
            Rows(connection, $"SELECT id FROM user_progress ORDER BY id LIMIT {Most}", s => s.GetText(0)), Rows(connection, "SELECT id FROM courses ORDER BY id", s => s.GetText(0)));
    }

    private static List<T> Rows<T>(SqliteConnection connection, string sql, Func<SqliteStatement, T> read)
    {
        using var statement = connection.Prepare(sql);
        var rows = new List<T>();
        while (statement.Step()) rows.Add(read(statement));
        return rows;
    }
}
