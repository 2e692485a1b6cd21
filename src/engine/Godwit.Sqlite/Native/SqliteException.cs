namespace Godwit.Sqlite.Native;

/// <summary>A fault that SQLite reported. <see cref="IsTransient"/>: the same call may succeed later (a lock).</summary>
public sealed class SqliteException(int extendedCode, string message) : Exception(message)
{
    /// <summary>SQLite's extended result code (https://sqlite.org/rescode.html).</summary>
    public int ExtendedCode { get; } = extendedCode;

    /// <summary>The file itself is broken.</summary>
    public bool IsCorrupt => Code == SqliteApi.Corrupt;

    /// <summary>The primary result code: the low eight bits.</summary>
    public int Code => ExtendedCode & 0xff;

    public bool IsTransient => Code is SqliteApi.Busy or SqliteApi.Locked;
}
