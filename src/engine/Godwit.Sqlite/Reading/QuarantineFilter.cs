using System.Text;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Reading.Encoders;

namespace Godwit.Sqlite.Reading;

/// <summary>
/// Tells which rows of a table are in quarantine: it tries the suspect columns' encoders on a scratch buffer, so that nothing of a quarantined row has
/// been written when it turns out to be one. Copying and verifying ask the same question and so leave out the same rows.
/// </summary>
internal sealed class QuarantineFilter : IDisposable
{
    private readonly TablePlan _table;
    private readonly Func<int, int> _positionOf;
    private readonly (int Column, ColumnEncoder Encoder)[] _suspects;
    private readonly HashSet<long> _followers;
    private readonly RowImageBuffer _scratch = new(key: default, sink: null, hashing: false);

    public QuarantineFilter(TablePlan table, QuarantinePlan plan, Func<int, int> positionOf, TextEncoding encoding)
    {
        _table = table;
        _positionOf = positionOf;
        _followers = [.. plan.Followers];
        _suspects = [.. plan.Columns.Select(c => (c, EncoderFactory.Create(table.Columns[c], positionOf(c), encoding, checks: true)))];
    }

    /// <summary>Why the current row is in quarantine, or null when it is not.</summary>
    public string? Reason(SqliteStatement statement, long rowNumber)
    {
        foreach (var (column, encoder) in _suspects)
        {
            _scratch.BeginRow(1);
            var fits = encoder.TryEncode(_scratch, statement.Handle);
            _scratch.EndRow();
            if (!fits && _table.Columns[column].Transform is { IsCopy: false } transform && Failure(statement, column) is { } why)
                return $"{transform.Kind} has no result for column {_table.Columns[column].SourceName}: {why}";
            if (!fits) return $"column {_table.Columns[column].SourceName} holds a value that does not become {_table.Columns[column].Type.Sql}";
        }
        return _followers.Contains(rowNumber) ? "it points at a row in quarantine" : null;
    }

    /// <summary>A transform's failure gives its reason in place of a result: of another storage class, and never holding the value.</summary>
    private string? Failure(SqliteStatement statement, int column)
    {
        var position = _positionOf(column);
        var isBytes = _table.Columns[column].Type.Name == TypeName.Bytea;
        return (statement.GetStorageClass(position), isBytes) switch
        {
            (StorageClass.Blob, false) => Encoding.UTF8.GetString(statement.GetBytes(position)),
            (StorageClass.Text, true) => statement.GetText(position),
            _ => null,
        };
    }

    public void Dispose() => _scratch.Dispose();
}
