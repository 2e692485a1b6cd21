using System.CommandLine;
using System.Text.RegularExpressions;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Configuration;
using Godwit.Model.Findings;
using Godwit.Security.Secrets;

namespace Godwit.Cli.Secrets;

/// <summary><c>godwit secrets</c>: makes and rotates the application's secrets in its file of variables. A value goes into that file, or to the output where it is asked for, and nowhere else.</summary>
internal static partial class SecretsCommand
{
    private static readonly string[] s_known = ["SECRET_KEY", "JWT_SECRET_KEY", "API_KEY_PEPPER"];

    private static readonly Argument<string[]> Names = new("name") { Description = $"The variables; default: {string.Join(", ", s_known)}.", HelpName = "NAME", Arity = ArgumentArity.ZeroOrMore };

    private static readonly Argument<string> Name = new("name") { Description = "The variable.", HelpName = "NAME" };

    private static readonly Option<string?> Into = new("--env-file") { Description = "The file of NAME=value lines that gets them; it is made when it is not there.", HelpName = "FILE" };

    private static readonly Option<string> In = new("--env-file") { Description = "The file of NAME=value lines that holds it.", HelpName = "FILE", Required = true };

    private static readonly Option<bool> Print = new("--print") { Description = "Print NAME=value lines, and write no file." };

    static SecretsCommand()
    {
        Names.Validators.Add(result =>
        {
            foreach (var token in result.Tokens) Check(token.Value, result.AddError);
        });
        Name.Validators.Add(result =>
        {
            foreach (var token in result.Tokens) Check(token.Value, result.AddError);
        });
    }

    public static Command Create()
    {
        var generate = new Command("generate", "Makes the secrets that are not set yet; what is set stays.") { Names, Into, Print, RunbookOptions.Json };
        generate.Validators.Add(result =>
        {
            if (result.GetValue(Print) == result.GetValue(Into) is not null) result.AddError("Name the file that gets the secrets (--env-file), or print them (--print).");
        });
        Act(generate, (result, console) => Generate(result.GetValue(Names) is { Length: > 0 } names ? names : s_known, result.GetValue(Into), result, console));
        var rotate = new Command("rotate", "Makes the next value of a secret; the former stays beside it as NAME_PREVIOUS until `secrets retire`.") { Name, In, RunbookOptions.Json };
        Act(rotate, (result, console) =>
        {
            var name = result.GetRequiredValue(Name);
            new SecretsFile(result.GetRequiredValue(In)).Rotate(name, Make);
            return Done(console, result.GetRequiredValue(In), new Dictionary<string, string>(StringComparer.Ordinal) { [name] = "made", [name + SecretsFile.PreviousSuffix] = "kept" },
                $"godwit secrets retire {name}", $"Restart what reads them. Once nothing rests on the former value any more: `godwit secrets retire {name}`.");
        });
        var retire = new Command("retire", "Ends the overlap of a rotation: NAME_PREVIOUS goes.") { Name, In, RunbookOptions.Json };
        Act(retire, (result, console) =>
        {
            var name = result.GetRequiredValue(Name);
            new SecretsFile(result.GetRequiredValue(In)).Retire(name);
            return Done(console, result.GetRequiredValue(In), new Dictionary<string, string>(StringComparer.Ordinal) { [name] = "kept", [name + SecretsFile.PreviousSuffix] = "removed" }, null, "Restart what reads them.");
        });
        return new Command("secrets", "The application's secrets.") { generate, rotate, retire };
    }

    private static int Generate(IReadOnlyList<string> names, string? file, ParseResult result, RunConsole console)
    {
        var distinct = names.Distinct(StringComparer.Ordinal).ToList();
        if (file is not null)
        {
            var made = new SecretsFile(file).Generate(distinct, Make);
            return Done(console, file, made.ToDictionary(m => m.Key, m => m.Value ? "made" : "kept", StringComparer.Ordinal), null, "What was set stays; `godwit config check` says whether it is any good.");
        }
        // With --json too: whoever asks for values to be printed reads them from the lines, and documents are kept.
        foreach (var name in distinct) result.InvocationConfiguration.Output.WriteLine($"{name}={Make()}");
        return result.GetValue(RunbookOptions.Json) ? ExitCode.Done : console.Finish(new RunDocument { Outcome = "printed", ExitCode = ExitCode.Done });
    }

    private static int Done(RunConsole console, string file, IReadOnlyDictionary<string, string> secrets, string? next, string note)
    {
        foreach (var (name, what) in secrets) console.Console.Line($"{name}: {what}");
        console.Note(note);
        return console.Finish(new RunDocument { Outcome = "done", ExitCode = ExitCode.Done, File = Path.GetFullPath(file), Secrets = secrets, Next = next });
    }

    private static string Make() => SecretGenerator.Create();

    private static void Act(Command command, Func<ParseResult, RunConsole, int> act) => command.SetAction((result, cancellation) => RunCommands.GuardAsync(
        $"secrets {command.Name}", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
        console =>
        {
            try
            {
                return Task.FromResult(act(result, console));
            }
            catch (SecretsFileException e)
            {
                return Task.FromResult(console.Refuse([Finding.Error(FindingCodes.SecretRefused, e.Message)]));
            }
        },
        cancellation, next: null));

    private static void Check(string name, Action<string> refuse)
    {
        if (!VariableName().IsMatch(name)) refuse($"{name} is no name of a variable: letters, digits and _");
        else if (name.EndsWith(SecretsFile.PreviousSuffix, StringComparison.Ordinal)) refuse($"{name} is what a rotation keeps: name the secret itself");
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,100}$", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();
}
