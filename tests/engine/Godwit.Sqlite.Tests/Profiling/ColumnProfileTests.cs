using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Model.Values;
using Godwit.Sqlite.Profiling;

namespace Godwit.Sqlite.Tests.Profiling;

public sealed class ColumnProfileTests
{
    private static ColumnProfile Column(Affinity affinity = Affinity.Text, bool track = false, int? length = null, long largest = long.MaxValue) =>
        new(new ColumnToProfile("c", affinity) { TrackShapes = track, Length = length }, new ProfileOptions { LargestValue = largest });

    private static ColumnProfile OfTexts(ColumnProfile profile, params ReadOnlySpan<string> texts)
    {
        for (var i = 0; i < texts.Length; i++) profile.AddText(Encoding.UTF8.GetBytes(texts[i]), i + 1);
        return profile;
    }

    [Fact]
    public void Every_storage_class_is_counted_and_measured()
    {
        var profile = Column();
        profile.AddNull(1);
        profile.AddInteger(-5, 2);
        profile.AddInteger(7, 3);
        profile.AddReal(1.5, 4);
        profile.AddText("größer"u8, 5);
        profile.AddText(""u8, 6);
        profile.AddBlob(300, 7);

        Assert.Equal([1, 2, 1, 2, 1], new[] { StorageClass.Null, StorageClass.Integer, StorageClass.Real, StorageClass.Text, StorageClass.Blob }.Select(profile.Count));
        Assert.Equal((-5, 7), (profile.MinInteger, profile.MaxInteger));
        Assert.Equal((8, 6), (profile.MaxTextBytes, profile.MaxTextCharacters));
        Assert.Equal(300, profile.MaxBlobBytes);
        Assert.Equal(1, profile.EmptyTexts);
    }

    [Fact]
    public void Text_with_a_NUL_byte_and_invalid_text_are_told_with_their_rows()
    {
        var profile = Column();
        profile.AddText("a\0b"u8, 3);
        profile.AddText([0x61, 0xff], 4);
        profile.AddText([0xed, 0xa0, 0x80], 5);
        profile.AddText([0xc0, 0x80], 6);
        profile.AddText("fine"u8, 7);

        Assert.Equal([3L], profile.Groups.Single(g => g.Has(TextTraits.Nul)).Rows.ToArray());
        Assert.Equal([4L, 5L, 6L], profile.Groups.Single(g => g.Has(TextTraits.Invalid)).Rows.ToArray());
    }

    [Fact]
    public void The_first_ten_rows_of_a_group_are_kept_and_all_are_counted()
    {
        var profile = Column();
        for (var row = 1; row <= 25; row++) profile.AddNull(row * 2);
        var group = Assert.Single(profile.Groups);
        Assert.Equal(25, group.Count);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => i * 2L), group.Rows.ToArray());
    }

    [Fact]
    public void Shapes_are_looked_for_only_while_one_is_common_to_all_unless_the_column_asks()
    {
        var untracked = OfTexts(Column(), "2024-01-01", "hello", "2024-01-02");
        Assert.Equal(2, untracked.Count(StorageClass.Text, TextTraits.Untested));
        Assert.Equal(1, untracked.Count(StorageClass.Text, TextShapes.Date));

        var tracked = OfTexts(Column(track: true), "2024-01-01", "hello", "2024-01-02");
        Assert.Equal(2, tracked.Count(StorageClass.Text, TextShapes.Date));
    }

    [Fact]
    public void Longer_text_than_declared_is_told_by_characters_not_bytes()
    {
        var profile = OfTexts(Column(length: 3), "äöü", "abcd", "ab");
        Assert.Equal([2L], profile.Groups.Single(g => g.Has(TextTraits.TooLong)).Rows.ToArray());
    }

    [Fact]
    public void A_value_larger_than_a_field_is_told()
    {
        var profile = Column(largest: 4);
        profile.AddText("12345"u8, 1);
        profile.AddText("1234"u8, 2);
        profile.AddBlob(5, 3);
        Assert.Equal([1L, 3L], profile.Groups.Where(g => g.Has(TextTraits.TooLarge)).Select(g => g.Rows[0]));
    }

    [Fact]
    public void Characters_are_counted_as_code_points()
    {
        var texts = Gen.Elements("a", "ä", "€", "😀", "日", "\0").ListOf().Select(string.Concat).ToArbitrary();
        Prop.ForAll(texts, text =>
        {
            var profile = OfTexts(Column(), text);
            return profile.MaxTextCharacters == text.EnumerateRunes().Count() && profile.MaxTextBytes == Encoding.UTF8.GetByteCount(text);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    /// <summary>Values as an application might mix them, each with a way to add it.</summary>
    private static readonly Gen<Action<ColumnProfile, long>> Values = Gen.OneOf<Action<ColumnProfile, long>>(
        Gen.Constant<Action<ColumnProfile, long>>((p, row) => p.AddNull(row)),
        Gen.Elements(0L, 1, 17, 1_700_000_000, 1_700_000_000_000, long.MaxValue).Select<long, Action<ColumnProfile, long>>(v => (p, row) => p.AddInteger(v, row)),
        Gen.Elements(0.0, -0.0, 1.5, 2_460_000.5, double.PositiveInfinity).Select<double, Action<ColumnProfile, long>>(v => (p, row) => p.AddReal(v, row)),
        Gen.Elements("", "x", "2024-01-01", "2024-01-01 10:00:00", "t", "1.5", "a\0").Select<string, Action<ColumnProfile, long>>(v => (p, row) => p.AddText(Encoding.UTF8.GetBytes(v), row)),
        Gen.Elements(0, 16, 100).Select<int, Action<ColumnProfile, long>>(v => (p, row) => p.AddBlob(v, row)));

    [Fact]
    public void Ranges_profiled_apart_and_merged_say_what_one_pass_says()
    {
        Prop.ForAll(Values.ListOf().ToArbitrary(), Gen.Choose(0, 50).ToArbitrary(), (values, cut) =>
        {
            var (whole, first, second) = (Column(track: true), Column(track: true), Column(track: true));
            for (var i = 0; i < values.Count; i++)
            {
                values[i](whole, i + 1);
                values[i](i < cut ? first : second, i + 1);
            }
            first.Merge(second);
            Assert.Equal(Describe(whole), Describe(first));
            Assert.Equal((whole.MaxTextBytes, whole.MaxTextCharacters, whole.MaxBlobBytes, whole.MinInteger, whole.MaxInteger), (first.MaxTextBytes, first.MaxTextCharacters, first.MaxBlobBytes, first.MinInteger, first.MaxInteger));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static List<string> Describe(ColumnProfile profile) =>
        [.. profile.Groups.Select(g => $"{g.Storage} {g.Traits} {g.Count} {string.Join(',', g.Rows.ToArray())}").Order(StringComparer.Ordinal)];
}
