using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Godwit.Engine.Live;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Capture;

/// <summary>
/// Where a reading of a source's change log ended: the number of its last row, what that row and those before it were, and which log it is. A number alone would not do: a
/// database that lost its last commits with its power, or was restored, gives the same numbers to other changes. One row would not do either: the hottest row of a database is
/// often the last that was written, before the loss and after it.
/// </summary>
internal readonly record struct LogPosition(long Last, string Mark, string Log)
{
    private static readonly string s_changes = $"main.{SqliteName.Quote(CaptureNames.Changes)}";

    /// <summary>Before everything that was ever recorded.</summary>
    public const string Beginning = "0";

    /// <summary>Rows of the log that a position is known by.</summary>
    private const int Remembered = 256;

    /// <summary>Where the log ends now, within the caller's transaction.</summary>
    public static LogPosition Read(SqliteConnection connection, int keyParts)
    {
        var last = LastOf(connection);
        return new LogPosition(last, MarkOf(connection, last, keyParts), SqliteState.Read(connection, SqliteState.Log) ?? "");
    }

    /// <summary>The number of the log's last row.</summary>
    public static long LastOf(SqliteConnection connection) => connection.QueryInteger($"SELECT max(n) FROM {s_changes}") ?? 0;

    /// <summary>The number of the row up to which <paramref name="text"/> was read.</summary>
    /// <exception cref="RewoundException">It is no position of the log that is there.</exception>
    public static long Check(SqliteConnection connection, string text, int keyParts)
    {
        if (text == Beginning) return 0;
        var parts = text.Split('/');
        var then = new LogPosition(long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], parts[2]);
        if (then.Log == (SqliteState.Read(connection, SqliteState.Log) ?? "") && then.Mark == MarkOf(connection, then.Last, keyParts)) return then.Last;
        throw new RewoundException("the source has lost changes that were read from it: it was restored, or its last commits went with its power");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Last}/{Mark}/{Log}");

    private static string MarkOf(SqliteConnection connection, long number, int keyParts)
    {
        var keys = Enumerable.Range(0, keyParts).Select(k => $"quote({CaptureNames.KeyColumn(k)})");
        using var statement = connection.Prepare($"SELECT n || ':' || t || ':' || {string.Join(" || ',' || ", keys)} FROM {s_changes} WHERE n <= ?1 ORDER BY n DESC LIMIT {Remembered.ToString(CultureInfo.InvariantCulture)}");
        statement.Bind(number);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = 0;
        for (; statement.Step(); rows++) hash.AppendData(Encoding.UTF8.GetBytes(statement.GetText(0)));
        return rows == 0 ? "" : Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
