using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Godwit.Engine.Anonymise.Masks;

/// <summary>Every text and number in a document; all else stays to the letter: names, structure, order and spaces.</summary>
internal sealed class JsonMask(IMask text, IMask email, IMask number) : IMask
{
    public string Apply(string document)
    {
        var bytes = Encoding.UTF8.GetBytes(document);
        // PostgreSQL took it, however deep it is, and the reader keeps no stack but a bit for each level.
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = int.MaxValue });
        var masked = new ArrayBufferWriter<byte>(bytes.Length);
        var copied = 0;
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number)) continue;
            var start = (int)reader.TokenStartIndex;
            masked.Write(bytes.AsSpan(copied, start - copied));
            copied = (int)reader.BytesConsumed;
            masked.Write(Encoding.UTF8.GetBytes(reader.TokenType == JsonTokenType.String ? Mask(reader.ValueSpan) : number.Apply(Encoding.UTF8.GetString(reader.ValueSpan))!));
        }
        masked.Write(bytes.AsSpan(copied));
        return Encoding.UTF8.GetString(masked.WrittenSpan);
    }

    private string Mask(ReadOnlySpan<byte> raw)
    {
        var value = JsonText.Read(raw);
        return JsonText.Write((value.Contains('@', StringComparison.Ordinal) ? email : text).Apply(value)!, ascii: Ascii.IsValid(raw));
    }
}
