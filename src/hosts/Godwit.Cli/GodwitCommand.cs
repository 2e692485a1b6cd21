using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Godwit.Cli.Adoption;
using Godwit.Cli.Anonymise;
using Godwit.Cli.Audit;
using Godwit.Cli.Backups;
using Godwit.Cli.Certificates;
using Godwit.Cli.Configuration;
using Godwit.Cli.Demo;
using Godwit.Cli.Dev;
using Godwit.Cli.Journal;
using Godwit.Cli.Keys;
using Godwit.Cli.Load;
using Godwit.Cli.Move;
using Godwit.Cli.Notices;
using Godwit.Cli.People;
using Godwit.Cli.Rehearsals;
using Godwit.Cli.Reports;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Cli.Sample;
using Godwit.Cli.Secrets;
using Godwit.Cli.Serve;
using Godwit.Cli.Uninstalling;
using Godwit.Engine.Runbooks;

namespace Godwit.Cli;

/// <summary>The command line as a whole. A group of commands is a folder; it is registered here by one line.</summary>
public static class GodwitCommand
{
    public static RootCommand Create() => Create(Kinds.All);

    /// <param name="kinds">The kinds of steps and gates that runbooks may use.</param>
    internal static RootCommand Create(RunbookKinds kinds)
    {
        var root = new RootCommand("Moves a SQLite database into PostgreSQL and proves that nothing was lost.");
        foreach (var command in MoveCommand.Create(kinds)) root.Subcommands.Add(command);
        foreach (var command in RunbookCommands.Create(kinds)) root.Subcommands.Add(command);
        foreach (var command in RunCommands.Create(kinds)) root.Subcommands.Add(command);
        root.Subcommands.Add(NoticesCommand.Create(kinds));
        root.Subcommands.Add(BackupCommand.Create(kinds));
        foreach (var command in SigningCommands.Create(kinds)) root.Subcommands.Add(command);
        root.Subcommands.Add(KeysCommand.Create(kinds));
        root.Subcommands.Add(AdminCommand.Create(kinds));
        root.Subcommands.Add(SecretsCommand.Create());
        root.Subcommands.Add(RehearseCommand.Create(kinds));
        root.Subcommands.Add(AnonymiseCommand.Create(kinds));
        root.Subcommands.Add(ReportCommand.Create(kinds));
        root.Subcommands.Add(ConfigCommand.Create(kinds));
        root.Subcommands.Add(AuditCommand.Create(kinds));
        root.Subcommands.Add(SmokeCommand.Create());
        root.Subcommands.Add(LoadCommand.Create());
        root.Subcommands.Add(AdoptCommand.Create(kinds));
        root.Subcommands.Add(UninstallCommand.Create(kinds));
        root.Subcommands.Add(CertificateCommand.Create(kinds));
        root.Subcommands.Add(JournalCommand.Create());
        root.Subcommands.Add(SampleCommand.Create());
        root.Subcommands.Add(DemoCommand.Create());
        root.Subcommands.Add(ServeCommand.Create());
        root.Subcommands.Add(DevCommand.Create());
        return root;
    }

    /// <summary>An option that a command does not have, and that the library takes for the file that the command is about.</summary>
    private static string? FindUnknownOption(ParseResult parsed) => parsed.Action is HelpAction ? null : parsed.CommandResult.Children.OfType<ArgumentResult>()
        .SelectMany(a => a.Tokens).Select(t => t.Value).FirstOrDefault(t => t.StartsWith('-') && t.Length > 1);

    /// <summary>Runs one command line to its end and returns its exit code; nothing is thrown.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        var parsed = Create().Parse(arguments);
        // The library returns 1 for a parse error, and prints its help where results belong.
        var misused = parsed.Action is ParseErrorAction;
        if (!misused && FindUnknownOption(parsed) is { } unknown)
        {
            await error.WriteLineAsync($"There is no option {unknown}; --help lists those that are.");
            return ExitCode.Usage;
        }
        var configuration = new InvocationConfiguration
        {
            Output = misused ? error : output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            // Signals are the program's: the library would end the process with the signal's code before a command has said how to go on.
            ProcessTerminationTimeout = null,
        };
        try
        {
            var code = await parsed.InvokeAsync(configuration, cancellationToken);
            return misused ? ExitCode.Usage : code;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("godwit: interrupted");
            return ExitCode.Fault;
        }
        catch (Exception fault)
        {
            await error.WriteLineAsync($"godwit: {fault.Message}");
            if (Environment.GetEnvironmentVariable("GODWIT_TRACE") is not null)
                await error.WriteLineAsync(fault.ToString());
            return ExitCode.Fault;
        }
    }
}
