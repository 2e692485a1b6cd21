using System.Globalization;
using System.Text;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Tests.Reading;

/// <summary>A value as SQLite may hold it: null, long, double, or bytes of TEXT (in the database's encoding) or BLOB.</summary>
public sealed record StoredValue(StorageClass Storage, object? Value)
{
    public static readonly StoredValue Null = new(StorageClass.Null, null);

    public byte[] Bytes => (byte[])Value!;

    public static StoredValue Of(long value) => new(StorageClass.Integer, value);

    public static StoredValue Of(double value) => new(StorageClass.Real, value);

    public static StoredValue OfText(string value) => OfText(Encoding.UTF8.GetBytes(value));

    public static StoredValue OfText(byte[] bytes) => new(StorageClass.Text, bytes);

    public static StoredValue OfBlob(params byte[] bytes) => new(StorageClass.Blob, bytes);

    /// <summary>The same text as a database of another encoding keeps it; what is no text stays as it is.</summary>
    public StoredValue In(Encoding encoding) => Storage == StorageClass.Text ? OfText(encoding.GetBytes(Encoding.UTF8.GetString(Bytes))) : this;

    /// <summary>A statement that stands on one row of this value, with no column whose affinity could change it.</summary>
    public SqliteStatement Select(SqliteConnection connection)
    {
        // A BLOB in the statement's text is taken for the database's encoding; a bound one would be taken for UTF-8.
        var statement = connection.Prepare(Storage == StorageClass.Text ? $"SELECT CAST(x'{Convert.ToHexString(Bytes)}' AS TEXT)" : "SELECT ?1");
        if (Storage != StorageClass.Text) statement.Bind(1, Value);
        Assert.True(statement.Step());
        Assert.Equal(Storage, statement.GetStorageClass(0));
        return statement;
    }

    public override string ToString() => Value switch
    {
        null => "NULL",
        long l => $"INTEGER {l}",
        double d => $"REAL {d.ToString("R", CultureInfo.InvariantCulture)}",
        _ => $"{Storage} {Convert.ToHexString(Bytes.AsSpan(0, Math.Min(Bytes.Length, 80)))} '{Encoding.UTF8.GetString(Bytes.AsSpan(0, Math.Min(Bytes.Length, 40)))}'",
    };
}
