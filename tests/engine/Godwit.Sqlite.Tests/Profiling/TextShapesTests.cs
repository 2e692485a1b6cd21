using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Tests.Profiling;

public sealed class TextShapesTests
{
    private static readonly (ulong Shape, string Name, Func<string, string?> RoundTrip)[] Shapes = [.. AllShapes()];

    /// <summary>Each shape with a straightforward way there and back: the framework parses, and the shape's own format prints.</summary>
    private static IEnumerable<(ulong, string, Func<string, string?>)> AllShapes()
    {
        yield return (TextShapes.Date, "date", t => DateOnly.TryParseExact(t, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var d) ? d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null);
        foreach (var fraction in Enum.GetValues<FractionForm>())
        {
            yield return (TextShapes.Time(fraction), $"time {fraction}", t => Clock(t, fraction));
            foreach (var zone in Enum.GetValues<ZoneForm>())
            {
                foreach (var separator in " T") yield return (TextShapes.Timestamp(separator, fraction, zone), $"timestamp {separator} {fraction} {zone}", t => Moment(t, separator, fraction, zone));
            }
        }
        yield return (TextShapes.Uuid(UuidForm.Hex), "uuid hex", t => Guid.TryParseExact(t, "N", out var g) ? g.ToString("N") : null);
        yield return (TextShapes.Uuid(UuidForm.Dashed), "uuid", t => Guid.TryParseExact(t, "D", out var g) ? g.ToString("D") : null);
        yield return (TextShapes.Uuid(UuidForm.DashedUpper), "uuid upper", t => Guid.TryParseExact(t, "D", out var g) ? g.ToString("D").ToUpperInvariant() : null);
        yield return (TextShapes.Decimal, "decimal", t => decimal.TryParse(t, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var d) && !(d == 0 && t.StartsWith('-'))
            ? d.ToString("0.0###########################", CultureInfo.InvariantCulture) : null);
        for (var i = 0; i < BooleanWords.Pairs.Length; i++)
        {
            var (no, yes) = BooleanWords.Pairs[i];
            yield return (TextShapes.Words(i), $"words {yes}", t => t == yes ? yes : t == no ? no : null);
        }
    }

    private static string? Clock(string text, FractionForm fraction)
    {
        string[] formats = ["HH:mm", "HH:mm:ss", "HH:mm:ss.f", "HH:mm:ss.ff", "HH:mm:ss.fff", "HH:mm:ss.ffff", "HH:mm:ss.fffff", "HH:mm:ss.ffffff"];
        return TimeOnly.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var t) ? Print(t, fraction) : null;
    }

    private static string Print(TimeOnly t, FractionForm fraction) => t.ToString(fraction switch
    {
        FractionForm.Minutes => "HH:mm",
        FractionForm.None => "HH:mm:ss",
        FractionForm.Three => "HH:mm:ss.fff",
        FractionForm.Six => "HH:mm:ss.ffffff",
        FractionForm.Trimmed => "HH:mm:ss.FFFFFF",
        _ => t.Ticks % TimeSpan.TicksPerSecond == 0 ? "HH:mm:ss" : "HH:mm:ss.ffffff",
    }, CultureInfo.InvariantCulture);

    private static string? Moment(string text, char separator, FractionForm fraction, ZoneForm zone)
    {
        var suffix = zone switch { ZoneForm.Z => "Z", ZoneForm.PlusZero => "+00:00", ZoneForm.PlusZeroShort => "+00", _ => "" };
        if (!text.EndsWith(suffix, StringComparison.Ordinal) || text.Length < 11 + suffix.Length || text[10] != separator) return null;
        if (!DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return null;
        return Clock(text[11..^suffix.Length], fraction) is { } clock ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + separator + clock + suffix : null;
    }

    private static ulong Of(string text) => TextShapes.Of(Encoding.UTF8.GetBytes(text));

    /// <summary>A shape is held exactly when the way there and back gives the same text: neither more nor less.</summary>
    private static void AssertExact(string text)
    {
        var shapes = Of(text);
        foreach (var (shape, name, roundTrip) in Shapes)
        {
            var isHeld = (shapes & shape) == shape;
            var isRight = string.Equals(roundTrip(text), text, StringComparison.Ordinal);
            if (isHeld != isRight) Assert.Fail($"{name} of \"{text}\": held {isHeld}, round trip {isRight}");
        }
    }

    private static readonly Gen<string> Clocks =
        from seconds in Gen.Choose(0, 86_399)
        from microseconds in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 999_999), Gen.Choose(0, 999).Select(m => m * 1000), Gen.Choose(1, 9).Select(m => m * 100_000))
        from form in Gen.Elements(Enum.GetValues<FractionForm>())
        select Print(new TimeOnly((seconds * 1_000_000L + microseconds) * 10), form);

    private static readonly Gen<string> Days = Gen.Choose(0, DateOnly.MaxValue.DayNumber).Select(d => DateOnly.FromDayNumber(d).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static readonly Gen<string> Moments =
        from day in Days
        from separator in Gen.Elements(" ", "T")
        from clock in Clocks
        from zone in Gen.Elements("", "Z", "+00:00", "+00")
        select day + separator + clock + zone;

    private static readonly Gen<string> Uuids =
        from bytes in Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(16)
        from form in Gen.Elements("N", "D", "U", "B")
        let guid = new Guid(bytes)
        select form == "U" ? guid.ToString("D").ToUpperInvariant() : guid.ToString(form);

    private static readonly Gen<string> Decimals =
        from sign in Gen.Elements("", "-", "+")
        from whole in Gen.OneOf(Gen.Choose(0, 999_999).Select(i => i.ToString(CultureInfo.InvariantCulture)), Gen.Elements("", "0", "00", "01"))
        from fraction in Gen.OneOf(Gen.Choose(0, 99_999).Select(i => "." + i.ToString(CultureInfo.InvariantCulture)), Gen.Elements("", ".", ".0", ".00", ".10", "e5"))
        select sign + whole + fraction;

    private static readonly Gen<string> Words = Gen.Elements([.. BooleanWords.Pairs.SelectMany(p => new[] { p.False, p.True })]);

    private static readonly Gen<string> Shaped = Gen.OneOf(Days, Clocks, Moments, Uuids, Decimals, Words);

    private static readonly Gen<string> Mutated =
        from text in Shaped
        from at in Gen.Choose(0, 40)
        from with in Gen.Elements('0', '1', '3', '9', '-', ':', '.', ' ', 'T', 't', 'Z', 'z', '+', 'a', 'F', 'é', '٣', '\0')
        from kind in Gen.Choose(0, 2)
        let position = Math.Min(at, text.Length)
        select kind switch
        {
            0 => text.Insert(position, with.ToString()),
            1 when position < text.Length => text.Remove(position, 1),
            _ when position < text.Length => text.Remove(position, 1).Insert(position, with.ToString()),
            _ => text + with,
        };

    [Fact]
    public void A_shape_is_held_exactly_when_the_text_comes_back() =>
        Prop.ForAll(Shaped.ToArbitrary(), AssertExact).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    [Fact]
    public void A_text_with_one_character_changed_is_held_exactly_when_it_still_comes_back() =>
        Prop.ForAll(Mutated.ToArbitrary(), AssertExact).Check(Config.QuickThrowOnFailure.WithMaxTest(60_000));

    [Theory]
    [InlineData("2023-02-29")]
    [InlineData("1900-02-29")]
    [InlineData("2023-13-01")]
    [InlineData("2023-00-10")]
    [InlineData("2023-1-01")]
    [InlineData("0000-01-01")]
    [InlineData("10000-01-01")]
    [InlineData("-2023-01-01")]
    [InlineData("2023-01-01 ")]
    [InlineData(" 2023-01-01")]
    [InlineData("2023-01-01t10:00:00")]
    [InlineData("2023-01-01 24:00:00")]
    [InlineData("2023-01-01 23:59:60")]
    [InlineData("2023-01-01 10:00:00.1234567")]
    [InlineData("2023-01-01 10:00:00.")]
    [InlineData("2023-01-01 10:00:00+01:00")]
    [InlineData("2023-01-01 10:00:00-00:00")]
    [InlineData("2023-01-01 10:00:00z")]
    [InlineData("2023-01-01 10:00:00 Z")]
    [InlineData("2023-01-01  10:00:00")]
    [InlineData("2023-01-01 10:00:00 ")]
    [InlineData("24:00:00")]
    [InlineData("1:00:00")]
    [InlineData("10:00:00Z")]
    [InlineData("+1.5")]
    [InlineData("1e5")]
    [InlineData("01.5")]
    [InlineData("1.50")]
    [InlineData("-0.0")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("5")]
    [InlineData("1.5 ")]
    [InlineData("NaN")]
    [InlineData("TRue")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("01234567-89ab-cdef-0123-456789abcdeF")]
    [InlineData("{1234567-89ab-cdef-0123-456789abcde}")]
    [InlineData("0123456789ab-cdef-0123-4567-89abcdef")]
    [InlineData("")]
    public void A_near_miss_has_no_shape(string text) => Assert.Equal(0UL, Of(text));

    [Fact]
    public void A_time_without_fraction_has_every_form_that_leaves_the_point_out() =>
        Assert.Equal(TextShapes.Separator(' ') | TextShapes.Zone(ZoneForm.None) | TextShapes.Fraction(FractionForm.None) | TextShapes.Fraction(FractionForm.Trimmed) | TextShapes.Fraction(FractionForm.OptionalSix), Of("2023-01-01 10:00:00"));
}
