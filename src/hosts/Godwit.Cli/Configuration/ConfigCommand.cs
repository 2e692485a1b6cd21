using System.CommandLine;
using Godwit.Cli.Move;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Configuration;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Cli.Configuration;

/// <summary><c>godwit config check</c>: whether the application's configuration is as a runbook, or a file of rules, asks. No value is shown, whatever is wrong with it.</summary>
internal static class ConfigCommand
{
    private const string Kind = "config";

    private static readonly Option<string?> EnvironmentFile = new("--env-file") { Description = "The file of NAME=value lines to look at, instead of the one that the rules name or of godwit's own variables.", HelpName = "FILE" };

    private static readonly Option<string?> Rules = new("--rules") { Description = "What is asked for, instead of what a runbook's config steps and gates ask: YAML of their shape.", HelpName = "FILE" };

    private static readonly Option<string?> Setting = new("--environment") { Description = "production or development; default: what GODWIT_ENVIRONMENT says, in the file or here, else production.", HelpName = "NAME" };

    static ConfigCommand() => Setting.AcceptOnlyFromAmong("production", "development");

    public static Command Create(RunbookKinds kinds)
    {
        var check = new Command("check", "Looks whether the application's variables and files are as they have to be; shows no value.")
        { RunbookOptions.File, RunbookOptions.Set, EnvironmentFile, Rules, Setting, RunbookOptions.Json };
        check.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "config check", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console =>
            {
                var environmentFile = result.GetValue(EnvironmentFile) is { } file ? Path.GetFullPath(file) : null;
                if (result.GetValue(Rules) is null && !RunbookOptions.IsNamedOrHere(result)) return Task.FromResult(OfKnown(environmentFile, result.GetValue(Setting), console));
                if (result.GetValue(Rules) is not { } path) return OfRunbookAsync(kinds, result, environmentFile, console, cancellation);
                var (rules, findings) = ConfigRules.ReadFile(path);
                return rules is null ? Task.FromResult(console.Refuse(findings)) : LookAsync([rules], environmentFile, Path.GetDirectoryName(Path.GetFullPath(path))!, findings, console, cancellation);
            },
            cancellation, next: null));
        return new Command("config", "The application's configuration.") { check };
    }

    private static Task<int> OfRunbookAsync(RunbookKinds kinds, ParseResult result, string? environmentFile, RunConsole console, CancellationToken cancellation)
    {
        var reading = new RunbookReader(kinds).ReadFile(RunbookOptions.PathOf(result), RunbookOptions.SetOf(result));
        if (reading.Runbook is not { } runbook) return Task.FromResult(console.Refuse(reading.Findings));
        var rules = ConfigRules.Of(runbook, Kind);
        return rules.Count == 0
            ? Task.FromResult(console.Refuse([Finding.Error(FindingCodes.ConfigUnasked, $"{runbook.Name} has no config step and no config gate", null, "Give it one, or name a file of rules with --rules.")]))
            : LookAsync(rules, environmentFile, runbook.Folder, reading.Findings, console, cancellation);
    }

    /// <summary>Where nobody says what is asked for: what every application of the kind needs.</summary>
    private static int OfKnown(string? environmentFile, string? setting, RunConsole console)
    {
        Func<string, string?> find = Environment.GetEnvironmentVariable;
        var folder = ".";
        if (environmentFile is not null)
        {
            if (!File.Exists(environmentFile)) return console.Refuse([Finding.Error(FindingCodes.ConfigWrong, $"{environmentFile} is not there")]);
            if (new FileInfo(environmentFile).Length > 1024 * 1024) return console.Refuse([Finding.Error(FindingCodes.ConfigWrong, $"{environmentFile} is larger than a file of variables is")]);
            var values = DotEnvFile.Read(File.ReadAllText(environmentFile));
            find = name => values.GetValueOrDefault(name);
            folder = Path.GetDirectoryName(environmentFile)!;
        }
        setting ??= find(MasterKeySettings.EnvironmentVariable) ?? Environment.GetEnvironmentVariable(MasterKeySettings.EnvironmentVariable);
        bool production;
        try
        {
            production = MasterKeySettings.IsProduction(_ => setting);
        }
        catch (MasterKeyException e)
        {
            return console.Refuse([Finding.Error(FindingCodes.ConfigWrong, e.Message)]);
        }
        var view = KnownSettings.Look(find, file => ProcessEnvironment.ReadFile(Path.Combine(folder, file)), production);
        var askedBy = production ? "production" : "development";
        return Conclude([.. view.Wrong.Select(w => Finding.Error(FindingCodes.ConfigWrong, $"{w.Name} {w.Why} ({askedBy})"))], new SortedDictionary<string, string>(view.Evidence.ToDictionary(), StringComparer.Ordinal), console);
    }

    private static async Task<int> LookAsync(
        IReadOnlyList<ConfigRules> rules, string? environmentFile, string folder, IReadOnlyList<Finding> before, RunConsole console, CancellationToken cancellation)
    {
        var findings = new List<Finding>(before);
        var seen = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (askedBy, settings) in rules)
        {
            var view = await ConfigReview.LookAsync(environmentFile is null ? settings : settings with { EnvironmentFile = environmentFile }, folder, ProcessEnvironment.Instance, cancellation);
            if (view.Unknown is { } unknown) findings.Add(Finding.Error(FindingCodes.ConfigWrong, $"{unknown} ({askedBy})"));
            foreach (var (name, why) in view.Wrong) findings.Add(Finding.Error(FindingCodes.ConfigWrong, $"{name} {why} ({askedBy})"));
            // What one of them finds wrong is wrong, whatever the others say.
            foreach (var (name, what) in view.Evidence)
            {
                if (!seen.TryGetValue(name, out var said) || said == ConfigView.AsRequired) seen[name] = what;
            }
        }
        return Conclude(findings, seen, console);
    }

    private static int Conclude(List<Finding> findings, SortedDictionary<string, string> seen, RunConsole console)
    {
        var wrong = findings.Exists(f => f.Severity == Severity.Error);
        RunbookFindings.Print(console.Console, findings);
        foreach (var (name, what) in seen.Where(s => s.Value == ConfigView.AsRequired)) console.Console.Line($"{name}: {what}");
        if (wrong) console.Console.Line($"[red]{seen.Values.Count(v => v != ConfigView.AsRequired)} of {seen.Count} are not as required[/]");
        else console.Console.Line($"[green]All {seen.Count} are as required[/]");
        return console.Finish(new RunDocument
        {
            Outcome = wrong ? "wrong" : "passed", ExitCode = wrong ? ExitCode.Findings : ExitCode.Done, Configuration = seen,
            Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))],
        });
    }
}
