using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Opening;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// Decides which rows go to quarantine: those with a value that fits no mapping, and, from parent to child until nothing more follows, those that
/// point at one. Which of the first kind they are is asked again by every reader; the followers are listed in the plan.
/// </summary>
internal sealed class QuarantinePlanning(PlanContext context, TextEncoding encoding)
{
    private const string Suffix = "__quarantine";

    private QuarantinedRows? _rows;

    /// <summary>Gathers the rows that go to quarantine.</summary>
    public void Gather(IReadOnlyList<TablePlan> tables)
    {
        if (tables.All(t => Suspects(t).Count == 0)) return;
        using var rows = new QuarantinedRows(context.Connection, tables, encoding, context.Options.MostQuarantined);
        foreach (var table in tables)
        {
            if (Suspects(table) is { Count: > 0 } suspects) rows.AddMisfits(table, suspects);
        }
        rows.AddFollowers();
        _rows = rows;
    }

    /// <summary>Numbers of a table's rows that go to quarantine; null where none of any table does.</summary>
    public IReadOnlySet<long>? RowsOf(string table) => _rows?.Of(table);

    /// <summary>The tables with their quarantine.</summary>
    public IReadOnlyList<TablePlan> Apply(IReadOnlyList<TablePlan> tables, NamePlanning names)
    {
        if (_rows is not { } rows) return tables;
        if (rows.Overflowed)
        {
            context.Findings.Add(Finding.Error(
                FindingCodes.Quarantined, $"More than {context.Options.MostQuarantined:N0} rows would go to quarantine.",
                remedy: "Map the columns that the findings name to a type that holds their values (--map)."));
            return tables;
        }
        return [.. tables.Select(t => WithQuarantine(t, Suspects(t), rows.FollowersOf(t), names))];
    }

    private IReadOnlyList<int> Suspects(TablePlan table) =>
        context.FindTable(table.SourceName) is { } draft ? [.. Enumerable.Range(0, draft.Kept.Count).Where(i => draft.Kept[i].Misfits > 0)] : [];

    /// <summary>The source's own columns where transforms stand before the table's: what is kept of a row is what was there.</summary>
    private List<QuarantineColumn>? Raw(TablePlan table, NamePlanning names)
    {
        if (context.FindTable(table.SourceName) is not { } draft || draft.Source.Columns.All(c => c is { Transform: null, IsLeftOut: false })) return null;
        var hidden = draft.Source.Columns.Where(c => c.IsLeftOut).Select(c => c.Name)
            .Concat(draft.Source.Columns.Select(c => c.Transform).OfType<ColumnTransform>().Where(MoveTransforms.Hides).SelectMany(t => t.Inputs)).Distinct(SqliteNames.Comparer).ToList();
        if (hidden.Count > 0)
        {
            _ = context.Findings.Accepts(Finding.Error(
                FindingCodes.RawInQuarantine, $"The quarantine of {table.SourceName} would hold rows as they were: with {string.Join(", ", hidden)}, which the mapping file hides or leaves out.",
                new Place.InTable(table.SourceName), "Correct those rows in the source, or accept that the target holds these values of them."));
        }
        var taken = new TargetNames(names.Style);
        return [.. draft.Source.Columns.Where(c => !c.IsNew).Select(c => new QuarantineColumn(c.Name, taken.Derive(c.Name, c.Name)))];
    }

    private TablePlan WithQuarantine(TablePlan table, IReadOnlyList<int> suspects, IReadOnlyList<long> followers, NamePlanning names)
    {
        if (suspects.Count == 0 && followers.Count == 0) return table;
        if (followers.Count > 0)
        {
            context.Findings.Add(Finding.Warning(
                FindingCodes.Quarantined, $"{followers.Count:N0} rows of {table.SourceName} point at rows in quarantine and follow them.", new Place.InTable(table.SourceName)));
        }
        var target = TargetNames.Shorten(table.TargetName + Suffix);
        if (!names.Relations.TryTake(target, $"quarantine of {table.SourceName}", out var holder))
        {
            context.Findings.Add(Finding.Error(
                FindingCodes.NameCollision, $"The quarantine of {table.SourceName} would be called {target}, and so is the {holder}.", new Place.InTable(table.SourceName),
                "Rename it in the source, or with rename in a mapping file."));
        }
        return table with { Quarantine = new QuarantinePlan(target, suspects, followers) { Raw = Raw(table, names) } };
    }
}
