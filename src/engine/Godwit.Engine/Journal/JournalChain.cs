using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Godwit.Security.Canonical;

namespace Godwit.Engine.Journal;

/// <summary>
/// How an entry follows the one before it. The hash is SHA-256 over the canonical JSON (RFC 8785) of the object with the members
/// <c>at</c>, <c>body</c>, <c>kind</c>, <c>previous</c> and <c>sequence</c>; docs/journal.md shows how to compute it without Godwit.
/// </summary>
public static class JournalChain
{
    private const int HashDigits = 64;
    private const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>What the first entry of a run follows: SHA-256 of the run's id in its 36 lower-case characters.</summary>
    public static string Genesis(Guid run) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(run.ToString("D"))));

    public static JournalPosition Start(Guid run) => new(0, Genesis(run));

    /// <param name="after">The last entry; <see cref="Start"/> for the first.</param>
    /// <param name="at">By the database's clock; what is finer than a microsecond is cut off.</param>
    /// <param name="note">What happened.</param>
    public static JournalEntry Next(JournalPosition after, DateTimeOffset at, JournalNote note)
    {
        var utc = at.ToUniversalTime();
        var entry = new JournalEntry(after.Sequence + 1, utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond)), note.Kind, note.Body, after.Hash, "");
        return entry with { Hash = HashOf(entry) };
    }

    /// <summary>Whether an entry is as <see cref="Next"/> makes them, its own hash included. What it follows is not looked at.</summary>
    public static bool IsSound(JournalEntry entry)
    {
        if (entry.Sequence is < 1 or > CanonicalJson.LargestNumber
            || entry.At.Offset != TimeSpan.Zero || entry.At.Ticks % TimeSpan.TicksPerMicrosecond != 0
            || !JournalNote.IsKind(entry.Kind)
            || Encoding.UTF8.GetByteCount(entry.Body) > JournalNote.LongestBody
            || !IsHash(entry.Previous) || !IsHash(entry.Hash))
            return false;
        try
        {
            // One text for each content: a body written another way is a change, though its meaning is the same.
            return entry.Body.StartsWith('{')
                && Encoding.UTF8.GetString(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(entry.Body))) == entry.Body
                && HashOf(entry) == entry.Hash;
        }
        catch (Exception e) when (e is CanonicalJsonException or JsonException or ArgumentException)
        {
            return false;
        }
    }

    internal static bool IsHash(string text) => text.Length == HashDigits && text.All(char.IsAsciiHexDigitLower);

    internal static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString(InstantFormat, CultureInfo.InvariantCulture);

    internal static bool TryInstant(string? text, out DateTimeOffset at) =>
        DateTimeOffset.TryParseExact(text, InstantFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);

    private static string HashOf(JournalEntry entry) => Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Canonicalize(Json(writer =>
    {
        writer.WriteString("at", Instant(entry.At));
        writer.WritePropertyName("body");
        writer.WriteRawValue(entry.Body);
        writer.WriteString("kind", entry.Kind);
        writer.WriteString("previous", entry.Previous);
        writer.WriteNumber("sequence", entry.Sequence);
    }))));

    /// <summary>The bytes of an object with these members.</summary>
    internal static ReadOnlyMemory<byte> Json(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }
}
