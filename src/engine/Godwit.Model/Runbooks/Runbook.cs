using System.Text.Json.Nodes;
using Godwit.Model.Findings;

namespace Godwit.Model.Runbooks;

/// <summary>A runbook as it was written, checked and with its parameters filled in; not yet resolved against a target.</summary>
public sealed record Runbook
{
    /// <summary>Lower-case letters, digits, '-' and '_', at most 63: it names the run.</summary>
    public required string Name { get; init; }

    public string? Description { get; init; }

    /// <summary>The folder of the file: paths in it start there.</summary>
    public required string Folder { get; init; }

    /// <summary>Where the target's URL comes from.</summary>
    public required ValueFrom Target { get; init; }

    /// <summary>Where the journal is copied to while a run goes on: a file or folder, or the variable that holds one or a URL. No part of the plan.</summary>
    public ValueFrom? Journal { get; init; }

    /// <summary>Other databases that steps read, by name.</summary>
    public IReadOnlyDictionary<string, ValueFrom> Sources { get; init; } = new Dictionary<string, ValueFrom>(StringComparer.Ordinal);

    /// <summary>Parameters and their values, defaults filled in.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Who may approve what: people by role.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Roles { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>Who has to approve before a phase begins; a phase that is not here needs nobody.</summary>
    public IReadOnlyDictionary<Phase, IReadOnlyList<RequiredApproval>> Approvals { get; init; } = new Dictionary<Phase, IReadOnlyList<RequiredApproval>>();

    /// <summary>How long an approval holds.</summary>
    public TimeSpan ApprovalsValid { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Watched figures, in the normal form of their shape.</summary>
    public JsonArray Tripwires { get; init; } = [];

    /// <summary>Who is told what and when, in the normal form of their shape.</summary>
    public JsonArray Notices { get; init; } = [];

    /// <summary>How notices are mailed, in the normal form of its shape; null leaves it to variables. No part of the plan's hash.</summary>
    public JsonObject? Mail { get; init; }

    /// <summary>Who is on call when, in the normal form of its shape; null where the runbook says nothing. No part of the plan's hash.</summary>
    public JsonObject? OnCall { get; init; }

    /// <summary>What is to happen when and whose business it is, in the normal form of its shape; null where the runbook says nothing. No part of the plan's hash.</summary>
    public JsonObject? Timetable { get; init; }

    /// <summary>Who decides on a rollback and what is looked at after it, in the normal form of its shape; null where the runbook says nothing.</summary>
    public JsonObject? Rollback { get; init; }

    /// <summary>Where backups go and how they are made, in the normal form of its shape; null where the runbook says nothing. No part of the plan's hash.</summary>
    public JsonObject? Backups { get; init; }
    /// <summary>What rehearsals do otherwise, in the normal form of its shape; null where the runbook says nothing. No part of the plan.</summary>
    public JsonObject? Rehearsal { get; init; }

    /// <summary>How copies of the data are anonymised, in the normal form of its shape; null where the runbook says nothing. No part of the plan.</summary>
    public JsonObject? Anonymise { get; init; }

    /// <summary>What is personal of the data, in the normal form of its shape; null where the runbook says nothing. No part of the plan's hash.</summary>
    public JsonObject? PersonalData { get; init; }

    /// <summary>How long old structures are kept before <c>finish</c> may remove them.</summary>
    public TimeSpan KeepOld { get; init; } = TimeSpan.FromDays(7);

    /// <summary>In the order of <see cref="Phase"/>; each at most once.</summary>
    public IReadOnlyList<PhaseSettings> Phases { get; init; } = [];
}

/// <summary>A value that does not stand in the file: read from an environment variable, or from the file that a <c>…_FILE</c> variable or a path names.</summary>
/// <param name="Environment">The variable's name; <c>NAME_FILE</c> is looked at too.</param>
/// <param name="File">A file that holds the value.</param>
/// <param name="Literal">A value that is no secret, such as the path of a SQLite file.</param>
public sealed record ValueFrom(string? Environment = null, string? File = null, string? Literal = null);

/// <param name="Phase">Which.</param>
/// <param name="Deadline">How long the phase may take before the run pauses and says so.</param>
/// <param name="Gates">What must hold before its first step.</param>
/// <param name="Steps">In the order of the file.</param>
public sealed record PhaseSettings(Phase Phase, TimeSpan Deadline, IReadOnlyList<GateSettings> Gates, IReadOnlyList<StepSettings> Steps)
{
    /// <summary>How long its author expects it to take; null says nothing. No part of the plan's hash.</summary>
    public TimeSpan? Estimate { get; init; }
}

/// <summary>A step as it was written.</summary>
public sealed record StepSettings
{
    /// <summary>Distinct in the runbook: letters, digits, '-', '_' and '.', at most 63.</summary>
    public required string Id { get; init; }

    /// <summary>The kind's name: <c>sql</c>, <c>backfill</c>.</summary>
    public required string Kind { get; init; }

    public string? Title { get; init; }

    /// <summary>How long one attempt may take; null leaves it to the kind.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Why the step cannot be undone, where the runbook declares it.</summary>
    public string? Irreversible { get; init; }

    /// <summary>What the kind's shape describes, defaults filled in.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>Null once it comes from a plan.</summary>
    public Place.InFile? Place { get; init; }

    /// <summary>The places of the values in <see cref="Settings"/>; null once it comes from a plan.</summary>
    public SettingsPlaces? Places { get; init; }

    /// <summary>Where a value of <see cref="Settings"/> was written, or what it is part of.</summary>
    /// <param name="pointer">A JSON pointer into <see cref="Settings"/>: <c>/up</c>.</param>
    public Place.InFile? At(string pointer) => Places?.At(pointer) ?? Place;
}

/// <summary>A gate as it was written.</summary>
public sealed record GateSettings
{
    public required string Id { get; init; }

    public required string Kind { get; init; }

    public string? Title { get; init; }

    public required JsonObject Settings { get; init; }

    /// <summary>Null once it comes from a plan.</summary>
    public Place.InFile? Place { get; init; }

    /// <summary>The places of the values in <see cref="Settings"/>; null once it comes from a plan.</summary>
    public SettingsPlaces? Places { get; init; }

    /// <summary>Where a value of <see cref="Settings"/> was written, or what it is part of.</summary>
    /// <param name="pointer">A JSON pointer into <see cref="Settings"/>: <c>/expect</c>.</param>
    public Place.InFile? At(string pointer) => Places?.At(pointer) ?? Place;
}
