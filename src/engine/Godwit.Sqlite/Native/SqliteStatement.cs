using System.Text;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Native;

/// <summary>A prepared statement. Columns count from 0, parameters from 1. Spans are valid until the next <see cref="Step"/>.</summary>
public sealed unsafe class SqliteStatement : IDisposable
{
    private readonly SqliteConnection _connection;
    private nint _statement;

    internal SqliteStatement(SqliteConnection connection, nint statement)
    {
        _connection = connection;
        _statement = statement;
    }

    /// <summary>The sqlite3_stmt pointer, for encoders that read columns without a call between.</summary>
    public nint Handle => _statement != 0 ? _statement : throw new ObjectDisposedException(nameof(SqliteStatement));

    public int ColumnCount => SqliteApi.ColumnCount(Handle);

    public string ColumnName(int column) => SqliteApi.ToString(SqliteApi.ColumnName(Handle, column));

    /// <summary>Moves to the next row; false after the last.</summary>
    /// <exception cref="SqliteException">A fault, a lock, or an interrupt.</exception>
    public bool Step()
    {
        var code = SqliteApi.Step(Handle);
        return code switch
        {
            SqliteApi.Row => true,
            SqliteApi.Done => false,
            _ => throw _connection.Fault(code),
        };
    }

    public void Reset() => _ = SqliteApi.Reset(Handle);

    /// <summary>Binds parameters 1, 2, …: null, long, int, bool, double, string, byte[].</summary>
    public void Bind(params ReadOnlySpan<object?> arguments)
    {
        for (var i = 0; i < arguments.Length; i++) Bind(i + 1, arguments[i]);
    }

    public void Bind(int index, object? value)
    {
        var code = value switch
        {
            null => SqliteApi.BindNull(Handle, index),
            long l => SqliteApi.BindInteger(Handle, index, l),
            int i => SqliteApi.BindInteger(Handle, index, i),
            bool b => SqliteApi.BindInteger(Handle, index, b ? 1 : 0),
            double d => SqliteApi.BindReal(Handle, index, d),
            string s => BindText(index, Encoding.UTF8.GetBytes(s)),
            byte[] b => BindBlob(index, b),
            _ => throw new ArgumentException($"a {value.GetType().Name} cannot be bound", nameof(value)),
        };
        if (code != SqliteApi.Ok) throw _connection.Fault(code);
    }

    /// <summary>Binds TEXT from bytes as they are, valid or not.</summary>
    public int BindText(int index, ReadOnlySpan<byte> utf8)
    {
        byte none;
        fixed (byte* p = utf8) return SqliteApi.BindText(Handle, index, p == null ? &none : p, utf8.Length, -1);
    }

    public int BindBlob(int index, ReadOnlySpan<byte> blob)
    {
        byte none;
        fixed (byte* p = blob) return SqliteApi.BindBlob(Handle, index, p == null ? &none : p, blob.Length, -1);
    }

    public StorageClass GetStorageClass(int column) => (StorageClass)SqliteApi.ColumnType(Handle, column);

    public bool IsNull(int column) => SqliteApi.ColumnType(Handle, column) == (int)StorageClass.Null;

    public long GetInteger(int column) => SqliteApi.ColumnInteger(Handle, column);

    public double GetReal(int column) => SqliteApi.ColumnReal(Handle, column);

    /// <summary>The bytes of a TEXT (in the database's encoding: UTF-8 unless <c>PRAGMA encoding</c> says otherwise) or of a BLOB.</summary>
    public ReadOnlySpan<byte> GetBytes(int column)
    {
        var p = SqliteApi.ColumnBlob(Handle, column);
        return new ReadOnlySpan<byte>(p, SqliteApi.ColumnBytes(Handle, column));
    }

    /// <summary>TEXT as a string; invalid bytes become U+FFFD, so never for data that is moved.</summary>
    public string GetText(int column)
    {
        var p = SqliteApi.ColumnText(Handle, column);
        return Encoding.UTF8.GetString(new ReadOnlySpan<byte>(p, SqliteApi.ColumnBytes(Handle, column)));
    }

    public void Dispose()
    {
        if (_statement == 0) return;
        _ = SqliteApi.Finalize(_statement);
        _statement = 0;
    }
}
