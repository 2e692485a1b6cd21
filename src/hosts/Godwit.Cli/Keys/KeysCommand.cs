using System.CommandLine;
using Godwit.Cli.People;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Cli.Keys;

/// <summary><c>godwit keys</c>: the keyring of a target, the master key that wraps it, and the keys of people.</summary>
internal static class KeysCommand
{
    internal const string Next = "What was done is in the keyring: `godwit keys list` shows it. The same command again goes on.";

    public static Command Create(RunbookKinds kinds) => new("keys", "The keyring of a target, its master key, and the keys of people.")
    {
        Act(kinds, "list", "Lists every key of the keyring and its state.", [], (session, _, token) => session.ListAsync(status: false, token)),
        Act(kinds, "status", "Shows how old each key is by the 90-day policy, how much of its budget is used, and who unwrapped it; ends with 1 when one is overdue.", [], (session, _, token) => session.ListAsync(status: true, token)),
        Act(kinds, "create", "Makes the first key of a purpose.", [KeyringOptions.Purpose], (session, result, token) => session.CreateAsync(PurposeOf(result), token)),
        Act(kinds, "announce", "Makes the next key of a purpose, known to every host and used by none.", [KeyringOptions.Purpose], (session, result, token) => session.AnnounceAsync(PurposeOf(result), token)),
        Act(kinds, "activate", "Has the announced key of a purpose write from now on; refused while a host does not know it.", [KeyringOptions.Purpose], (session, result, token) => session.ActivateAsync(PurposeOf(result), token)),
        Act(
            kinds, "rotate", "Announces the next key of a purpose, waits until every host knows it, and has it write.", [KeyringOptions.Purpose, KeyringOptions.Patience],
            (session, result, token) => session.RotateAsync(PurposeOf(result), TimeSpan.FromSeconds(result.GetValue(KeyringOptions.Patience)), token)),
        Act(kinds, "retire", "Takes a key out of use; refused while something needs it.", [KeyringOptions.Id], (session, result, token) => session.RetireAsync(IdOf(result), token)),
        Act(kinds, "destroy", "Removes the bytes of a retired key for good.", [KeyringOptions.Id], (session, result, token) => session.DestroyAsync(IdOf(result), token)),
        Act(kinds, "rewrap", "Wraps every key under the current master key, and persons' keys under the active key for persons.", [], (session, _, token) => session.RewrapAsync(token)),
        ColumnCommand.Create(kinds),
        MasterCommand.Create(),
        PersonCommand.Create(kinds),
    };

    private static KeyPurpose PurposeOf(ParseResult result) => KeyPurpose.Of(result.GetRequiredValue(KeyringOptions.Purpose));

    private static KeyId IdOf(ParseResult result) => KeyId.TryParse(result.GetRequiredValue(KeyringOptions.Id), out var id) ? id : throw new InvalidOperationException("the id was looked at before");

    private static Command Act(RunbookKinds kinds, string name, string description, IReadOnlyList<Symbol> more, Func<KeyringSession, ParseResult, CancellationToken, Task<int>> act)
    {
        var command = new Command(name, description) { KeyringOptions.Runbook, RunCommands.Target, RunbookOptions.Json };
        foreach (var symbol in more)
        {
            if (symbol is Argument argument) command.Arguments.Add(argument);
            else command.Options.Add((Option)symbol);
        }
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            $"keys {name}", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => RefuseAsync(console, () => act(new KeyringSession(kinds, RunbookOptions.FileOf(result.GetRequiredValue(KeyringOptions.Runbook)), result.GetValue(RunCommands.Target), console), result, cancellation)),
            cancellation, Next));
        return command;
    }

    /// <summary>What a keyring or a master key refuses is a finding; what may succeed later waits for somebody.</summary>
    internal static async Task<int> RefuseAsync(RunConsole console, Func<Task<int>> act)
    {
        try
        {
            return await act();
        }
        catch (KeyringException e)
        {
            return console.Refuse([Finding.Error(FindingCodes.KeyringRefused, e.Message)], e.MayRetry ? ExitCode.Paused : ExitCode.Findings);
        }
        catch (MasterKeyException e)
        {
            return console.Refuse([Finding.Error(FindingCodes.MasterKeyMissing, e.Message)], e.MayRetry ? ExitCode.Fault : ExitCode.Findings);
        }
    }
}
