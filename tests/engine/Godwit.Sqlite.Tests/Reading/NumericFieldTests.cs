using System.Globalization;
using System.Text;
using Godwit.Engine.Rows;
using Godwit.Sqlite.Reading.Encoders;
using Godwit.Sqlite.Tests.Decoding;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Sqlite.Tests.Reading;

/// <summary>numeric as Godwit writes it against numeric_send: what goes in through COPY comes out byte for byte, and prints as the number it was.</summary>
public sealed class NumericFieldTests(PostgresServers servers)
{
    public static IEnumerable<object[]> Versions => PostgresVersions.All;

    private const int Count = 5000;

    private static readonly Random Seeded = new(4711);

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Random_decimals_are_read_back_as_they_were_sent(int major)
    {
        var texts = Enumerable.Range(0, Count).Select(_ => RandomDecimal()).Append(new string('9', 8000) + "." + new string('1', 8000)).ToList();
        using var rows = new NumericRows();
        foreach (var text in texts) rows.Add(buffer => NumericField.WriteDecimal(buffer, Encoding.ASCII.GetBytes(text), precision: null, scale: null));
        Assert.Equal(texts, await RoundTripAsync(major, "numeric", rows));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Doubles_of_all_magnitudes_and_infinities_are_read_back_as_they_were_sent(int major)
    {
        var values = Enumerable.Range(0, Count).Select(_ => RandomDouble()).Concat(StoredValues.Reals).Where(d => !(d == 0 && double.IsNegative(d))).ToList();
        using var rows = new NumericRows();
        foreach (var value in values) rows.Add(buffer => NumericField.Write(buffer, value, precision: null, scale: null));
        var printed = await RoundTripAsync(major, "numeric", rows);
        Assert.Equal(values, printed.Select(p => double.Parse(p, NumberStyles.Float, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Integers_are_read_back_as_they_were_sent()
    {
        var values = Enumerable.Range(0, Count).Select(_ => Seeded.NextInt64(long.MinValue, long.MaxValue) >> Seeded.Next(64)).Concat(StoredValues.Integers).ToList();
        using var rows = new NumericRows();
        foreach (var value in values) rows.Add(buffer => NumericField.Write(buffer, value, precision: null, scale: null));
        Assert.Equal(values.Select(v => v.ToString(CultureInfo.InvariantCulture)), await RoundTripAsync(PostgresVersions.Default, "numeric", rows));
    }

    [Theory]
    [InlineData(10, 2)]
    [InlineData(8, 8)]
    [InlineData(18, 0)]
    [InlineData(1000, 400)]
    [InlineData(5, null)]
    public async Task A_number_that_declared_digits_hold_is_read_back_as_it_was_sent_and_no_other_is_written(int precision, int? scale)
    {
        var type = $"numeric({precision},{scale ?? 0})";
        using var rows = new NumericRows();
        var written = new List<double>();
        var refused = new List<double>();
        var values = Enumerable.Range(0, 1000).Select(_ => Math.Round(Seeded.NextDouble() * Math.Pow(10, Seeded.Next(9)), Seeded.Next(9))).Concat(StoredValues.Reals).Where(d => !(d == 0 && double.IsNegative(d)));
        foreach (var value in values) (rows.Add(buffer => NumericField.Write(buffer, value, precision, scale)) ? written : refused).Add(value);
        Assert.True(written.Count > 3 && refused.Count > 1);
        Assert.Equal(written, (await RoundTripAsync(PostgresVersions.Default, type, rows)).Select(p => double.Parse(p, NumberStyles.Float, CultureInfo.InvariantCulture)));

        // PostgreSQL rounds what does not fit, or takes it for an overflow; Godwit must have refused exactly those.
        await using var connection = await OpenAsync(PostgresVersions.Default);
        foreach (var value in refused.Where(double.IsFinite).Take(60))
        {
            await using var command = new NpgsqlCommand($"SELECT ($1::numeric::{type}) = $1::numeric", connection) { Parameters = { new() { Value = Plain(value), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Unknown } } };
            try
            {
                Assert.False((bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!, $"{type} holds {Plain(value)}");
            }
            catch (PostgresException overflow)
            {
                Assert.Equal(PostgresErrorCodes.NumericValueOutOfRange, overflow.SqlState);
            }
        }
    }

    private static string Plain(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private async Task<List<string>> RoundTripAsync(int major, string type, NumericRows rows)
    {
        await using var connection = await OpenAsync(major);
        await using (var make = new NpgsqlCommand($"CREATE TEMP TABLE t (i bigint GENERATED ALWAYS AS IDENTITY, n {type})", connection)) await make.ExecuteNonQueryAsync();
        await using (var copy = await connection.BeginRawBinaryCopyAsync("COPY t (n) FROM STDIN (FORMAT binary)"))
        {
            await copy.WriteAsync((byte[])[.. "PGCOPY\n"u8, 0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]);
            await copy.WriteAsync(rows.Stream);
            await copy.WriteAsync((byte[])[0xFF, 0xFF]);
        }
        var back = await BinaryCopy.RowsAsync(connection, "SELECT n FROM t ORDER BY i");
        Assert.Equal(rows.Images.Select(Convert.ToHexString), back.Select(Convert.ToHexString));
        await using var command = new NpgsqlCommand("SELECT array_agg(n::text ORDER BY i) FROM t", connection);
        return [.. (string[])(await command.ExecuteScalarAsync())!];
    }

    private async Task<NpgsqlConnection> OpenAsync(int major) => await (await (await servers.OfAsync(major)).CreateDatabaseAsync()).OpenAsync();

    private static string RandomDecimal()
    {
        var whole = Digits(Seeded.Next(1, 45)).TrimStart('0');
        var fraction = Seeded.Next(3) == 0 ? "" : "." + new string('0', Seeded.Next(12)) + Digits(Seeded.Next(1, 40));
        var text = (whole.Length == 0 ? "0" : whole) + fraction;
        return Seeded.Next(2) == 0 && text.AsSpan().ContainsAnyInRange('1', '9') ? "-" + text : text;
    }

    private static string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => Seeded.Next(3) == 0 ? '0' : (char)('0' + Seeded.Next(10))));

    private static double RandomDouble()
    {
        var value = BitConverter.Int64BitsToDouble(Seeded.NextInt64(long.MinValue, long.MaxValue));
        return double.IsNaN(value) ? 0.5 : Seeded.Next(2) == 0 ? value : Math.Round(Seeded.NextDouble() * 1e6, Seeded.Next(8));
    }
}
