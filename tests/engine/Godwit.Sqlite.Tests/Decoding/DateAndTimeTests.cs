using Godwit.Model.Values;

namespace Godwit.Sqlite.Tests.Decoding;

public sealed class DateAndTimeTests
{
    [Theory]
    [InlineData("00000000", "2000-01-01")]
    [InlineData("FFFFFFFF", "1999-12-31")]
    [InlineData("00002279", "2024-02-29")]
    [InlineData("FFFF718F", "1900-03-01")]
    [InlineData("FFFF718E", "1900-02-28")]
    [InlineData("FFFFD533", "1970-01-01")]
    [InlineData("FFF4DBF9", "0001-01-01")]
    [InlineData("002C95D3", "9999-12-31")]
    public void A_date_gives_back_its_text(string hex, string expected) => Decoded.Gives(expected, hex, new ValueMapping(MappingKind.DateText), TargetType.Date);

    [Theory]
    [InlineData("FFF4DBF8")] // 0001-12-31 BC
    [InlineData("002C95D4")] // 10000-01-01
    [InlineData("7FFFFFFF")] // infinity
    [InlineData("80000000")] // -infinity
    [InlineData("0000000000000000")]
    public void A_date_without_a_text_of_four_digits_is_refused(string hex) =>
        Decoded.IsRefused(hex, new ValueMapping(MappingKind.DateText), TargetType.Date);

    [Fact]
    public void Every_day_of_the_years_0001_to_9999_agrees_with_the_platforms_calendar()
    {
        var mapping = new ValueMapping(MappingKind.DateText);
        var first = new DateOnly(2000, 1, 1).DayNumber;
        var decoder = new Godwit.Sqlite.Decoding.InverseDecoder([Plans.Column(mapping, TargetType.Date)]);
        var image = new Godwit.Sqlite.Decoding.SourceImage();
        Span<byte> tuple = stackalloc byte[8];
        tuple[3] = 4;
        Span<byte> expected = stackalloc byte[10];
        for (var day = DateOnly.MinValue.DayNumber; day <= DateOnly.MaxValue.DayNumber; day++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(tuple[4..], day - first);
            image.Clear();
            decoder.Decode(tuple, image);
            DateOnly.FromDayNumber(day).TryFormat(expected, out _, "yyyy-MM-dd");
            Assert.True(image.Bytes[5..].SequenceEqual(expected), "another day than the platform's");
        }
    }

    [Theory]
    [InlineData(FractionForm.None, "0000000A88839E00", "12:34:00")]
    [InlineData(FractionForm.Minutes, "0000000A88839E00", "12:34")]
    [InlineData(FractionForm.Three, "0000000A88839E00", "12:34:00.000")]
    [InlineData(FractionForm.Six, "0000000A88839E00", "12:34:00.000000")]
    [InlineData(FractionForm.Trimmed, "0000000A88839E00", "12:34:00")]
    [InlineData(FractionForm.OptionalSix, "0000000A88839E00", "12:34:00")]
    [InlineData(FractionForm.Three, "0000000A8BE4CA60", "12:34:56.700")]
    [InlineData(FractionForm.Six, "0000000A8BE4CA60", "12:34:56.700000")]
    [InlineData(FractionForm.Trimmed, "0000000A8BE4CA60", "12:34:56.7")]
    [InlineData(FractionForm.OptionalSix, "0000000A8BE4CA60", "12:34:56.700000")]
    [InlineData(FractionForm.Trimmed, "000000141DD75FFF", "23:59:59.999999")]
    [InlineData(FractionForm.Trimmed, "000000000000000A", "00:00:00.00001")]
    [InlineData(FractionForm.Minutes, "0000000000000000", "00:00")]
    public void A_time_gives_back_its_text_in_the_columns_form(FractionForm form, string hex, string expected) =>
        Decoded.Gives(expected, hex, new ValueMapping(MappingKind.TimeText) { Fraction = form }, TargetType.Time);

    [Theory]
    [InlineData(FractionForm.None, "0000000A8BE4CA60")]
    [InlineData(FractionForm.Minutes, "0000000A8BE4CA60")]
    [InlineData(FractionForm.Minutes, "00000000000F4240")] // one second
    [InlineData(FractionForm.Minutes, "0000000000000001")]
    [InlineData(FractionForm.Three, "000000141DD75FFF")]
    [InlineData(FractionForm.Six, "000000141DD76000")] // 24:00:00
    [InlineData(FractionForm.Six, "FFFFFFFFFFFFFFFF")]
    [InlineData(FractionForm.Six, "00000000")]
    public void A_time_that_the_form_cannot_show_is_refused(FractionForm form, string hex) =>
        Decoded.IsRefused(hex, new ValueMapping(MappingKind.TimeText) { Fraction = form }, TargetType.Time);

    [Theory]
    [InlineData("0000000000000000", ' ', FractionForm.None, ZoneForm.None, "2000-01-01 00:00:00")]
    [InlineData("FFFFFFFFFFFFFFFF", 'T', FractionForm.Six, ZoneForm.Z, "1999-12-31T23:59:59.999999Z")]
    [InlineData("0002B58341728608", 'T', FractionForm.Three, ZoneForm.PlusZero, "2024-02-29T12:34:56.789+00:00")]
    [InlineData("0002B58341728608", ' ', FractionForm.Trimmed, ZoneForm.PlusZeroShort, "2024-02-29 12:34:56.789+00")]
    [InlineData("0002B58341728608", ' ', FractionForm.OptionalSix, ZoneForm.None, "2024-02-29 12:34:56.789000")]
    [InlineData("FF1FE2FFC59C6000", ' ', FractionForm.Minutes, ZoneForm.None, "0001-01-01 00:00")]
    [InlineData("0380E70B913B7FFF", ' ', FractionForm.Six, ZoneForm.None, "9999-12-31 23:59:59.999999")]
    public void A_timestamp_gives_back_its_text_in_the_columns_form(string hex, char separator, FractionForm fraction, ZoneForm zone, string expected) =>
        Decoded.Gives(expected, hex, new ValueMapping(MappingKind.TimestampText) { Separator = separator, Fraction = fraction, Zone = zone },
            zone == ZoneForm.None ? TargetType.Timestamp : TargetType.Timestamptz);

    [Theory]
    [InlineData(MappingKind.UnixSeconds, "FFFCA2FEC4C82000", 0L)]
    [InlineData(MappingKind.UnixSeconds, "FFFCA2FEC4B8DDC0", -1L)]
    [InlineData(MappingKind.UnixSeconds, "0000000000000000", 946684800L)]
    [InlineData(MappingKind.UnixMilliseconds, "FFFCA2FEC4C82000", 0L)]
    [InlineData(MappingKind.UnixMilliseconds, "0002B58341728608", 1709210096789L)]
    public void An_instant_gives_back_its_Unix_time(MappingKind kind, string hex, long expected)
    {
        Decoded.Gives(expected, hex, new ValueMapping(kind), TargetType.Timestamp);
        Decoded.Gives(expected, hex, new ValueMapping(kind), TargetType.Timestamptz);
    }

    [Theory]
    [InlineData(MappingKind.UnixSeconds, "0002B58341728608")] // .789
    [InlineData(MappingKind.UnixMilliseconds, "0000000000000001")]
    [InlineData(MappingKind.UnixMilliseconds, "7FFFFFFFFFFFFFFF")] // infinity
    [InlineData(MappingKind.UnixMilliseconds, "8000000000000000")] // -infinity
    [InlineData(MappingKind.TimestampText, "0380E70B913B8000")] // 10000-01-01
    [InlineData(MappingKind.TimestampText, "FF1FE2FFC59C5FFF")] // before 0001-01-01
    [InlineData(MappingKind.TimestampText, "0000000000000001")] // a fraction for a form without one
    [InlineData(MappingKind.JulianDay, "7FFFFFFFFFFFFFFF")]
    public void An_instant_that_no_source_value_becomes_is_refused(MappingKind kind, string hex) =>
        Decoded.IsRefused(hex, new ValueMapping(kind), TargetType.Timestamp);

    [Theory]
    [InlineData("0000000000000000", 2451544.5)]
    [InlineData("FFFCA2FEC4C82000", 2440587.5)]
    public void A_timestamp_gives_back_its_Julian_day(string hex, double expected) =>
        Decoded.Gives(expected, hex, new ValueMapping(MappingKind.JulianDay), TargetType.Timestamp);

    [Fact]
    public void Only_the_microsecond_nearest_to_a_Julian_day_gives_it_back()
    {
        // The neighbours lead back to the same double but are not what the mapping writes.
        var day = 2460369.123456789;
        var exact = (new System.Numerics.BigInteger(day * (1L << 31)) * 86_400_000_000 - (new System.Numerics.BigInteger(4_903_089) << 30) * 86_400_000_000);
        var nearest = (long)((exact + (1L << 30)) >> 31);
        var mapping = new ValueMapping(MappingKind.JulianDay);
        Decoded.Gives(day, nearest.ToString("X16"), mapping, TargetType.Timestamp);
        Decoded.IsRefused((nearest - 1).ToString("X16"), mapping, TargetType.Timestamp);
        Decoded.IsRefused((nearest + 1).ToString("X16"), mapping, TargetType.Timestamp);
    }
}
