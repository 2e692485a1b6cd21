using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Backups.PgBackRest;

/// <summary>Which stanza of pgBackRest physical backups go into. How its repository is reached, encrypted and thinned out is in pgBackRest's own configuration.</summary>
/// <param name="Stanza">As <c>pgbackrest --stanza</c> has it.</param>
public sealed record PgBackRestSettings(string Stanza)
{
    /// <summary>What pgBackRest calls a stanza; an argument of a program, and in a recovery part of a command line.</summary>
    public const string StanzaPattern = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}";

    public const int MostRepositories = 256;

    /// <summary>full, diff or incr.</summary>
    public string Type { get; init; } = "incr";

    /// <summary>pgBackRest's configuration file; null is the one that it looks for itself.</summary>
    public string? Config { get; init; }

    public int Repository { get; init; } = 1;

    public static Field Field { get; } = new("pgbackrest", new Shape.Map(
        new Field("stanza", new Shape.Text(StanzaPattern) { Expected = "a stanza's name", MaxLength = 63 }, "The stanza, made with `pgbackrest stanza-create`", Required: true),
        new Field("type", new Shape.Choice("full", "diff", "incr"), "Of each backup; where there is none before, pgBackRest takes a full one") { Default = "incr" },
        new Field("config", new Shape.Text(@"[^\r\n]*\S[^\r\n]*") { Expected = "a path", MaxLength = 1000 }, "pgBackRest's configuration, relative to the runbook; without it the one that pgBackRest finds"),
        new Field("repo", new Shape.Whole(1, MostRepositories), "Which of its repositories") { Default = "1" }),
        "With `method: physical`: pgBackRest takes, keeps and expires the backups, and the destinations get what Godwit knows of them");

    public static PgBackRestSettings Read(JsonObject item) => new(item.Text("stanza"))
    {
        Type = item.TextOrNull("type") ?? "incr",
        Config = item.TextOrNull("config"),
        Repository = (int)(item.WholeOrNull("repo") ?? 1),
    };

    /// <summary>What is wrong beyond the shape.</summary>
    public static IEnumerable<Finding> FindFaults(JsonObject backups, Place.InFile? at)
    {
        if (backups.MapOrNull("pgbackrest") is not null && backups.TextOrNull("method") != "physical")
            yield return Finding.Error(FindingCodes.BackupPlaceWrong, "`pgbackrest:` is for physical backups, and `method:` is not physical", at, "Add `method: physical`, or take `pgbackrest:` out.");
    }
}
