using System.CommandLine;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Runbooks;

namespace Godwit.Cli.People;

/// <summary><c>godwit keys person</c>: key pairs of people, and which of them are pinned in a target.</summary>
internal static class PersonCommand
{
    internal static readonly Argument<string> Name = new("name") { Description = "The person, as everybody knows them.", HelpName = "NAME" };

    private static readonly Option<string?> Key = new("--key") { Description = "Where the private key goes; default: people/NAME.pem in GODWIT_HOME.", HelpName = "FILE" };

    private static readonly Option<string?> Out = new("--out") { Description = "Write the public key into this file too.", HelpName = "FILE" };

    internal static readonly Option<string> PublicKey = new("--public-key") { Description = "The person's public key (JWK or PEM).", HelpName = "FILE", Required = true };

    private static readonly Option<string[]> Role = new("--role") { Description = "A role that the person has. Repeatable.", HelpName = "ROLE", Required = true, AllowMultipleArgumentsPerToken = false };

    private static readonly Option<string> Because = new("--because") { Description = "Why; kept with the register.", HelpName = "REASON", Required = true };

    internal static readonly Option<string> Runbook = new("--runbook") { Description = $"The runbook whose target it is; default: {RunbookOptions.FileName} here.", HelpName = "FILE", DefaultValueFactory = _ => RunbookOptions.FileName };

    static PersonCommand()
    {
        Name.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && PersonKeys.Fault("a name", result.Tokens[0].Value) is { } fault) result.AddError(fault);
        });
        Role.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (PersonKeys.Fault("a role", token.Value) is { } fault) result.AddError(fault);
            }
            if (result.Tokens.Count > Engine.People.Person.MostRoles) result.AddError($"a person has at most {Engine.People.Person.MostRoles} roles");
        });
        Because.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (string.IsNullOrWhiteSpace(result.Tokens[0].Value) || result.Tokens[0].Value.Length > 500)) result.AddError("--because takes a reason of at most 500 characters");
        });
    }

    public static Command Create(RunbookKinds kinds)
    {
        var made = new Command("new", "Makes a key pair on this machine, and prints the public key for an administrator to pin.") { Name, Key, Out, RunbookOptions.Json };
        made.SetAction((result, cancellation) => RunCommands.GuardAsync(
            "keys person new", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => Task.FromResult(PersonKeyMaking.Make(result.GetRequiredValue(Name), result.GetValue(Key), result.GetValue(Out), console)), cancellation, next: null));
        return new Command("person", "People and their keys.")
        {
            made,
            Act(kinds, "add", "Pins a person's public key with roles in the target; the same key again gives its person other roles.", [Name, PublicKey, Role], (register, result, token) =>
                register.AddAsync(result.GetRequiredValue(Name), result.GetRequiredValue(PublicKey), result.GetRequiredValue(Role), token)),
            Act(kinds, "retire", "From now on a person's key signs nothing that counts; it is never valid again.", [Name, Because], (register, result, token) =>
                register.RetireAsync(result.GetRequiredValue(Name), result.GetRequiredValue(Because), token)),
            Act(kinds, "list", "Lists who is pinned, and who was.", [], (register, _, token) => register.ListAsync(null, token)),
            Act(kinds, "show", "Shows a person's keys and roles, and when they were valid.", [Name], (register, result, token) => register.ListAsync(result.GetRequiredValue(Name), token)),
        };
    }

    private static Command Act(RunbookKinds kinds, string name, string description, IReadOnlyList<Symbol> more, Func<RegisterSession, ParseResult, CancellationToken, Task<int>> act)
    {
        var command = new Command(name, description) { Runbook, RunCommands.Target, RunbookOptions.Json };
        foreach (var symbol in more)
        {
            if (symbol is Argument argument) command.Arguments.Add(argument);
            else command.Options.Add((Option)symbol);
        }
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            $"keys person {name}", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => act(new RegisterSession(kinds, RunbookOptions.FileOf(result.GetRequiredValue(Runbook)), result.GetValue(RunCommands.Target), console), result, cancellation), cancellation, next: null));
        return command;
    }
}
