using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Sqlite.Decoding;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Reading;

namespace Godwit.Sqlite.Tests.Reading;

/// <summary>Reads a planned table and holds every row's image, decoded, against what SQLite stores.</summary>
internal sealed class ReadRows : IRowVisitor
{
    private readonly InverseDecoder _decoder;

    private ReadRows(TablePlan table) => _decoder = new InverseDecoder(table.Columns);

    public List<long> Numbers { get; } = [];

    public List<string> Images { get; } = [];

    public long LeftOut { get; private set; }

    public static ReadRows Of(SqliteConnection connection, TablePlan table, RowIdRange? range = null, ReadPurpose purpose = ReadPurpose.Verify, TextEncoding encoding = TextEncoding.Utf8)
    {
        var read = new ReadRows(purpose == ReadPurpose.Copy ? table with { Columns = [.. table.Columns.Where(c => c.GeneratedSql is null)] } : table);
        using var reader = new SqliteRowReader(connection, () => { }, table, purpose, encoding);
        using var buffer = new RowImageBuffer(key: default, sink: null);
        foreach (var part in range is null ? table.Ranges : [range]) read.LeftOut += reader.Read(part, buffer, read, TestContext.Current.CancellationToken);
        return read;
    }

    public void Visit(UInt128 hash, RowImageBuffer buffer, ISourceRow row)
    {
        Numbers.Add(row.RowNumber);
        Assert.True(buffer.TryGetRow(out var image));
        Assert.Equal(SipHash.Hash(default, image), hash);
        var decoded = new SourceImage();
        _decoder.Decode(image, decoded);
        Assert.Equal(Convert.ToHexString(row.SourceImage()), Convert.ToHexString(decoded.Bytes));
        Images.Add(Convert.ToHexString(decoded.Bytes));
    }
}
