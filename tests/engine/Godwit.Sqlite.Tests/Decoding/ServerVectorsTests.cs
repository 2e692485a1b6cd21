using Godwit.Model.Names;
using Godwit.Model.Values;
using Godwit.Sqlite.Decoding;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Sqlite.Tests.Decoding;

/// <summary>The decoder against bytes that PostgreSQL itself wrote from SQL text.</summary>
public sealed class ServerVectorsTests(PostgresServers servers)
{
    [Theory]
    [InlineData(15)]
    [InlineData(18)]
    public async Task Every_vector_comes_back_from_a_table_as_it_was_stored(int major)
    {
        await using var connection = await OpenAsync(major);
        var vectors = DecodingVectors.All;
        await RunAsync(connection, $"CREATE TEMP TABLE t ({string.Join(", ", vectors.Select((v, i) => $"c{i} {v.Type.Sql}"))})");
        await RunAsync(connection, $"INSERT INTO t VALUES ({string.Join(", ", vectors.Select(v => TargetName.Literal(v.Literal)))})");
        for (var i = 0; i < vectors.Count; i++)
        {
            var vector = vectors[i];
            var tuple = Assert.Single(await BinaryCopy.RowsAsync(connection, $"SELECT c{i} FROM t"));
            if (vector.Stored is null)
                Assert.Throws<UndecodableException>(() => Decoded.Decode(tuple, vector.Mapping, vector.Type, vector.Affinity));
            else
                Assert.Equal(Convert.ToHexString(Images.Of(vector.Stored)), Convert.ToHexString(Decoded.Decode(tuple, vector.Mapping, vector.Type, vector.Affinity)));
        }
    }

    [Fact]
    public async Task Random_instants_read_as_PostgreSQL_prints_them() => await SameAsync(
        "SELECT t, to_char(t, 'YYYY-MM-DD\"T\"HH24:MI:SS.US') FROM (SELECT timestamp '0001-01-01' + (random() * 3652058) * interval '1 day' AS t FROM seed, generate_series(1, 20000)) r",
        new ValueMapping(MappingKind.TimestampText) { Separator = 'T', Fraction = FractionForm.Six }, TargetType.Timestamp, Affinity.Text,
        new ValueMapping(MappingKind.Text), TargetType.Text);

    [Fact]
    public async Task Random_instants_give_the_Unix_time_that_PostgreSQL_gives() => await SameAsync(
        "SELECT t, (extract(epoch FROM t) * 1000)::bigint FROM (SELECT (timestamp '0001-01-01' + (random() * 3652058) * interval '1 day')::timestamp(3) AS t FROM seed, generate_series(1, 20000)) r",
        new ValueMapping(MappingKind.UnixMilliseconds), TargetType.Timestamp, Affinity.Integer,
        new ValueMapping(MappingKind.Integer), TargetType.Bigint);

    [Fact]
    public async Task Random_decimals_read_as_PostgreSQL_prints_them() => await SameAsync(
        """
        SELECT n, CASE WHEN scale(n) = 0 THEN n::text || '.0' ELSE n::text END
        FROM (SELECT trim_scale(round((random() - 0.5)::numeric * 10 ^ (i % 40)::numeric, i % 23)) AS n FROM seed, generate_series(1, 20000) i) r
        """,
        new ValueMapping(MappingKind.DecimalText), TargetType.Numeric, Affinity.Text,
        new ValueMapping(MappingKind.Text), TargetType.Text);

    /// <summary>
    /// Without those around 2^53 to 2^80: there PostgreSQL's text avoids decimals midway between two doubles and so is a digit longer than the shortest
    /// (https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT).
    /// </summary>
    [Fact]
    public async Task Random_doubles_come_back_from_the_numeric_of_their_text() => await SameAsync(
        "SELECT d::text::numeric, d FROM (SELECT (random() - 0.5) * 10::float8 ^ CASE WHEN i % 2 = 0 THEN i % 316 - 300 ELSE i % 270 + 30 END AS d FROM seed, generate_series(1, 20000) i) r",
        new ValueMapping(MappingKind.Number), TargetType.Numeric, Affinity.Real,
        new ValueMapping(MappingKind.Real), TargetType.DoublePrecision);

    private async Task SameAsync(string query, ValueMapping mapping, TargetType type, Affinity affinity, ValueMapping expectedMapping, TargetType expectedType)
    {
        await using var connection = await OpenAsync(PostgresVersions.Default);
        var rows = await BinaryCopy.RowsAsync(connection, $"WITH seed AS MATERIALIZED (SELECT setseed(0.4711)) {query}");
        Assert.Equal(20_000, rows.Count);
        var decoder = new InverseDecoder([Plans.Column(mapping, type, affinity), Plans.Column(expectedMapping, expectedType)]);
        var image = new SourceImage();
        foreach (var row in rows)
        {
            image.Clear();
            decoder.Decode(row, image);
            var half = image.Bytes.Length / 2;
            Assert.Equal(Convert.ToHexString(image.Bytes[half..]), Convert.ToHexString(image.Bytes[..half]));
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(int major) => await (await (await servers.OfAsync(major)).CreateDatabaseAsync()).OpenAsync();

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
