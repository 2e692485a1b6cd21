using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Documents.Shapes;
using Godwit.Engine.Backups;
using Godwit.Engine.Backups.PgBackRest;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Backups;

/// <summary>What the commands about backups share: the runbook whose settings hold, and options in their place.</summary>
internal static partial class BackupOptions
{
    public static readonly Option<string?> Runbook = new("--runbook") { Description = $"The runbook whose `backups` and target hold; default: {RunbookOptions.FileName} here, if there is one.", HelpName = "FILE" };

    public static readonly Option<string?> Target = new("--target") { Description = "The database, instead of the runbook's target.", HelpName = "URL" };

    public static readonly Option<string?> Source = new("--source") { Description = "A SQLite database, instead of a target.", HelpName = "FILE" };

    public static readonly Option<string[]> Destination = new("--destination") { Description = "A folder that gets a whole copy, instead of the runbook's. Repeatable.", HelpName = "FOLDER", AllowMultipleArgumentsPerToken = false };

    public static readonly Option<string?> KeyFile = new("--key-file") { Description = "A file (mode 0600) with the key: 32 bytes in hexadecimal or base64; default: the key in GODWIT_HOME, made on first use.", HelpName = "FILE" };

    public static readonly Option<string?> KeyEnvironment = new("--key-env") { Description = "The variable that holds the key.", HelpName = "NAME" };

    public static readonly Option<string?> Staging = new("--staging") { Description = "Where the dump is before it is encrypted, and where backups are tried out.", HelpName = "FOLDER" };

    public static readonly Option<int?> Jobs = new("--jobs") { Description = "How many tables at once.", HelpName = "N" };

    public static readonly Option<string?> Method = new("--method") { Description = "logical (pg_dump) or physical (pg_basebackup).", HelpName = "METHOD" };

    public static readonly Option<string?> Stanza = new("--stanza") { Description = "The stanza of pgBackRest that takes and keeps physical backups.", HelpName = "NAME" };

    public static readonly Option<string?> StanzaConfig = new("--pgbackrest-config") { Description = "pgBackRest's configuration file; default: the one that pgBackRest finds.", HelpName = "FILE" };

    static BackupOptions()
    {
        Jobs.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() is < 1 or > 64) r.AddError("--jobs takes 1 to 64.");
        });
        Method.AcceptOnlyFromAmong("logical", "physical");
        Stanza.Validators.Add(r =>
        {
            if (r.Tokens.Count > 0 && !StanzaName().IsMatch(r.Tokens[0].Value)) r.AddError("--stanza takes a stanza's name: letters, digits, '_', '-' and '.'.");
        });
    }

    /// <summary>How a backup is taken.</summary>
    public static IEnumerable<Option> Methods => [Method, Stanza, StanzaConfig];

    public static void CheckMethods(CommandResult result)
    {
        if ((result.GetValue(Stanza) ?? result.GetValue(StanzaConfig)) is not null && result.GetValue(Method) == "logical") result.AddError("--stanza and --pgbackrest-config are for physical backups.");
    }

    public static IEnumerable<Option> Places => [Runbook, RunbookOptions.Set, Destination, KeyFile, KeyEnvironment, Staging, Jobs, Move.MoveOptions.Json];

    /// <summary>The settings that hold, the runbook if there is one, and what is wrong.</summary>
    public static (BackupPlace? Place, Runbook? Runbook, IReadOnlyList<Finding> Findings) Resolve(ParseResult result, RunbookKinds kinds, string home)
    {
        var (runbook, findings) = Read(result, kinds);
        if (findings.Any(f => f.Severity == Severity.Error)) return (null, runbook, findings);
        var settings = runbook?.Backups is { } backups ? BackupSettings.Read(backups) : new BackupSettings();
        var here = Directory.GetCurrentDirectory();
        if (result.GetValue(Destination) is { Length: > 0 } given) settings = settings with { Destinations = [.. given.Select(d => new ValueFrom(Literal: Path.GetFullPath(d, here)))] };
        if (result.GetValue(KeyFile) is { } file) settings = settings with { Key = new ValueFrom(File: Path.GetFullPath(file, here)) };
        if (result.GetValue(KeyEnvironment) is { } variable) settings = settings with { Key = new ValueFrom(Environment: variable) };
        if (result.GetValue(Staging) is { } staging) settings = settings with { Staging = new ValueFrom(Literal: Path.GetFullPath(staging, here)) };
        if (result.GetValue(Jobs) is { } jobs) settings = settings with { Jobs = jobs };
        if (result.CommandResult.Command.Options.Contains(Method) && result.GetValue(Method) is { } method) settings = settings with { Method = method == "physical" ? BackupMethod.Physical : BackupMethod.Logical };
        if (result.CommandResult.Command.Options.Contains(Stanza))
        {
            // What an option does not name stays as the runbook has it.
            if (result.GetValue(Stanza) is { } stanza) settings = settings with { Method = BackupMethod.Physical, PgBackRest = (settings.PgBackRest ?? new PgBackRestSettings(stanza)) with { Stanza = stanza } };
            if (result.GetValue(StanzaConfig) is { } config)
            {
                if (settings.PgBackRest is not { } repository) return (null, runbook, [.. findings, Finding.Error(FindingCodes.BackupPlaceWrong, "--pgbackrest-config is given, and no stanza", null, "Name it with --stanza, or in the runbook's `backups: pgbackrest:`.")]);
                settings = settings with { PgBackRest = repository with { Config = Path.GetFullPath(config, here) } };
            }
        }
        var (place, wrong) = BackupPlace.Resolve(settings, runbook?.Folder ?? here, ProcessEnvironment.Instance, home);
        return (place, runbook, [.. findings, .. wrong]);
    }

    [GeneratedRegex($@"^{PgBackRestSettings.StanzaPattern}\z")]
    private static partial Regex StanzaName();

    private static (Runbook? Runbook, IReadOnlyList<Finding> Findings) Read(ParseResult result, RunbookKinds kinds)
    {
        var path = result.GetValue(Runbook) ?? (File.Exists(RunbookOptions.FileName) ? RunbookOptions.FileName : null);
        if (path is null) return (null, []);
        if (Directory.Exists(path)) path = Path.Combine(path, RunbookOptions.FileName);
        var reading = new RunbookReader(kinds).ReadFile(path, RunbookOptions.SetOf(result));
        return (reading.Runbook, [.. reading.Findings.Where(f => f.Severity == Severity.Error)]);
    }
}
