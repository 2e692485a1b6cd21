using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Godwit.Cli.Runbooks;
using Godwit.Security.Keyring;

namespace Godwit.Cli.Keys;

/// <summary>Arguments and options of the commands about keys.</summary>
internal static class KeyringOptions
{
    public static readonly Argument<string> Purpose = new("purpose") { Description = "What the key is for: data, index, pepper, token, mail, person, or a module's own word.", HelpName = "PURPOSE" };

    public static readonly Argument<string> Id = new("id") { Description = "The key, as `godwit keys list` shows it.", HelpName = "ID" };

    public static readonly Argument<string[]> Shares = new("share") { Description = "Files with a share each, as many as restore the key.", HelpName = "SHARE", Arity = ArgumentArity.OneOrMore };

    public static readonly Option<string> Out = new("--out") { Description = "Where it goes; nothing is overwritten.", HelpName = "FILE", Required = true };

    public static readonly Option<string> Folder = new("--out") { Description = "The folder for the shares, one file for each person.", HelpName = "FOLDER", Required = true };

    public static readonly Option<int> Count = new("--shares") { Description = "How many persons get a share, 2 to 255.", HelpName = "N", Required = true };

    public static readonly Option<int> Threshold = new("--threshold") { Description = "How many of them restore the key, at least 2.", HelpName = "K", Required = true };

    public static readonly Option<int> Patience = new("--wait") { Description = "Seconds to wait for hosts that have yet to load the next key.", HelpName = "SECONDS", DefaultValueFactory = _ => 120 };

    public static readonly Option<string> Runbook = new("--runbook") { Description = $"The runbook whose target it is; default: {RunbookOptions.FileName} here.", HelpName = "FILE", DefaultValueFactory = _ => RunbookOptions.FileName };

    static KeyringOptions()
    {
        Purpose.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && PurposeFault(result.Tokens[0].Value) is { } fault) result.AddError(fault);
        });
        Id.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !KeyId.TryParse(result.Tokens[0].Value, out _)) result.AddError($"{result.Tokens[0].Value} is no key's id: it has 32 hexadecimal digits in lower case, as `godwit keys list` shows it");
        });
        Count.Validators.Add(result => Check(result, 2, 255));
        Threshold.Validators.Add(result => Check(result, 2, 255));
        Patience.Validators.Add(result => Check(result, 0, 86_400));
    }

    private static void Check(OptionResult result, int least, int most)
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && (value < least || value > most)) result.AddError($"{result.IdentifierToken?.Value} takes {least} to {most}");
    }

    private static string? PurposeFault(string text)
    {
        try
        {
            _ = KeyPurpose.Of(text);
            return null;
        }
        catch (ArgumentException)
        {
            return $"{text} is no purpose: a lower-case letter and up to 31 of lower-case letters, digits and hyphens";
        }
    }
}
