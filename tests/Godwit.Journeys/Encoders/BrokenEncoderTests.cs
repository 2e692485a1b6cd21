using Godwit.Model.Values;
using Godwit.TestServers;

namespace Godwit.Journeys.Encoders;

/// <summary>
/// The second decoder guards the encoder. Each mapping's encoder is broken in each of its ways, in copying and in verifying alike, so that both sides' digests
/// agree: only what is decoded from the target and compared with what the source stores can tell.
/// </summary>
public sealed class BrokenEncoderTests(PostgresServers servers)
{
    private static readonly string[] Values =
    [
        """
        CREATE TABLE t (id INTEGER PRIMARY KEY, integer INTEGER, real REAL, text TEXT, blob BLOB, number NUMERIC, double FLOATING POINT, decimal TEXT, one BOOLEAN, word BOOLEAN,
          day DATE, time TIME, moment DATETIME, seconds DATETIME, milliseconds DATETIME, julian DATETIME, uuid UUID, bytes UUID, mixed NUMERIC, emptied TEXT, small INTEGER)
        """,
        """
        INSERT INTO t VALUES (1, 81985529216486895, 0.30000000000000004, 'äöü, plain', x'0123456789abcdef', 12345.6789, 0.30000000000000004, '1234.5', 1, 'true',
          '2024-02-29', '23:59:58.123456', '2024-02-29 23:59:58.123456', 1709251198, 1709251198070, 2460370.2500123, '0f8fad5b-d9cb-469f-a165-70867728950e', x'0123456789abcdef0123456789abcdee', 1.5, 'Full', 1234)
        """,
        """
        INSERT INTO t VALUES (2, -81985529216486895, -123.456e-20, 'Another', x'fedc', -1234567890123, 7, '-98765432101234.0', 0, 'false',
          '1969-07-20', '01:00:00.000001', '1969-07-20 20:17:40.500000', 1500000000, 1500000000001, 2440000.75, '7c9e6679-7425-40de-944b-e07fc1f90ae7', x'fedcba9876543210fedcba9876543211', 'some text', '', -2)
        """,
    ];

    private const string Map = """
        tables:
          t:
            columns:
              double: { type: double precision }
              decimal: { type: numeric }
              mixed: { type: text }
              emptied: { empty: "null" }
              small: { type: integer }
        """;

    public static TheoryData<string, MappingKind> Columns => new()
    {
        { "integer", MappingKind.Integer },
        { "real", MappingKind.Real },
        { "text", MappingKind.Text },
        { "blob", MappingKind.Blob },
        { "number", MappingKind.Number },
        { "double", MappingKind.NumberAsDouble },
        { "decimal", MappingKind.DecimalText },
        { "one", MappingKind.BooleanInteger },
        { "word", MappingKind.BooleanText },
        { "day", MappingKind.DateText },
        { "time", MappingKind.TimeText },
        { "moment", MappingKind.TimestampText },
        { "seconds", MappingKind.UnixSeconds },
        { "milliseconds", MappingKind.UnixMilliseconds },
        { "julian", MappingKind.JulianDay },
        { "uuid", MappingKind.UuidText },
        { "bytes", MappingKind.UuidBlob },
        { "mixed", MappingKind.AnyText },
    };

    /// <summary>All but the one that has no encoder: what comes from PostgreSQL goes on as it came.</summary>
    [Fact]
    public void Every_mapping_is_broken_here() => Assert.Equal(Enum.GetValues<MappingKind>().Except([MappingKind.Verbatim]).Order(), Columns.Select(c => c.Data.Item2).Order());

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task A_broken_encoder_fails_verification_in_each_of_its_branches(string column, MappingKind kind)
    {
        using var workshop = await Workshop.OpenAsync(servers, Values, Map);
        Assert.Equal(kind, workshop.KindOf(column));
        // Wrapped and unspoilt it verifies: it is the mistake that is found, not the wrapping.
        Assert.True((await workshop.MoveAsync(column, field => field)).Verified);
        foreach (var (name, spoil) in Of(kind))
        {
            var copied = await workshop.MoveAsync(column, spoil);
            Assert.False(copied.Verified, $"{kind}: {name} is not found");
            // Where the server itself puts bytes right that it was sent wrong, the digests differ already.
            Assert.Contains(copied.Mismatches, m => m.Code.Id is "GW1507" or "GW1501" && m.Table == "t");
            var verified = await workshop.VerifyAsync(column, spoil);
            Assert.False(verified.Verified, $"{kind}: {name} is not found when verifying");
            Assert.Contains(verified.Mismatches, m => m.Code.Id == "GW1501");
        }
    }

    [Fact]
    public async Task NULL_made_of_too_much_by_a_mapping_file_is_found()
    {
        using var workshop = await Workshop.OpenAsync(servers, Values, Map);
        Assert.True(workshop.Plan.Tables[0].Columns.Single(c => c.SourceName == "emptied").Mapping.EmptyIsNull);
        Assert.Contains((await workshop.MoveAsync("emptied", _ => null)).Mismatches, m => m.Code.Id == "GW1507");
        Assert.Contains((await workshop.MoveAsync("small", f => [.. f.Reverse()])).Mismatches, m => m.Code.Id == "GW1507");
    }

    private static (string Name, Spoil Spoil)[] Of(MappingKind kind) => kind switch
    {
        MappingKind.Integer => Mistakes.OfInteger,
        MappingKind.Real or MappingKind.NumberAsDouble => Mistakes.OfReal,
        MappingKind.Text or MappingKind.AnyText => Mistakes.OfText,
        MappingKind.Blob => Mistakes.OfBytes,
        MappingKind.Number or MappingKind.DecimalText => Mistakes.OfNumeric,
        MappingKind.BooleanInteger or MappingKind.BooleanText => Mistakes.OfBoolean,
        MappingKind.DateText => Mistakes.OfDate,
        MappingKind.TimeText => Mistakes.OfTime,
        MappingKind.JulianDay => Mistakes.OfJulianDay,
        MappingKind.UuidText or MappingKind.UuidBlob => Mistakes.OfUuid,
        MappingKind.UnixSeconds => Mistakes.OfSeconds,
        _ => Mistakes.OfTimestamp,
    };
}
