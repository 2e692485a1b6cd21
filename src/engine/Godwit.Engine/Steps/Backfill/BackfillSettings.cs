using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Backfill;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Backfill;

/// <summary>A backfill's settings, read.</summary>
/// <param name="EmptyBefore">Whether an undo may put NULL back.</param>
/// <param name="Back">Whether it is carried out on the way back, and nothing on the way forward.</param>
internal sealed record BackfillSettings(BackfillTask Task, BackfillOptions Options, bool EmptyBefore, bool Back)
{
    public static BackfillSettings Read(StepSettings step, TransformRegistry transforms)
    {
        var settings = step.Settings;
        return new BackfillSettings(
            new BackfillTask
            {
                From = Table(settings.Text("from")),
                Key = settings.Has("key") ? settings.Texts("key") : null,
                Where = settings.TextOrNull("where"),
                Into = settings.TextOrNull("into") is { } into ? Table(into) : null,
                ConflictKey = settings.Texts("conflict"),
                Columns = [.. Transforms(settings, transforms, step.Place).Select(t => new FilledColumn(t.Column, transforms.Bind(t)))],
                Marker = settings.TextOrNull("marker"),
                UndoWhere = settings.TextOrNull("undo_where"),
            },
            ReadOptions(settings),
            settings.Flag("empty_before"), settings.Flag("back"));
    }

    /// <summary>What fills the columns. Settings in normal form name one transform each.</summary>
    public static IEnumerable<TransformSettings> Transforms(JsonObject settings, TransformRegistry transforms, Place? place)
    {
        var from = Table(settings.Text("from"));
        var destination = settings.TextOrNull("into") is { } into ? new TransformDestination(from, Table(into), IsSameRow: false) : new TransformDestination(from, from, IsSameRow: true);
        return settings.NamedMaps("set").Concat(settings.NamedMaps("columns")).Select(c => transforms.Read(c.Key, c.Value, place)).OfType<TransformSettings>()
            .Select(t => t with { Destination = destination });
    }

    private static BackfillOptions ReadOptions(JsonObject settings)
    {
        var probe = settings.MapOrNull("probe");
        return new BackfillOptions
        {
            MinimumRows = (int)settings.Whole("min_rows"),
            MaximumRows = (int)settings.Whole("max_rows"),
            Pace = new PaceSettings
            {
                RowsPerSecond = (int?)settings.WholeOrNull("rows_per_second"),
                Pause = settings.Duration("pause"),
                Objective = probe?.DurationOrNull("objective"),
                WalShare = (double)settings.Number("max_wal_share"),
            },
            Probe = probe is null ? null : new ProbeSettings(probe.Text("sql"), (int)probe.Whole("per_second"), probe.Duration("window"), probe.Duration("baseline")),
            StatementTimeout = settings.Duration("statement_timeout"),
            LockTimeout = settings.Duration("lock_timeout"),
            SearchPath = settings.Text("search_path"),
            FailureShare = settings.Number("max_failures"),
            Passes = (int)settings.Whole("passes"),
        };
    }

    private static TableReference Table(string name) => name.Split('.') is [var schema, var table] ? new TableReference(schema, table) : new TableReference("public", name);
}
