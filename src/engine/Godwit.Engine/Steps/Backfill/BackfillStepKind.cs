using System.Text.RegularExpressions;
using Godwit.Documents.Shapes;
using Godwit.Engine.Backfill;
using Godwit.Engine.Transforms;
using Godwit.Engine.Transforms.Keyed;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Backfill;

/// <summary><c>backfill</c>: fills columns of a table, or another table, from what is there, in batches that the application does not notice.</summary>
public sealed partial class BackfillStepKind(IBackfillDatabase database, TransformRegistry transforms) : IStepKind
{
    private static readonly string[] s_intoOnly = ["conflict", "marker", "undo_where"];

    public string Name => "backfill";

    public string Summary => "Fills columns, or another table, from the rows of a table, in batches and at a pace that the application does not notice.";

    public Shape.Map Shape { get; } = BackfillShape.Of(transforms);

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = step.Settings;
        var findings = new List<Finding>();
        var (set, into) = (settings.Has("set"), settings.Has("into"));
        if (set == into) Wrong("it needs exactly one of set and into");
        if (settings.Has("columns") != into) Wrong("into and columns go together");
        var filled = BackfillSettings.Transforms(settings, transforms, step.Place).ToList();
        if (filled.Count == 0 && (set || settings.Has("columns"))) Wrong("it fills no column");
        foreach (var transform in filled) findings.AddRange(transforms.Check(transform));
        if (settings.Whole("min_rows") > settings.Whole("max_rows")) Wrong("min_rows is more than max_rows");

        if (into) CheckInto();
        else CheckSet();
        return findings;

        void CheckInto()
        {
            var conflict = settings.Texts("conflict");
            if (conflict.Count == 0) Wrong("into needs conflict: without a unique key a batch that is done again would insert its rows twice");
            foreach (var name in conflict.Except(filled.Select(f => f.Column))) Wrong($"the conflict key's column {name} is not among columns");
            foreach (var name in filled.Where(f => conflict.Contains(f.Column) && IsVolatile(f)).Select(f => f.Column))
                Wrong($"the conflict key's column {name} is another value each time, or another once a key is rotated, so that no row would be known again");
            CheckRows();
            if (settings.TextOrNull("marker") is { } marker && filled.Exists(f => f.Column == marker)) Wrong($"the marker {marker} is among columns: the backfill itself fills it");
            if (settings.Has("marker") && settings.Has("undo_where")) Wrong("it needs one of marker and undo_where, not both");
            if (settings.Flag("empty_before")) Wrong("empty_before belongs to set");
            if (settings.Flag("back") && (settings.Has("marker") || settings.Has("undo_where"))) Wrong("what is carried out on the way back is not taken back: marker and undo_where have nothing to say");
        }

        // What a value is bound to has to be known when it is made, and to be the same the next time.
        void CheckRows()
        {
            if (findings.Count > 0) return;
            var made = filled.ToDictionary(f => f.Column, transforms.Bind, StringComparer.Ordinal);
            foreach (var (column, bound) in made.Where(m => m.Value is IKeyedTransform).SelectMany(m => ((IKeyedTransform)m.Value).Row.Select(r => (m.Key, r))))
            {
                if (!made.TryGetValue(bound, out var there)) Wrong($"{column} is bound to {bound}, which is not among columns");
                else if (!there.IsRepeatable) Wrong($"{column} is bound to {bound}, which is another value each time");
            }
        }

        void CheckSet()
        {
            foreach (var name in s_intoOnly.Where(settings.Has)) Wrong($"{name} belongs to into");
            if (settings.Flag("back")) Wrong("back belongs to into");
            // A condition that stops holding once the row is written would leave the verification nothing to look at.
            var names = settings.TextOrNull("where") is { } where ? SqlText().Replace(where, " ") : "";
            foreach (var name in filled.Select(f => f.Column).Where(c => Regex.IsMatch(names, $@"(?<![A-Za-z0-9_$]){Regex.Escape(c)}(?![A-Za-z0-9_$])", RegexOptions.None, TimeSpan.FromSeconds(1))))
                Wrong($"where names {name}, which the backfill writes: the rows that are done would no longer belong to it, and nothing would verify them");
        }

        void Wrong(string what) => findings.Add(Finding.Error(FindingCodes.BackfillSettings, $"The backfill {step.Id} does not go together: {what}", step.Place));
    }

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => new BackfillStep(BackfillSettings.Read(step, transforms), database);

    private bool IsVolatile(TransformSettings settings) => !transforms.Check(settings).Any() && !transforms.Bind(settings).IsRepeatable;

    /// <summary>A string constant of SQL.</summary>
    [GeneratedRegex("'(?:[^']|'')*'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SqlText();
}
