using Godwit.Model.Values;
using Godwit.Sqlite.Decoding;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Tests.Decoding;

public sealed class SourceImageReaderTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    [Fact]
    public void A_row_is_read_by_storage_class_whatever_the_mapping_says()
    {
        using var connection = SqliteConnection.OpenForWriting(_path);
        Assert.Equal(
            [.. Images.Of(null), .. Images.Of(-5), .. Images.Of(0.5), .. Images.Of("é\0x"), .. Images.Of(new byte[] { 0, 1 }), .. Images.Of(""), .. Images.Of(Array.Empty<byte>())],
            Read(connection, "SELECT NULL, -5, 0.5, 'é' || char(0) || 'x', x'0001', '', x''", columns: 7));
    }

    [Fact]
    public void Text_that_is_not_valid_UTF8_keeps_its_bytes()
    {
        using var connection = SqliteConnection.OpenForWriting(_path);
        Assert.Equal("5400000002FF41", Convert.ToHexString(Read(connection, "SELECT CAST(x'FF41' AS TEXT)", columns: 1)));
    }

    [Fact]
    public void Empty_text_is_NULL_only_where_the_user_said_so()
    {
        using var connection = SqliteConnection.OpenForWriting(_path);
        Assert.Equal("4E4E", Convert.ToHexString(Read(connection, "SELECT '', NULL", columns: 2, emptyIsNull: true)));
        Assert.Equal([.. Images.Of(" "), .. Images.Of(Array.Empty<byte>())], Read(connection, "SELECT ' ', x''", columns: 2, emptyIsNull: true));
    }

    [Theory]
    [InlineData("UTF-16le")]
    [InlineData("UTF-16be")]
    public void Text_of_a_UTF16_database_is_read_as_UTF8(string encoding)
    {
        using var connection = SqliteConnection.OpenForWriting(_path);
        connection.Execute($"PRAGMA encoding = '{encoding}'");
        connection.Execute("CREATE TABLE t (a TEXT, b TEXT, c BLOB)");
        connection.Execute("INSERT INTO t VALUES (?, ?, ?)", "aé漢𝄞\u0000z", "", new byte[] { 0xD8, 0x00 });
        Assert.Equal(encoding, connection.QueryText("PRAGMA encoding"));
        Assert.Equal([.. Images.Of("aé漢𝄞\u0000z"), .. Images.Of(""), .. Images.Of(new byte[] { 0xD8, 0x00 })], Read(connection, "SELECT * FROM t", columns: 3, encoding));
    }

    [Theory]
    [InlineData("UTF-16le", "00D84100", "EDA08041")]
    [InlineData("UTF-16be", "D8000041", "EDA08041")]
    [InlineData("UTF-16be", "0041DC00", "41EDB080")]
    [InlineData("UTF-16be", "FFFE", "EFBFBE")]
    [InlineData("UTF-16be", "0041D800", "41EDA080")]
    public void A_lone_surrogate_never_reads_as_other_text(string encoding, string utf16, string expected)
    {
        using var connection = SqliteConnection.OpenForWriting(_path);
        connection.Execute($"PRAGMA encoding = '{encoding}'");
        connection.Execute("CREATE TABLE t (a TEXT)");
        var image = Read(connection, $"SELECT CAST(x'{utf16}' AS TEXT)", columns: 1, encoding);
        Assert.Equal(expected, Convert.ToHexString(image[5..]));
    }

    private static byte[] Read(SqliteConnection connection, string sql, int columns, string encoding = "UTF-8", bool emptyIsNull = false)
    {
        var mapping = new ValueMapping(MappingKind.Text) { EmptyIsNull = emptyIsNull };
        using var statement = connection.Prepare(sql);
        Assert.True(statement.Step());
        var image = new SourceImage();
        new SourceImageReader([.. Enumerable.Repeat(Plans.Column(mapping, TargetType.Text), columns)], encoding).Read(statement, image);
        return image.Bytes.ToArray();
    }

    public void Dispose() => File.Delete(_path);
}
