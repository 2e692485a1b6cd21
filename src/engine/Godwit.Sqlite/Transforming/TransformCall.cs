using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Godwit.Engine.Transforms;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;

namespace Godwit.Sqlite.Transforming;

/// <summary>
/// <c>godwit_transform(id, input, …)</c> (https://sqlite.org/appfunc.html). It belongs to Godwit's own statements: SQLITE_DIRECTONLY keeps views and triggers of
/// the source from it.
/// </summary>
internal static unsafe class TransformCall
{
    private const int Utf8 = 1;
    private const int Deterministic = 0x800;
    private const int DirectOnly = 0x80000;

    /// <summary>SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.</summary>
    private const nint Transient = -1;

    private sealed record TextResult(byte[] Utf8);

    private sealed record State(TransformFunctions Functions, Encoding Encoding);

    public static void Register(SqliteConnection connection, TransformFunctions functions, TextEncoding encoding)
    {
        var state = GCHandle.Alloc(new State(functions, Strict(encoding)));
        // SQLite calls destroy also when this fails.
        var code = SqliteApi.CreateFunction(
            connection.Handle, TransformSql.Function, -1, Utf8 | Deterministic | DirectOnly, GCHandle.ToIntPtr(state), &Run, 0, 0, &Destroy);
        if (code != SqliteApi.Ok) throw connection.Fault(code);
    }

    private static Encoding Strict(TextEncoding encoding) => encoding switch
    {
        TextEncoding.Utf16LittleEndian => new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true),
        TextEncoding.Utf16BigEndian => new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true),
        _ => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Destroy(nint data) => GCHandle.FromIntPtr(data).Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Run(nint context, int count, nint* arguments)
    {
        // No exception may cross SQLite's frames, and no message of one may hold what it was about.
        try
        {
            var state = (State)GCHandle.FromIntPtr(SqliteApi.UserData(context)).Target!;
            if (count == 0 || state.Functions.Find(SqliteApi.ValueInteger(arguments[0])) is not { } entry)
            {
                SqliteApi.ResultError(context, "this transform is not part of the move", -1);
                return;
            }
            Write(context, Evaluate(entry, state.Encoding, count, arguments));
        }
        catch (Exception fault)
        {
            SqliteApi.ResultError(context, $"a transform failed ({fault.GetType().Name})", -1);
        }
    }

    /// <summary>
    /// The result; where there is none, the reason, which holds nothing of the value, in a storage class that the column's mapping never takes: the row is
    /// then a misfit like any other.
    /// </summary>
    private static object? Evaluate(TransformFunctions.Entry entry, Encoding encoding, int count, nint* arguments)
    {
        try
        {
            var inputs = new CellValue[count - 1];
            for (var i = 1; i < count; i++) inputs[i - 1] = Read(arguments[i], encoding);
            var result = ResultForms.Convert(entry.Function(inputs), entry.Form);
            // Text that has no UTF-8 is no result either.
            return result is string text ? new TextResult(CellValue.Of(text).ToBytes()) : result;
        }
        catch (TransformException fault)
        {
            return entry.Form == ResultForm.Bytes ? new TextResult(Encoding.UTF8.GetBytes(fault.Message)) : Encoding.UTF8.GetBytes(fault.Message);
        }
    }

    /// <summary>A value as a transform takes it: text and numbers as SQLite would print them so that they read back, bytes as they are.</summary>
    private static CellValue Read(nint value, Encoding encoding)
    {
        switch ((StorageClass)SqliteApi.ValueType(value))
        {
            case StorageClass.Integer:
                return CellValue.Of(SqliteApi.ValueInteger(value).ToString(System.Globalization.CultureInfo.InvariantCulture));
            case StorageClass.Real:
                return CellValue.Of(RealText(SqliteApi.ValueReal(value)));
            case StorageClass.Text:
                try
                {
                    return CellValue.Of(encoding.GetString(Bytes(value)));
                }
                catch (DecoderFallbackException)
                {
                    throw new TransformException("the text is not valid in the database's encoding");
                }
            case StorageClass.Blob:
                return CellValue.Of(Bytes(value).ToArray());
            default:
                return CellValue.Null;
        }
    }

    /// <summary>As the mapping of numbers to text writes a REAL; infinities as PostgreSQL prints them.</summary>
    private static string RealText(double value)
    {
        if (double.IsInfinity(value)) return value > 0 ? "Infinity" : "-Infinity";
        Span<byte> digits = stackalloc byte[40];
        _ = Utf8Formatter.TryFormat(value, digits, out var length);
        var text = Encoding.ASCII.GetString(digits[..length]);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }

    private static ReadOnlySpan<byte> Bytes(nint value)
    {
        var p = SqliteApi.ValueBlob(value);
        return new ReadOnlySpan<byte>(p, SqliteApi.ValueBytes(value));
    }

    private static void Write(nint context, object? result)
    {
        switch (result)
        {
            case null:
                SqliteApi.ResultNull(context);
                break;
            case long number:
                SqliteApi.ResultInteger(context, number);
                break;
            case double number:
                SqliteApi.ResultReal(context, number);
                break;
            case TextResult text:
                WriteBytes(context, text.Utf8, isText: true);
                break;
            case byte[] bytes:
                WriteBytes(context, bytes, isText: false);
                break;
        }
    }

    private static void WriteBytes(nint context, byte[] bytes, bool isText)
    {
        byte none;
        fixed (byte* p = bytes)
        {
            // A null pointer would be NULL, where an empty value is meant.
            if (isText) SqliteApi.ResultText(context, p == null ? &none : p, bytes.Length, Transient);
            else SqliteApi.ResultBlob(context, p == null ? &none : p, bytes.Length, Transient);
        }
    }
}
