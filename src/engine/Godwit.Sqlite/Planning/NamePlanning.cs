using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// Gives tables, views, columns and indexes their names. PostgreSQL keeps tables, views, indexes and the indexes behind constraints in one
/// namespace of the schema (https://www.postgresql.org/docs/current/catalog-pg-class.html); what people wrote comes first there.
/// </summary>
internal sealed class NamePlanning(NameStyle style, MapFile map, PlanFindings findings)
{
    // https://www.postgresql.org/docs/current/ddl-system-columns.html; such a name is refused even between quotes.
    private static readonly HashSet<string> SystemColumns = new(StringComparer.Ordinal) { "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid" };

    private readonly Dictionary<(string Kind, string Name), string> _names = [];

    /// <summary>The namespace of the target's schema.</summary>
    public TargetNames Relations { get; } = new(style);

    public NameStyle Style => style;

    /// <summary>Takes the names of everything a person named, tables first.</summary>
    public void TakeAll(IReadOnlyList<SourceTable> tables, IEnumerable<SourceView> views)
    {
        foreach (var table in tables) Take("table", table.Name, new Place.InTable(table.Name), map.Table(table.Name)?.Rename);
        foreach (var view in views) Take("view", view.Name, new Place.InObject("view", view.Name));
        foreach (var index in tables.SelectMany(t => t.Indexes).Where(i => i.Origin == IndexOrigin.Statement))
            Take("index", index.Name, new Place.InObject("index", index.Name));
    }

    /// <summary>The target's name of a table, a view or an index.</summary>
    public string Of(string kind, string name) => _names[(kind, name)];

    /// <summary>The target's names of a table's columns, in order.</summary>
    public IReadOnlyList<string> Columns(SourceTable table)
    {
        var taken = new TargetNames(style);
        // A column that stays behind has no name there to take.
        return [.. table.Columns.Select(c => c.IsLeftOut ? c.Name : TakeColumn(taken, table, c.Name, map.Column(table.Name, c.Name)?.Rename))];
    }

    private void Take(string kind, string name, Place place, string? rename = null)
    {
        var wanted = rename ?? Relations.Styled(name);
        var target = wanted.Length == 0 ? TargetNames.OfNothing : TargetNames.Shorten(wanted);
        if (!Relations.TryTake(target, $"{kind} {name}", out var holder))
        {
            findings.Add(Finding.Error(FindingCodes.NameCollision,
                $"The {kind} {name} would be called {target} in PostgreSQL, and so would the {holder}.", place, "Rename one of them in the source."));
        }
        else if (target != wanted)
        {
            WarnOfChange(wanted, $"The {kind} {name}", target, place);
        }
        _names[(kind, name)] = target;
    }

    private string TakeColumn(TargetNames taken, SourceTable table, string name, string? rename)
    {
        var place = new Place.InTable(table.Name, Column: name);
        var wanted = rename ?? taken.Styled(name);
        var target = wanted.Length == 0 ? TargetNames.OfNothing : SystemColumns.Contains(wanted) ? wanted + "_" : TargetNames.Shorten(wanted);
        if (!taken.TryTake(target, name, out var holder))
        {
            findings.Add(Finding.Error(FindingCodes.NameCollision,
                $"The columns {holder} and {name} of {table.Name} would both be called {target} in PostgreSQL.", place, "Rename one of them in the source."));
        }
        else if (SystemColumns.Contains(wanted))
        {
            findings.Add(Finding.Warning(FindingCodes.NameChanged,
                $"The column {name} of {table.Name} is called {target}: PostgreSQL has a column of its own of that name in every table.", place));
        }
        else if (target != wanted)
        {
            WarnOfChange(wanted, $"The column {name} of {table.Name}", target, place);
        }
        return target;
    }

    private void WarnOfChange(string wanted, string what, string target, Place place)
    {
        var reason = wanted.Length == 0 ? "its own name is empty, and PostgreSQL has no empty names." : "PostgreSQL keeps 63 bytes of a name.";
        findings.Add(Finding.Warning(FindingCodes.NameChanged, $"{what} is called {target}: {reason}", place));
    }
}
