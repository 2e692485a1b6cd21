namespace Godwit.Sqlite.Opening;

/// <summary>How the database keeps its text (<c>PRAGMA encoding</c>).</summary>
public enum TextEncoding
{
    Utf8,
    Utf16LittleEndian,
    Utf16BigEndian,
}
