using Godwit.Engine.Backfill;
using Godwit.Documents.Shapes;
using Godwit.Engine.Certificates;
using Godwit.Engine.PersonalData;
using Godwit.Engine.Runs;
using Godwit.Engine.Transforms;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Reports.Personal;

/// <summary>
/// Finds the steps and gates that have to do with a column: of backfills and moves by what they are set to do, of all others by whether their text names both the table and the column.
/// A step that reaches the data by another name, a view's or a function's, is not found.
/// </summary>
internal sealed class TouchFinder
{
    private readonly RunRecord _record;
    private readonly RunbookPlan _plan;
    private readonly Dictionary<string, StepRow> _rows;
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    public TouchFinder(RunRecord record)
    {
        (_record, _plan, _rows) = (record, record.Run.Plan, record.Run.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal));
        foreach (var step in _plan.Phases.SelectMany(p => p.Steps).Where(s => s.Kind is not ("backfill" or "move"))) _texts[step.Id] = ColumnMention.TextOf(step.Settings, _plan);
        foreach (var gate in _plan.Phases.SelectMany(p => p.Gates)) _texts["gate " + gate.Id] = ColumnMention.TextOf(gate.Settings, _plan);
    }

    public IReadOnlyList<PersonalTouch> Of(PersonalColumn column) =>
    [
        .. _plan.Phases.SelectMany(p => p.Steps).SelectMany(s => s.Kind switch
        {
            "backfill" => Backfill(s, column),
            "move" => Move(s, column),
            _ => ColumnMention.IsIn(_texts[s.Id], column) ? [Touch(s.Id, "names it in its text", null, false, PersonalProtection.Unknown, "what it does is not judged here")] : [],
        }),
        .. _plan.Phases.SelectMany(p => p.Gates).Where(g => ColumnMention.IsIn(_texts["gate " + g.Id], column)).Select(g => new PersonalTouch(
            "gate " + g.Id, "asks about it", null, false, PersonalProtection.None, "counts and comparisons; no value is kept", null, _record.Gates.Any(r => r.Gate == g.Id), _record.Gates.Any(r => r.Gate == g.Id) ? "asked" : "not asked")),
    ];

    private IEnumerable<PersonalTouch> Backfill(StepSettings step, PersonalColumn column)
    {
        var from = PersonalDataSettings.Whole(step.Settings.Text("from"));
        var into = step.Settings.TextOrNull("into") is { } other ? PersonalDataSettings.Whole(other) : null;
        foreach (var (target, entry) in step.Settings.NamedMaps("set").Select(s => (Table: from, s)).Concat(step.Settings.NamedMaps("columns").Select(s => (Table: into ?? from, s))).Select(s => ($"{s.Table}.{s.s.Key}", s.s)))
        {
            if (TransformRegistry.Standard.Read(entry.Key, entry.Value) is not { } settings) continue;
            var bound = TransformRegistry.Standard.Bind(settings with { Destination = new TransformDestination(Reference(from), Reference(into ?? from), into is null) });
            var (protection, how) = ProtectionText.Of(settings.Kind, settings.Parameters);
            var reads = from == column.Table && (bound.Inputs.Contains(column.Column, StringComparer.Ordinal) || (bound.Expression is { } expression && ColumnMention.IsWord(column.Column, expression)));
            var sources = bound.Inputs.Count == 0 ? null : string.Join(", ", bound.Inputs.Select(i => $"{from}.{i}"));
            if (target == column.Name) yield return Touch(step.Id, "fills it", sources == column.Name ? null : sources, true, protection, how);
            else if (reads) yield return Touch(step.Id, "reads it", target, false, protection, how);
        }
    }

    private static TableReference Reference(string whole) => new(whole[..whole.IndexOf('.', StringComparison.Ordinal)], whole[(whole.IndexOf('.', StringComparison.Ordinal) + 1)..]);

    private IEnumerable<PersonalTouch> Move(StepSettings step, PersonalColumn column)
    {
        foreach (var move in _record.Moves.Where(m => m.Step == step.Id && column.Table.StartsWith(m.Schema + ".", StringComparison.Ordinal)))
        {
            var certificate = move.Verdict switch { CertificateVerdict.Valid valid => valid.Certificate, CertificateVerdict.ValidUnknownSigner unknown => unknown.Certificate, _ => null };
            var table = certificate?.Tables.FirstOrDefault(t => $"{move.Schema}.{t.TargetName}" == column.Table);
            if (table is null) continue;
            var transform = table.Transforms?.FirstOrDefault(t => t.Column == column.Column);
            if (transform is null && table.Columns.All(c => c.Name != column.Column)) continue;
            var (protection, how) = transform is null ? (PersonalProtection.None, "none: as it is") : ProtectionText.Of(transform.Transform, RunNotes.Read(transform.Parameters) ?? []);
            var inputs = transform is null ? [column.Column] : transform.From;
            yield return Touch(step.Id, "brings it over", $"{certificate!.Source.FileName}: {table.SourceName}.{string.Join(", ", inputs)}", true, protection, how) with { Rows = table.Rows };
        }
    }

    private PersonalTouch Touch(string step, string does, string? other, bool writes, PersonalProtection protection, string how)
    {
        var row = _rows[step];
        return new PersonalTouch(step, does, other, writes, protection, how, row.Done > 0 ? row.Done : null, row.Carried || row.State == StepState.Verified, row.Carried ? "done before" : row.State == StepState.Pending ? "not begun" : row.State.ToString());
    }
}
