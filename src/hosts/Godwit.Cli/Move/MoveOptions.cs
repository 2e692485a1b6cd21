using System.CommandLine;
using Godwit.Sqlite.Planning;

namespace Godwit.Cli.Move;

/// <summary>The options that the commands about moves share.</summary>
internal static class MoveOptions
{
    public static readonly Option<string> From = new("--from")
    {
        Description = "The source: a SQLite database, or postgres://user@host/database. Its password comes as the target's does, its own file being named by GODWIT_SOURCE_PASSWORD_FILE.",
        HelpName = "FILE|URL",
        Required = true,
    };

    public static readonly Option<string> FromSchema = new("--from-schema") { Description = "The source's schema, where the source is PostgreSQL.", HelpName = "NAME", DefaultValueFactory = _ => "public" };

    public static readonly Option<string> To = new("--to")
    {
        Description = "The target: postgres://user@host/database. Give the password by PGPASSWORD, PGPASSFILE or ~/.pgpass, or GODWIT_TARGET_PASSWORD_FILE.",
        HelpName = "URL",
        Required = true,
    };

    public static readonly Option<string> Schema = new("--schema") { Description = "The target's schema; made when missing.", HelpName = "NAME", DefaultValueFactory = _ => "public" };

    /// <summary>For commands about a move that is there: they make no schema.</summary>
    public static readonly Option<string> MovedSchema = new("--schema") { Description = "The target's schema, into which the tables were moved.", HelpName = "NAME", DefaultValueFactory = _ => "public" };

    public static readonly Option<string[]> Tables = new("--tables") { Description = "Move only these tables: a,b.", HelpName = "NAMES", AllowMultipleArgumentsPerToken = false };

    public static readonly Option<string?> Map = new("--map") { Description = "A mapping file that overrides chosen types (docs/mapping.md).", HelpName = "FILE" };

    public static readonly Option<string[]> Accept = new("--accept")
    {
        Description = "Go on in spite of a finding: CODE, or CODE:name for one table or object. Repeatable.",
        HelpName = "CODE[:NAME]",
    };

    public static readonly Option<string> Names = Choice("--names", "Names at the target: exact keeps them, lower folds them.", "exact", "lower");

    public static readonly Option<bool> Quarantine = new("--quarantine") { Description = "Put rows whose values cannot go over unchanged into <table>__quarantine, bytes kept." };

    public static readonly Option<bool> Paranoid = new("--paranoid") { Description = "Decode every row a second, independent way when verifying; else one in 64." };

    public static readonly Option<bool> DryRun = new("--dry-run") { Description = "Check, profile and plan; change nothing." };

    public static readonly Option<bool> Live = new("--live") { Description = "Write a runbook that moves it while applications write to it (docs/live-move.md), and move nothing yet." };

    public static int DefaultJobs { get; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    public static readonly Option<int> Jobs = new("--jobs")
    {
        Description = "Tables or ranges at the same time, 1-64; each takes a connection on either side.",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultJobs,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document." };

    public static readonly Option<bool> ShowValues = new("--show-values") { Description = "Show rows' values in findings." };

    public static readonly Option<string?> Certificate = new("--certificate") { Description = "Where the certificate goes. Without it, <source>.certificate.json here.", HelpName = "FILE" };

    public static readonly Option<string?> VerifiedCertificate = new("--certificate")
    {
        Description = "The certificate of the move, when it is not <source>.certificate.json here; this verification's own replaces it. Without it, none is written.",
        HelpName = "FILE",
    };

    public static readonly Option<string?> NotMoved = new("--not-moved") { Description = "Where the list of what was not moved goes; default: not-moved.sql here.", HelpName = "FILE" };

    /// <summary>For the benchmark of hashing's cost only.</summary>
    public static readonly Option<bool> NoHash = new("--no-hash") { Hidden = true };

    /// <summary>For tests only, which have to see many ranges in little data.</summary>
    public static readonly Option<long> RangeRows = new("--range-rows") { Hidden = true, DefaultValueFactory = _ => PlanOptions.DefaultRowsPerRange };

    static MoveOptions()
    {
        Jobs.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var jobs) || jobs is < 1 or > 64)) result.AddError("--jobs takes a number from 1 to 64.");
        });
    }

    public static MoveRequest Read(ParseResult result) => new()
    {
        From = result.GetRequiredValue(From),
        FromSchema = Has(result, FromSchema) ? result.GetRequiredValue(FromSchema) : "public",
        To = Has(result, To) ? result.GetRequiredValue(To) : "",
        Schema = Has(result, Schema) ? result.GetRequiredValue(Schema) : Has(result, MovedSchema) ? result.GetRequiredValue(MovedSchema) : "public",
        Tables = Has(result, Tables) ? [.. (result.GetValue(Tables) ?? []).SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))] : [],
        MapFile = Has(result, Map) ? result.GetValue(Map) : null,
        Accept = Has(result, Accept) ? result.GetValue(Accept) ?? [] : [],
        Names = Has(result, Names) ? result.GetRequiredValue(Names) : "exact",
        Quarantine = Has(result, Quarantine) && result.GetValue(Quarantine),
        Paranoid = Has(result, Paranoid) && result.GetValue(Paranoid),
        DryRun = Has(result, DryRun) && result.GetValue(DryRun),
        Live = Has(result, Live) && result.GetValue(Live),
        Jobs = result.GetRequiredValue(Jobs),
        Json = result.GetValue(Json),
        ShowValues = result.GetValue(ShowValues),
        CertificateFile = Has(result, Certificate) ? result.GetValue(Certificate) : Has(result, VerifiedCertificate) ? result.GetValue(VerifiedCertificate) : null,
        NotMovedFile = Has(result, NotMoved) ? result.GetValue(NotMoved) : null,
        NoHash = Has(result, NoHash) && result.GetValue(NoHash),
        RangeRows = Has(result, RangeRows) ? result.GetValue(RangeRows) : PlanOptions.DefaultRowsPerRange,
    };

    /// <summary>Whether the command at hand has the option at all.</summary>
    private static bool Has(ParseResult result, Option option) => result.CommandResult.Command.Options.Contains(option);

    private static Option<string> Choice(string name, string description, params string[] choices)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => choices[0] };
        option.AcceptOnlyFromAmong(choices);
        return option;
    }
}
