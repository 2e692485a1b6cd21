using System.Buffers;
using System.Text.Json;

namespace Godwit.Security.Canonical;

/// <summary>
/// An object in the form of <see cref="CanonicalJson"/>, written member by member: for what is made so often that text of it should not be made first. Members come in the order that the form asks for.
/// </summary>
public sealed class CanonicalObject
{
    private readonly ArrayBufferWriter<byte> _output = new(512);
    private string? _last;

    /// <summary>Adds a member. Null adds none.</summary>
    /// <exception cref="ArgumentException">The name does not come after the last one's, by UTF-16 code units.</exception>
    /// <exception cref="CanonicalJsonException">The text is not valid Unicode.</exception>
    public CanonicalObject Add(string name, string? value)
    {
        if (value is null) return this;
        Begin(name);
        CanonicalJson.WriteString(value, _output);
        return this;
    }

    /// <inheritdoc cref="Add(string, string?)"/>
    /// <exception cref="CanonicalJsonException">The number lies outside ±2^53.</exception>
    public CanonicalObject Add(string name, long? value)
    {
        if (value is not { } number) return this;
        Begin(name);
        CanonicalJson.WriteNumber(number, _output);
        return this;
    }

    /// <inheritdoc cref="Add(string, string?)"/>
    public CanonicalObject Add(string name, bool value)
    {
        Begin(name);
        _output.Write(value ? "true"u8 : "false"u8);
        return this;
    }

    /// <summary>Adds a member whose value is JSON already, in whatever form.</summary>
    /// <exception cref="CanonicalJsonException">The value is no JSON, or has no canonical form.</exception>
    public CanonicalObject AddJson(string name, string? json)
    {
        if (json is null) return this;
        Begin(name);
        try
        {
            using var document = JsonDocument.Parse(json);
            CanonicalJson.Write(document.RootElement, _output, without: null);
        }
        catch (JsonException e)
        {
            throw new CanonicalJsonException("not JSON", e);
        }
        return this;
    }

    public byte[] ToBytes()
    {
        if (_last is null) return "{}"u8.ToArray();
        var bytes = new byte[_output.WrittenCount + 1];
        _output.WrittenSpan.CopyTo(bytes);
        bytes[^1] = (byte)'}';
        return bytes;
    }

    private void Begin(string name)
    {
        if (_last is not null && string.CompareOrdinal(_last, name) >= 0) throw new ArgumentException($"{name} does not come after {_last}", nameof(name));
        _output.Write(_last is null ? "{"u8 : ","u8);
        _last = name;
        CanonicalJson.WriteString(name, _output);
        _output.Write(":"u8);
    }
}
