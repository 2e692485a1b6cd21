using System.Globalization;
using System.Numerics;
using Godwit.Journeys.Running;
using Godwit.Sqlite.Native;
using Godwit.TestServers;

namespace Godwit.Journeys.Faithful.Anything;

/// <summary>Tables made by chance move, verify, and give back through Npgsql what SQLite holds. A failure names its seed, which makes the same table again.</summary>
public sealed class RandomTableTests(PostgresServers servers)
{
    private const int Tables = 40;

    [Fact]
    public async Task Whatever_a_table_holds_comes_back()
    {
        for (var seed = 1; seed <= Tables; seed++)
        {
            var table = new RandomTable(seed);
            using var journey = await Journey.PrepareAsync(servers, table.Create);
            Fill(journey.Folder.Source, table);
            var outcome = await journey.MoveAsync("--paranoid");
            Assert.True(outcome.ExitCode == 0, $"seed {seed}: {table}\n{string.Join('\n', outcome.Errors.Select(e => $"{e.Code} {e.Column} {e.Row} {e.Message}"))}{outcome.Document.Fault}");
            outcome.MustBeVerified();
            Assert.Equal(table.Rows.Count, outcome.Table("t").Rows);
            var source = Source(journey.Folder.Source, table);
            var target = (await TargetAsync(journey, outcome.Table("t"))).Order(StringComparer.Ordinal).ToList();
            for (var i = 0; i < source.Count; i++) Assert.True(source[i] == target[i], $"seed {seed}: {table}\n{source[i]}\n{target[i]}");
        }
    }

    private static void Fill(string file, RandomTable table)
    {
        using var connection = SqliteConnection.OpenForWriting(file);
        connection.Execute("BEGIN");
        foreach (var row in table.Rows) connection.Execute($"INSERT INTO t VALUES ({string.Join(", ", row.Select((_, i) => $"?{i + 1}"))})", row);
        connection.Execute("COMMIT");
    }

    /// <summary>As SQLite itself has them: affinity has made of some values others.</summary>
    private static List<string> Source(string file, RandomTable table)
    {
        using var connection = SqliteConnection.OpenForReading(file, immutable: true);
        using var statement = connection.Prepare("SELECT * FROM t");
        var rows = new List<string>();
        while (statement.Step()) rows.Add(string.Join('|', table.Columns.Select((_, i) => Text(statement, i))));
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    private static string Text(SqliteStatement statement, int column) => statement.GetStorageClass(column) switch
    {
        Model.Values.StorageClass.Integer => statement.GetInteger(column).ToString(CultureInfo.InvariantCulture),
        Model.Values.StorageClass.Real => Real(statement.GetReal(column)),
        Model.Values.StorageClass.Text => "'" + statement.GetText(column),
        Model.Values.StorageClass.Blob => "x" + Convert.ToHexString(statement.GetBytes(column)),
        _ => "NULL",
    };

    private static async Task<List<string>> TargetAsync(Journey journey, TableLine table)
    {
        // numeric is wider than any type of .NET's: its digits come as text.
        var columns = table.Columns.Select(c => c.Type.StartsWith("numeric", StringComparison.Ordinal) ? $"\"{c.Target}\"::text || 'n'" : $"\"{c.Target}\"");
        return [.. (await journey.RowsAsync($"SELECT {string.Join(", ", columns)} FROM t")).Select(row => string.Join('|', row.Select((v, i) => Text(v, table.Columns[i]))))];
    }

    private static string Text(object? value, ColumnLine column) => value switch
    {
        null => "NULL",
        long integer => integer.ToString(CultureInfo.InvariantCulture),
        double real => Real(real),
        byte[] bytes => "x" + Convert.ToHexString(bytes),
        bool boolean => column.Reason.Contains("0 and 1", StringComparison.Ordinal) ? (boolean ? "1" : "0") : boolean ? "'true" : "'false",
        Guid uuid => "'" + uuid,
        DateTime moment => Moment(moment, column),
        DateOnly day => "'" + day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeSpan time => "'" + time.ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture),
        TimeOnly time => "'" + time.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
        string number when column.Type.StartsWith("numeric", StringComparison.Ordinal) => Number(number[..^1]),
        string text => "'" + text,
        _ => throw new InvalidOperationException($"{value.GetType()} is not expected"),
    };

    private static string Moment(DateTime moment, ColumnLine column)
    {
        if (column.Reason.Contains("seconds since 1970", StringComparison.Ordinal)) return ((moment.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond).ToString(CultureInfo.InvariantCulture);
        if (column.Type.Contains("with time zone", StringComparison.Ordinal)) return "'" + moment.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return "'" + moment.ToString(column.Reason.Contains('f', StringComparison.Ordinal) || moment.Ticks % TimeSpan.TicksPerSecond != 0 ? "yyyy-MM-dd HH:mm:ss.ffffff" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    private static string Real(double value) => "r" + BitConverter.DoubleToInt64Bits(value).ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>A whole number within 64 bits is what an INTEGER became, anything else what a REAL did.</summary>
    private static string Number(string digits)
    {
        var plain = digits.Contains('.', StringComparison.Ordinal) ? digits.TrimEnd('0').TrimEnd('.') : digits;
        return BigInteger.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && whole >= long.MinValue && whole <= long.MaxValue
            ? plain
            : Real(plain switch { "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, _ => double.Parse(plain, CultureInfo.InvariantCulture) });
    }
}
