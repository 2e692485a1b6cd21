using Godwit.Documents.Shapes;
using Godwit.Engine.Anonymise;
using Godwit.Engine.Backups;
using Godwit.Engine.Notices;
using Godwit.Engine.OnCall;
using Godwit.Engine.People;
using Godwit.Engine.PersonalData;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Rollback;
using Godwit.Engine.Timetables;
using Godwit.Engine.Tripwires;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>What a runbook file looks like, given the kinds of steps and gates there are.</summary>
public sealed class RunbookShape
{
    private const string IdPattern = "[A-Za-z0-9][A-Za-z0-9_.-]{0,62}";

    private static readonly Shape.Text s_id = new(IdPattern) { Expected = "letters, digits, '-', '_' and '.', at most 63", MaxLength = 63 };

    private static readonly Shape.Text s_line = new(@"[^\r\n]*\S[^\r\n]*") { Expected = "one line of text", MaxLength = 500 };

    private static readonly Shape.Text s_variable = new("[A-Za-z_][A-Za-z0-9_]{0,127}") { Expected = "the name of a variable", MaxLength = 128 };

    public RunbookShape(RunbookKinds kinds)
    {
        Step = new Shape.OneOf(StepKeys, [.. kinds.Steps.Select(k => new Field(k.Name, k.Shape, k.Summary))]) { Name = "step", Description = "One step: how it is done is said by the key of its kind" };
        Gate = new Shape.OneOf(GateKeys, [.. kinds.Gates.Select(k => new Field(k.Name, k.Shape, k.Summary))]) { Name = "gate", Description = "What must hold before a phase begins; only a pass opens it" };
        var phase = new Shape.Map(
            new Field("deadline", new Shape.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)), "How long the phase may take before the run pauses and says so; without it " + DeadlineText),
            new Field("estimate", new Shape.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)), "How long the phase is expected to take, as long as no rehearsal has measured it: for windows and notices"),
            new Field("gates", new Shape.List(Gate) { Max = 1000 }, "What must hold before its first step"),
            new Field("steps", new Shape.List(Step), "In the order in which they run"))
        {
            Name = "phase",
            Description = "A part of a run that is entered through its gates, and that can be rolled back as a whole",
        };
        var phases = new Shape.Map([.. PhaseNames.All.Select(p => new Field(PhaseNames.Of(p), phase, PurposeOf(p)))]);
        Field[] shared =
        [
            new("include", Includes, "Files whose phases come before this file's, and checklists that come with Godwit: each file's steps stand after those of the files it includes, in the order of the list"),
            new("parameters", Parameters, "Values for `${name}` in steps, gates, tripwires, notices and rollback; `--set name=value` overrides them"),
            new("sources", new Shape.Named(Source), "Other databases that steps read, by name"),
            new("phases", phases, "What is done, in this order; phases may be left out"),
            new("tripwires", new Shape.List(Tripwire) { Max = 200 }, "Figures that are watched, and what is done when one leaves its bounds"),
            new("notices", new Shape.List(NoticeShape.Shape) { Max = 200 }, "Who is told what and when"),
        ];
        Document = new Shape.Map(
            Format,
            new Field("name", new Shape.Text("[a-z][a-z0-9_-]{0,62}") { Expected = "lower-case letters, digits, '-' and '_', at most 63, a letter first", MaxLength = 63 }, "Names the run", Required: true),
            new Field("description", new Shape.Text(), "What it is for"),
            new Field("target", Address, "The database that changes", Required: true),
            new Field("journal", JournalPlace, "Where the journal is copied to while a run goes on; `--journal` names another place"),
            new Field("roles", new Shape.Named(new Shape.List(s_line) { Min = 1, Max = 200 }), "People by role: where a role stands here, nobody else has it, whoever is pinned with it in the target"),
            new Field("approvals", ApprovalShape.Shape, "Who has to approve, by phase: by signatures of people who are pinned in the target"),
            new Field("retention", Retention, "How long what is replaced is kept") { Default = "{}" },
            new Field("mail", MailShape.Shape, "How notices are mailed") { Default = "{}" },
            new Field("oncall", OnCallShape.Shape, "Who is on call, and how they are reached"),
            new Field("timetable", TimetableShape.Shape, "What is to happen when, for people: shown in plan, status and notices"),
            new Field("backups", BackupsShape.Shape, "Where backups of the target go, and how they are made"),
            new Field("rollback", RollbackShape.Shape, "Who decides on a rollback, and what is looked at after it"),
            new Field(RehearsalShape.Key, RehearsalShape.Shape, "What is otherwise in a rehearsal; no part of the plan's hash"),
            new Field(AnonymiseShape.Key, AnonymiseShape.Shape, "How copies of the data are anonymised; no part of the plan's hash"),
            new Field(PersonalDataShape.Key, PersonalDataShape.Shape, "What of the data is personal, for the report; no part of the plan's hash"),
            shared[0], shared[1], shared[2], shared[3], shared[4], shared[5])
        { Description = "A runbook of Godwit" };
        Part = new Shape.Map(Format, new Field("description", new Shape.Text(), "What it is for"), shared[0], shared[1], shared[2], shared[3], shared[4], shared[5],
            new Field("rollback", RollbackShape.Part, "What is looked at after a rollback, beside what the runbook itself says"))
        {
            Description = "A part of a runbook, which another file includes",
        };
    }

    /// <summary>The runbook itself.</summary>
    public Shape.Map Document { get; }

    /// <summary>A file that a runbook includes.</summary>
    public Shape.Map Part { get; }

    public Shape.OneOf Step { get; }

    public Shape.OneOf Gate { get; }

    /// <summary>What every step may say, whatever its kind.</summary>
    public static IReadOnlyList<Field> StepKeys { get; } =
    [
        new("id", s_id, "Names the step in the whole runbook; without it the kind and the name of its first file do"),
        new("title", s_line, "What it does, in a few words"),
        new("timeout", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(365)), "How long one attempt may take; without it the kind decides"),
        new("irreversible", s_line, "Why it cannot be undone: makes it a point of no return, which the plan shows"),
    ];

    /// <summary>What every gate may say, whatever its kind.</summary>
    public static IReadOnlyList<Field> GateKeys { get; } =
    [
        new("id", s_id, "Names the gate in the whole runbook; without it phase and kind do"),
        new("title", s_line, "What it asks, in a few words"),
    ];

    public static Shape.Named Parameters { get; } = new(new Shape.Map(
        new Field("default", new Shape.Scalar(), "Its value; without it, `--set` has to give one"),
        new Field("description", s_line, "What it is for"))
    { Short = "default", Description = "A parameter" });

    public static Shape.List Includes { get; } = new(new Shape.File { BuiltIn = BuiltInRunbooks.Names }) { Max = 200 };

    /// <summary>Where the target's URL comes from.</summary>
    public static Shape.OneOf Address { get; } = new([],
    [
        new("env", s_variable, "An environment variable that holds the URL; with `_FILE` after its name, one that holds the path of a file with it"),
        new("file", s_line, "A file that holds the URL"),
    ]);

    /// <summary>Where a journal is copied to.</summary>
    public static Shape.OneOf JournalPlace { get; } = new([],
    [
        new("env", s_variable, "An environment variable that holds the URL, file or folder; with `_FILE` after its name, one that holds the path of a file with it"),
        new("file", s_line, "A file, or a folder that gets a file for each run when it ends with a slash; relative to the runbook"),
    ])
    {
        Name = "journal",
        Description = "Where the journal is copied to",
    };

    /// <summary>Where a source is found.</summary>
    public static Shape.OneOf Source { get; } = new([], [.. Address.Kinds, new("path", s_line, "A database file, such as SQLite's, by its path; relative to the runbook")])
    {
        Name = "source",
        Description = "Where a source is found",
    };

    /// <summary>What a phase's deadline is when the runbook says none.</summary>
    public static TimeSpan DeadlineOf(Phase phase) => phase switch
    {
        Phase.Backfill => TimeSpan.FromDays(2),
        Phase.Switch => TimeSpan.FromMinutes(15),
        Phase.Observe => TimeSpan.FromDays(7),
        _ => TimeSpan.FromHours(4),
    };

    private static string DeadlineText => string.Join(", ", PhaseNames.All.Select(p => $"{DurationText.Write(DeadlineOf(p))} for {PhaseNames.Of(p)}"));

    private static Field Format { get; } = new("godwit", new Shape.Whole(1, 1), "The version of this format", Required: true);

    private static Shape.Map Retention { get; } = new(
        new Field("keep_old", new Shape.Duration(), "How long old structures stay before `godwit finish` may remove them") { Default = "7d" });

    private static Shape.OneOf Tripwire { get; } = TripwireShape.Make(s_id);

    private static string PurposeOf(Phase phase) => phase switch
    {
        Phase.Expand => "Adds the new beside the old",
        Phase.Backfill => "Fills the new from the old",
        Phase.Verify => "Proves that the new holds what the old holds",
        Phase.Switch => "Makes the new the one in use",
        Phase.Observe => "Watches it for as long as it takes to trust it",
        _ => "Removes the old: `godwit finish` only",
    };
}
