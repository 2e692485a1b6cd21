using Godwit.Documents.Shapes;
using Godwit.Engine.Mapping;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Move;

/// <summary>What a step moves, and how: its settings, read.</summary>
public sealed record MoveTask
{
    /// <summary>The name under the runbook's <c>sources</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The source's schema, where the source is PostgreSQL.</summary>
    public string FromSchema { get; init; } = "public";

    /// <summary>The target's schema.</summary>
    public required string Schema { get; init; }

    /// <summary>Only these tables; empty for all.</summary>
    public IReadOnlyList<string> Tables { get; init; } = [];

    /// <summary>The mapping file as the plan has it, and its name for findings.</summary>
    public (string Path, string Text)? Map { get; init; }

    /// <summary>Findings that do not stop it: CODE or CODE:name.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary><c>exact</c> or <c>lower</c>.</summary>
    public string Names { get; init; } = "exact";

    public bool Quarantine { get; init; }

    /// <summary>Whether every row is decoded a second way, or one in 64.</summary>
    public bool Paranoid { get; init; }

    public int Jobs { get; init; } = 2;

    /// <summary>How much of the time all jobs together work, above 0; 1 holds nothing back.</summary>
    public double Share { get; init; } = 1;

    /// <summary>What a live move takes where nobody says: an application uses the same machines.</summary>
    private const int LiveShare = 25;

    /// <summary>Rows after which a range of the copy is cut; null leaves it to the planner.</summary>
    public long? RangeRows { get; init; }

    /// <summary>Whether undoing removes the tables even when their rows are no longer those that were moved.</summary>
    public bool DropChanged { get; init; }

    /// <summary>Whether applications write to the source while it is moved.</summary>
    public bool Live { get; init; }

    public static MoveTask Read(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = step.Settings;
        return new MoveTask
        {
            Source = settings.Text("source"),
            FromSchema = settings.Text("from_schema"),
            Schema = settings.Text("schema"),
            Tables = settings.Texts("tables"),
            Map = settings.TextOrNull("map") is { } path ? (path, files[path].Text)
                : settings.MapOrNull("columns") is { } columns ? (step.Place?.Path ?? $"step {step.Id}", MapShape.Text(columns))
                : null,
            Accept = settings.Texts("accept"),
            Names = settings.Text("names"),
            Quarantine = settings.Flag("quarantine"),
            Paranoid = settings.Flag("paranoid"),
            Jobs = (int)settings.Whole("jobs"),
            Share = (settings.WholeOrNull("share") ?? (settings.Flag("live") ? LiveShare : 100)) / 100.0,
            RangeRows = settings.WholeOrNull("range_rows"),
            DropChanged = settings.Flag("drop_changed"),
            Live = settings.Flag("live"),
        };
    }
}
