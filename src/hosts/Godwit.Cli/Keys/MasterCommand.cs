using System.CommandLine;
using System.Security.Cryptography;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Model.Findings;
using Godwit.Security.Keyring.Escrow;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Cli.Keys;

/// <summary><c>godwit keys master</c>: making the master key, giving it to several persons, and putting it together again. None of them needs a target.</summary>
internal static class MasterCommand
{
    public static Command Create()
    {
        var create = Act("create", "Makes a master key in a file that only its owner may read.", [KeyringOptions.Out], (result, console) =>
        {
            using var key = MasterKeyFile.Create(Path.GetFullPath(result.GetRequiredValue(KeyringOptions.Out)));
            return Written(console, key, [Path.GetFullPath(result.GetRequiredValue(KeyringOptions.Out))], "Take it into escrow now (`godwit keys master escrow`): without it nothing that is encrypted can be read again.");
        });
        var escrow = Act(
            "escrow", "Splits the master key that is configured here into shares, so that some of them together restore it and fewer tell nothing of it.",
            [KeyringOptions.Count, KeyringOptions.Threshold, KeyringOptions.Folder], (result, console) => Split(result, console));
        var restore = Act("restore", "Puts the master key together from the files of its shares.", [KeyringOptions.Shares, KeyringOptions.Out], (result, console) => Restore(result, console));
        return new Command("master", "The master key that wraps all others.") { create, escrow, restore };
    }

    private static int Split(ParseResult result, RunConsole console)
    {
        var (count, threshold) = (result.GetRequiredValue(KeyringOptions.Count), result.GetRequiredValue(KeyringOptions.Threshold));
        if (threshold > count) return console.Refuse([Finding.Error(FindingCodes.MasterKeyMissing, $"{threshold} of {count} shares can never be brought together: --threshold is more than --shares")], ExitCode.Usage);
        using var master = MasterKeySettings.Load(Environment.GetEnvironmentVariable);
        if (master.IsDevelopment) return console.Refuse([Finding.Error(FindingCodes.MasterKeyMissing, "a developer's master key is not one to keep in escrow: set GODWIT_MASTER_KEY_FILE")]);
        var folder = Path.GetFullPath(result.GetRequiredValue(KeyringOptions.Folder));
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            return console.Refuse([Finding.Error(FindingCodes.AlreadyThere, $"{folder} is not empty; nothing was written", null, "Name a folder of its own for the shares.")]);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var files = new List<string>();
        foreach (var share in MasterKeyEscrow.Split(master.Current, threshold, count))
        {
            using (share)
            {
                var path = Path.Combine(folder, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"share-{share.Number:000}-of-{count:000}.txt"));
                Write(path, share);
                files.Add(path);
            }
        }
        return Written(console, master.Current, files, $"Give each file to another person, and remove the folder: {threshold} of them restore the key.");
    }

    private static int Restore(ParseResult result, RunConsole console)
    {
        var shares = new List<EscrowShare>();
        try
        {
            foreach (var path in result.GetRequiredValue(KeyringOptions.Shares)) shares.Add(Read(path));
            using var key = MasterKeyEscrow.Restore(shares);
            var file = Path.GetFullPath(result.GetRequiredValue(KeyringOptions.Out));
            MasterKeyFile.Save(file, key);
            return Written(console, key, [file], "Set GODWIT_MASTER_KEY_FILE to it.");
        }
        catch (EscrowException e)
        {
            return console.Refuse([Finding.Error(FindingCodes.MasterKeyMissing, e.Message)]);
        }
        finally
        {
            foreach (var share in shares) share.Dispose();
        }
    }

    private static EscrowShare Read(string path)
    {
        // A share itself has no place among arguments, which every user of the machine can read.
        if (!File.Exists(path)) throw new EscrowException(path.StartsWith("godwit-share-", StringComparison.OrdinalIgnoreCase) ? "a share is given by its file, and not as an argument, which others can read" : $"there is no file {path}");
        if (new FileInfo(path).Length > 4096) throw new EscrowException($"{path} is larger than a share is");
        var text = File.ReadAllBytes(path);
        try
        {
            return EscrowShare.Parse(text);
        }
        catch (EscrowException e)
        {
            throw new EscrowException($"{path}: {e.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private static void Write(string path, EscrowShare share)
    {
        var text = share.ToText();
        try
        {
            using var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite, BufferSize = 0 });
            stream.Write(text);
            stream.Write("\n"u8);
            stream.Flush(flushToDisk: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private static int Written(RunConsole console, LocalMasterKey key, IReadOnlyList<string> files, string next)
    {
        foreach (var file in files) console.Console.Line($"{file}");
        console.Console.Line($"Master key {key.Id}. {next}");
        return console.Finish(new RunDocument { Outcome = "written", ExitCode = ExitCode.Done, MasterKey = key.Id, Files = files, Next = next });
    }

    private static Command Act(string name, string description, IReadOnlyList<Symbol> more, Func<ParseResult, RunConsole, int> act)
    {
        var command = new Command(name, description) { RunbookOptions.Json };
        foreach (var symbol in more)
        {
            if (symbol is Argument argument) command.Arguments.Add(argument);
            else command.Options.Add((Option)symbol);
        }
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            $"keys master {name}", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration, console => KeysCommand.RefuseAsync(console, () => Task.FromResult(act(result, console))), cancellation, next: null));
        return command;
    }
}
