using Godwit.Model.Findings;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>Which tables the move is about.</summary>
internal static class TableSelection
{
    public static IReadOnlyList<SourceTable> Select(PlanContext context)
    {
        if (context.Options.Tables is not { } wanted) return context.Source.Tables;
        foreach (var name in wanted.Where(n => !Exists(context.Source, n)))
        {
            context.Findings.Add(Finding.Error(
                FindingCodes.NoSuchTable, $"There is no table {name} in the source.", remedy: $"Its tables are {string.Join(", ", context.Source.Tables.Select(t => t.Name))}."));
        }
        return [.. context.Source.Tables.Where(t => wanted.Any(n => SqliteNames.Same(n, t.Name)))];
    }

    // A virtual table exists too; it gets a finding of its own.
    private static bool Exists(SourceSchema source, string name) =>
        source.FindTable(name) is not null || source.VirtualTables.Any(v => SqliteNames.Same(v.Name, name));
}
