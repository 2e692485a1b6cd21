using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Sqlite.Decoding;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Reading.Encoders;

namespace Godwit.Sqlite.Reading;

/// <summary>An opened SQLite file as the engine sees it: readers of rows, all on one snapshot.</summary>
/// <param name="file">The source; it stays open for as long as this is used.</param>
/// <param name="createEncoder">Makes encoders in place of <see cref="EncoderFactory"/>: how tests break one and see verification fail.</param>
public sealed class SqliteRowSource(SourceFile file, Func<ColumnPlan, int, TextEncoding, ColumnEncoder>? createEncoder = null) : IRowSource
{
    public IRowReader OpenReader(TablePlan table, ReadPurpose purpose)
    {
        var connection = file.OpenReader();
        return new SqliteRowReader(connection, () => file.Return(connection), table, purpose, file.Encoding, createEncoder);
    }

    public ISecondDecoder CreateSecondDecoder(TablePlan table) => new SqliteSecondDecoder(table);

    public bool HasChanged() => file.HasChanged();
}
