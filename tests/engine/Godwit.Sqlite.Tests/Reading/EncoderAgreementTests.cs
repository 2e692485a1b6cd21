using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Rows;
using Godwit.Model.Values;
using Godwit.Sqlite.Decoding;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Reading.Encoders;

namespace Godwit.Sqlite.Tests.Reading;

/// <summary>
/// The law between profile, encoder and second decoder: what the profile lets pass is encoded and decodes to what is stored; what it does not is a misfit
/// to the encoder too. A quarantine rests on the one direction, a move on the other.
/// </summary>
public sealed class EncoderAgreementTests
{
    [Fact]
    public void Profile_encoder_and_decoder_agree_on_every_value_of_a_UTF8_database() =>
        AssertAgreement(TextEncoding.Utf8, StoredValues.Utf8, Edges());

    [Fact]
    public void Profile_encoder_and_decoder_agree_on_every_text_of_a_little_endian_UTF16_database() =>
        AssertAgreement(TextEncoding.Utf16LittleEndian, StoredValues.Utf16(Encoding.Unicode), Edges().Select(e => e.In(Encoding.Unicode)));

    [Fact]
    public void Profile_encoder_and_decoder_agree_on_every_text_of_a_big_endian_UTF16_database() =>
        AssertAgreement(TextEncoding.Utf16BigEndian, StoredValues.Utf16(Encoding.BigEndianUnicode), Edges().Select(e => e.In(Encoding.BigEndianUnicode)));

    private static IEnumerable<StoredValue> Edges() =>
    [
        .. StoredValues.Integers.Select(StoredValue.Of), .. StoredValues.Reals.Select(StoredValue.Of),
        StoredValue.OfText(new string('1', 700) + ".5"), StoredValue.OfText("0." + new string('0', 5000) + "1"), StoredValue.OfText(new string('9', 16_000) + ".5"),
        StoredValue.OfText("1." + new string('7', 16_381)), StoredValue.OfText("1." + new string('7', 16_382)),
    ];

    private static void AssertAgreement(TextEncoding encoding, Gen<StoredValue> values, IEnumerable<StoredValue> edges)
    {
        using var connection = SqliteConnection.OpenInMemory();
        connection.Execute(encoding switch { TextEncoding.Utf8 => "PRAGMA encoding = 'UTF-8'", TextEncoding.Utf16LittleEndian => "PRAGMA encoding = 'UTF-16le'", _ => "PRAGMA encoding = 'UTF-16be'" });
        using var buffer = new RowImageBuffer(key: default, sink: null);
        var disagreements = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var edge in edges) AddDisagreements(disagreements, connection, buffer, encoding, edge);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(encoding == TextEncoding.Utf8 ? 2000 : 500), Prop.ForAll(values.ToArbitrary(), value => AddDisagreements(disagreements, connection, buffer, encoding, value)));
        Assert.True(disagreements.Count == 0, $"{disagreements.Count} disagreements\n{string.Join('\n', disagreements.Take(50))}");
    }

    private static void AddDisagreements(SortedSet<string> disagreements, SqliteConnection connection, RowImageBuffer buffer, TextEncoding encoding, StoredValue value)
    {
        using var statement = value.Select(connection);
        // What the statement gives, which for half a unit of UTF-16 is less than was put in.
        if (value.Storage == StorageClass.Text) value = StoredValue.OfText(statement.GetBytes(0).ToArray());
        foreach (var mapping in MappingCases.All)
        {
            if (Disagreement(statement, buffer, encoding, mapping, value) is { } disagreement) disagreements.Add($"{mapping}: {value} {disagreement}");
        }
    }

    private static string? Disagreement(SqliteStatement statement, RowImageBuffer buffer, TextEncoding encoding, MappingCase mapping, StoredValue value)
    {
        var fits = mapping.Fits(value, encoding);
        var encoded = TryEncode(statement, buffer, encoding, mapping, checks: true, out var image);
        if (fits != encoded) return fits ? "fits the profile, and the encoder refuses it" : "is a misfit to the profile, and the encoder takes it";
        if (!encoded) return image.Length == 0 ? null : "was refused after bytes had been written";
        // A move without quarantine trusts the profile and does not look again.
        if (!TryEncode(statement, buffer, encoding, mapping, checks: false, out var unchecked_) || !image.AsSpan().SequenceEqual(unchecked_)) return "is encoded otherwise without checks";
        var stored = new SourceImage();
        new SourceImageReader([mapping.Plan], encoding switch { TextEncoding.Utf8 => "UTF-8", TextEncoding.Utf16LittleEndian => "UTF-16le", _ => "UTF-16be" }).Read(statement, stored);
        var decoded = new SourceImage();
        try
        {
            new InverseDecoder([mapping.Plan]).Decode(image, decoded);
        }
        catch (UndecodableException refusal)
        {
            return $"is encoded, and the decoder refuses it: {refusal.Reason}";
        }
        return decoded.Bytes.SequenceEqual(stored.Bytes) ? null : $"comes back as {Convert.ToHexString(decoded.Bytes)}";
    }

    private static bool TryEncode(SqliteStatement statement, RowImageBuffer buffer, TextEncoding encoding, MappingCase mapping, bool checks, out byte[] image)
    {
        var encoder = EncoderFactory.Create(mapping.Plan, position: 0, encoding, checks);
        buffer.BeginRow(1);
        var encoded = encoder.TryEncode(buffer, statement.Handle);
        buffer.EndRow();
        Assert.True(buffer.TryGetRow(out var row));
        image = row.ToArray();
        return encoded;
    }
}
