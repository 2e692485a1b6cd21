using Godwit.Model.Findings;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// Tables that no statement can read here: a table WITHOUT ROWID is the index of its key, and where the key's collation is one that only the application
/// brings along, SQLite answers every query with "no query solution", and so PRAGMA quick_check as well: leaving the table out of the move does not help.
/// </summary>
public static class UnreadableTables
{
    public static IReadOnlyList<Finding> Find(SourceSchema schema) =>
    [
        .. from table in schema.Tables
           where table.WithoutRowId
           from part in table.Indexes.Where(i => i.Origin == IndexOrigin.PrimaryKey).SelectMany(i => i.Parts)
           where part.Column is { } column && table.PrimaryKey.Contains(column) && KeyParts.IsUnknown(part.Collation)
           select Finding.Error(
               FindingCodes.SchemaNotUnderstood, $"SQLite reads {table.Name}, a table WITHOUT ROWID, only together with the application's own collation {part.Collation}.",
               new Place.InTable(table.Name, Column: table.Columns[part.Column!.Value].Name), "Make it anew in the source with a rowid, or with a collation of SQLite's own.", table.Sql),
    ];
}
