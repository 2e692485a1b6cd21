using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Audit;

/// <summary>What is audited, and what becomes of what is found.</summary>
public sealed record AuditSettings
{
    public DatabaseAuditSettings? Database { get; init; }

    public bool Folder { get; init; }

    internal ServiceAuditSettings? Service { get; init; }

    /// <summary>How old keys may be; null looks at none.</summary>
    public TimeSpan? KeyAge { get; init; }

    public IReadOnlyList<AuditIgnore> Ignored { get; init; } = [];

    /// <summary>The least severity that closes the gate; null closes it for nothing.</summary>
    public Severity? FailsOn { get; init; } = Severity.Error;

    /// <summary>Whether what could not be looked at closes the gate.</summary>
    public bool UnseenCloses { get; init; } = true;

    /// <summary>The gate whose newest audit this one is held against: <c>before</c> is the first of the run. Null holds it against nothing.</summary>
    public string? Baseline { get; init; }

    public const string Before = "before";

    public static Shape.Map Shape { get; } = new(
        new Field("database", DatabaseAuditSettings.Shape, "Looks at the target: roles, rights, TLS, passwords, settings; {} for the checks that need no expectation"),
        new Field("folder", new Shape.Flag(), "Looks at the files of the runbook's folder") { Default = "true" },
        new Field("service", ServiceAuditSettings.Shape, "Looks at an HTTP service"),
        new Field("key_age", new Shape.Duration(TimeSpan.FromDays(1), TimeSpan.FromDays(3650)), "How old the keys may be that sign for Godwit and for people") { Default = "90d" },
        new Field("ignore", new Shape.List(AuditIgnore.Shape) { Max = 200 }, "What is known and accepted, each with the reason, which is kept with the run"),
        new Field("fails_on", new Shape.Choice("error", "warning", "nothing"), "The least severity that closes the gate; with `nothing` it only puts on record") { Default = "error" },
        new Field("unseen", new Shape.Choice("closes", "opens"), "What becomes of a check of such a severity that could not look, for lack of a right or an answer") { Default = "closes" },
        new Field("baseline", new Shape.Text("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}") { Expected = "before, or the id of an audit gate", MaxLength = 63 }, "Counts only what got worse since an earlier audit of the run: `before` is the first, otherwise the gate of that id"));

    public static AuditSettings Read(JsonObject settings) => new()
    {
        Database = settings.MapOrNull("database") is { } database ? DatabaseAuditSettings.Read(database) : null,
        Folder = settings.Flag("folder"),
        Service = settings.MapOrNull("service") is { } service ? ServiceAuditSettings.Read(service) : null,
        KeyAge = settings.DurationOrNull("key_age"),
        Ignored = [.. settings.Maps("ignore").Select(AuditIgnore.Read)],
        FailsOn = settings.Text("fails_on") switch { "error" => Severity.Error, "warning" => Severity.Warning, _ => null },
        UnseenCloses = settings.Text("unseen") == "closes",
        Baseline = settings.TextOrNull("baseline"),
    };
}

/// <param name="Id">The check.</param>
/// <param name="Subject">The one thing of what it finds; null is all of it.</param>
/// <param name="Reason">Why.</param>
public sealed record AuditIgnore(string Id, string? Subject, string Reason)
{
    public static Shape.Map Shape { get; } = new(
        new Field("id", new Shape.Text("[a-z]+\\.[a-z0-9-]+") { Expected = "the id of a check, such as db.public-create", MaxLength = 63 }, "The check", Required: true),
        new Field("subject", new Shape.Text { MaxLength = 500 }, "The one thing that is ignored, as the audit names it; without it whatever the check finds"),
        new Field("reason", new Shape.Text(@"[^\r\n]*\S[^\r\n]*") { Expected = "one line of text", MaxLength = 500 }, "Why: it is kept with the run", Required: true))
    {
        Name = "ignored check",
        Description = "Something that an audit finds, and that is known and accepted",
    };

    public static AuditIgnore Read(JsonObject settings) => new(settings.Text("id"), settings.TextOrNull("subject"), settings.Text("reason"));

    public bool Covers(AuditCheck check, string subject) => Id == check.Id && (Subject is null || Subject == subject);
}
