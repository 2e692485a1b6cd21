using System.CommandLine;
using Godwit.Cli.Live;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Moves;

namespace Godwit.Cli.Move;

/// <summary>The commands about moving a database: <c>move</c>, <c>resume</c>, <c>verify</c>, <c>profile</c>, <c>abort</c>.</summary>
internal static class MoveCommand
{
    public static IEnumerable<Command> Create(RunbookKinds kinds)
    {
        yield return Act(
            new Command("move", "Moves a SQLite database, or a schema of a PostgreSQL database, into PostgreSQL, verifies it and certifies the result.")
            {
                MoveOptions.From, MoveOptions.FromSchema, MoveOptions.To, MoveOptions.Schema, MoveOptions.Tables, MoveOptions.Map, MoveOptions.Accept, MoveOptions.Names,
                MoveOptions.Quarantine, MoveOptions.Paranoid, MoveOptions.DryRun, MoveOptions.Live, MoveOptions.Jobs, MoveOptions.Certificate, MoveOptions.NotMoved,
                MoveOptions.Json, MoveOptions.ShowValues, MoveOptions.NoHash, MoveOptions.RangeRows,
            },
            (request, console, token) => request.Live ? Task.FromResult(LiveRunbookFile.Write(request, console)) : new MoveSession(request, console).RunAsync(token));
        yield return Act(
            new Command("verify", "Verifies a moved database against its source: every row of both sides, keys, constraints, sequences, the schema.")
            {
                MoveOptions.From, MoveOptions.FromSchema, MoveOptions.To, MoveOptions.MovedSchema, MoveOptions.Paranoid, MoveOptions.Jobs, MoveOptions.VerifiedCertificate, MoveOptions.Json, MoveOptions.ShowValues,
            },
            (request, console, token) => new VerifySession(request, console).RunAsync(token));
        yield return Act(
            new Command("profile", "Reads a source and shows which types its columns would get, and why. Needs no target.")
            {
                MoveOptions.From, MoveOptions.FromSchema, MoveOptions.Tables, MoveOptions.Map, MoveOptions.Accept, MoveOptions.Names, MoveOptions.Quarantine, MoveOptions.Jobs, MoveOptions.NotMoved,
                MoveOptions.Json, MoveOptions.ShowValues,
            },
            (request, console, token) => new ProfileSession(request, console).RunAsync(token));
        yield return ResumeCommand.Create(kinds);
        yield return AbortCommand.Create(kinds);
    }

    private static Command Act(Command command, Func<MoveRequest, MoveConsole, CancellationToken, Task<int>> act)
    {
        command.SetAction((result, cancellation) =>
        {
            var request = MoveOptions.Read(result);
            var configuration = result.InvocationConfiguration;
            return Guarded(request.Json, command.Name, new MoveConsole(configuration.Output, configuration.Error, request.Json, request.ShowValues), console => act(request, console, cancellation), configuration.Error, cancellation);
        });
        return command;
    }

    /// <summary>Turns what is thrown into an exit code, a sentence and, with <c>--json</c>, a document.</summary>
    internal static async Task<int> Guarded(
        bool json, string command, MoveConsole console, Func<MoveConsole, Task<int>> act, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            using var lastResort = LastResort.Watch(console, "interrupted", cancellation);
            return await act(console);
        }
        catch (Exception fault)
        {
            // Whatever else broke while everything was being stopped, it was stopped.
            var interrupted = cancellation.IsCancellationRequested && fault is not LeaseLostException;
            var message = interrupted ? "interrupted" : FaultText.Of(fault);
            var next = fault is LeaseLostException ? "The other runner goes on with it." : console.HowToGoOn;
            if (!json) await error.WriteLineAsync($"godwit: {message}\n        {next}");
            if (Environment.GetEnvironmentVariable("GODWIT_TRACE") is not null) await error.WriteLineAsync(fault.ToString());
            return console.Finish(new MoveDocument
            {
                Command = command,
                Outcome = interrupted ? "interrupted" : "fault",
                ExitCode = ExitCode.Fault,
                Fault = message,
                Next = next,
            });
        }
        finally
        {
            RunPointer.Tidy();
        }
    }
}
