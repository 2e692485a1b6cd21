using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Godwit.Model.Runbooks;

/// <summary>
/// A runbook resolved: everything that a run needs, the text of its files included, so that what was approved is what runs, and what ran can be
/// undone, whatever becomes of the files. <see cref="Hash"/> is what people approve.
/// </summary>
public sealed record RunbookPlan
{
    /// <summary>Of this record; a later one is refused by an older program.</summary>
    public int Format { get; init; } = 1;

    public required string Name { get; init; }

    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Roles { get; init; }

    /// <summary>Who has to approve before a phase begins; a phase that is not here needs nobody.</summary>
    public IReadOnlyDictionary<Phase, IReadOnlyList<RequiredApproval>> Approvals { get; init; } = new Dictionary<Phase, IReadOnlyList<RequiredApproval>>();

    /// <summary>How long an approval holds.</summary>
    public TimeSpan ApprovalsValid { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Other databases that steps read. Like the target's address they are not part of <see cref="Hash"/>: a rehearsal reads others.</summary>
    public IReadOnlyDictionary<string, ValueFrom> Sources { get; init; } = new Dictionary<string, ValueFrom>(StringComparer.Ordinal);

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

    /// <summary>Where backups go and how they are made, in the normal form of its shape; like addresses, not part of <see cref="Hash"/>.</summary>
    public JsonObject? Backups { get; init; }

    /// <summary>What is personal of the data, in the normal form of its shape; null where the runbook says nothing. No part of the plan's hash.</summary>
    public JsonObject? PersonalData { get; init; }

    public required TimeSpan KeepOld { get; init; }

    public required IReadOnlyList<PhaseSettings> Phases { get; init; }

    /// <summary>Every file that a step or gate names, by its path in the runbook.</summary>
    public required IReadOnlyDictionary<string, PlannedFile> Files { get; init; }

    /// <summary>SHA-256 of what the target's catalog said when the plan was made, in lower-case hexadecimal; null when it was made without a target.</summary>
    public string? Schema { get; init; }

    /// <summary>SHA-256 of the plan's canonical form, in lower-case hexadecimal.</summary>
    [JsonIgnore]
    public string Hash { get; init; } = "";
}

/// <param name="Sha256">Of its bytes, in lower-case hexadecimal.</param>
/// <param name="Text">Its content, which is UTF-8.</param>
public sealed record PlannedFile(string Sha256, string Text);
