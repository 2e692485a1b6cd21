using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Opening;

/// <summary>How a database keeps its texts (https://sqlite.org/pragma.html#pragma_encoding). One database has one encoding.</summary>
public enum TextEncoding
{
    Utf8,
    Utf16LittleEndian,
    Utf16BigEndian,
}

public static class TextEncodings
{
    public static TextEncoding Of(SqliteConnection connection) => connection.QueryText("PRAGMA encoding") switch
    {
        "UTF-16le" => TextEncoding.Utf16LittleEndian,
        "UTF-16be" => TextEncoding.Utf16BigEndian,
        _ => TextEncoding.Utf8,
    };
}
