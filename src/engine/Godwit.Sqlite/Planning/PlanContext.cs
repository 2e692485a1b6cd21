using Godwit.Model.Findings;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>What every part of planning works on.</summary>
internal sealed class PlanContext(SourceSchema source, PlanOptions options, SqliteConnection connection)
{
    public SourceSchema Source => source;

    public PlanOptions Options => options;

    public SqliteConnection Connection => connection;

    public PlanFindings Findings { get; } = new(options.Accept);

    public List<TableDraft> Tables { get; } = [];

    public TableDraft? FindTable(string name) => Tables.Find(t => SqliteNames.Same(t.Name, name));

    /// <summary>A finding about a statement that the grammar does not know. It cannot be accepted: what the statement says would be lost unseen.</summary>
    public void NotUnderstood(Place place, ParseError error, string sql) => Findings.Add(Finding.Error(
        FindingCodes.SchemaNotUnderstood, $"The statement cannot be read at {error}.", place,
        "Please report it with the statement; it can be moved after the object is rewritten or dropped.", sql));
}
