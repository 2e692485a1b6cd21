using System.Text.Json;

namespace Godwit.Sqlite.Profiling;

internal static class JsonText
{
    /// <summary>Deeper text is left as text: PostgreSQL's parser recurses, bounded by max_stack_depth.</summary>
    private const int Depth = 1000;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = Depth };

    /// <summary>Whether PostgreSQL's json type takes the text: RFC 8259 with nothing beside it (https://www.postgresql.org/docs/current/datatype-json.html).</summary>
    public static bool IsValid(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, Options);
        try
        {
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
