using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Backups.PgBackRest;
using Godwit.Engine.Processes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Backups;

/// <summary>What a runbook's <c>backups</c> looks like.</summary>
public static class BackupsShape
{
    private static readonly Shape.Text s_variable = new("[A-Za-z_][A-Za-z0-9_]{0,127}") { Expected = "the name of a variable", MaxLength = 128 };

    private static readonly Shape.Text s_path = new(@"[^\r\n]*\S[^\r\n]*") { Expected = "a path", MaxLength = 1000 };

    private static readonly Shape.OneOf s_folder = new([],
    [
        new("path", s_path, "A folder, by its path; relative to the runbook"),
        new("env", s_variable, "The variable that holds its path"),
    ])
    {
        Name = "backup folder",
        Description = "A folder",
    };

    private static readonly Shape.OneOf s_key = new([],
    [
        new("env", s_variable, "The variable that holds it: 32 bytes in hexadecimal or base64; with `_FILE` after its name, one that holds the path of a file with it"),
        new("file", s_path, "A file of mode 0600 that holds it"),
    ])
    {
        Name = "backup key",
        Description = "A key of 256 bits",
    };

    public static Shape.Map Shape { get; } = new(
        new Field("destinations", new Shape.List(s_folder) { Min = 1, Max = 20 }, "Folders, each of which gets a whole copy", Required: true),
        new Field("key", s_key, "The key that backups are encrypted with; without it godwit makes one and keeps it in `GODWIT_HOME`"),
        new Field("keep", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromDays(3650)), "How long `godwit backup prune` keeps them") { Default = "30d" },
        new Field("method", new Shape.Choice("logical", "physical"), "pg_dump of the database; or pg_basebackup of the whole server, with its log") { Default = "logical" },
        PgBackRestSettings.Field,
        new Field("jobs", new Shape.Whole(1, 64), "How many tables are dumped, read and restored at once") { Default = "2" },
        new Field("compression", new Shape.Whole(0, 9), "Of the dump: 0 is none, 9 the smallest and slowest") { Default = "1" },
        new Field("staging", s_folder, "Where the dump is before it is encrypted, and where backups are tried out; without it a private folder of godwit's"),
        new Field("after", new Shape.Map([.. CommandSettings.Fields, new Field("timeout", new Shape.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)), "How long it may take") { Default = "1h" }]),
            "A program that carries a finished backup further, as to another site: `GODWIT_BACKUP` is its name, `GODWIT_BACKUP_FOLDER` where it lies"),
        new Field("replay", new Shape.List(new Shape.OneOf([],
        [
            new("sql", new Shape.Text { MaxLength = 100_000 }, "Statements, in one transaction"),
            new("command", new Shape.Map(CommandSettings.Fields), "A program, which finds the database in PGHOST, PGPORT, PGUSER, PGDATABASE and PGPASSWORD"),
        ])
        {
            Name = "replay",
            Description = "What is done again in a restored database before it opens",
        }) { Max = 100 }, "What is done again in a restored database before it opens: erasures and revocations since the backup"));

    public static ValueFrom Address(JsonObject address) => new(address.TextOrNull("env"), address.TextOrNull("file"), address.TextOrNull("path"));

    /// <summary>What is wrong beyond the shape.</summary>
    public static IEnumerable<Finding> FindFaults(JsonObject backups, Func<string, Place.InFile?> at)
    {
        foreach (var finding in PgBackRestSettings.FindFaults(backups, at("/pgbackrest"))) yield return finding;
        if (backups.MapOrNull("after") is { } after)
        {
            foreach (var finding in CommandSettings.Check(after, at("/after"))) yield return finding;
        }
        foreach (var (i, item) in backups.Maps("replay").Index())
        {
            if (item.MapOrNull("command") is not { } command) continue;
            foreach (var finding in CommandSettings.Check(command, at($"/replay/{i}"))) yield return finding;
        }
    }
}
