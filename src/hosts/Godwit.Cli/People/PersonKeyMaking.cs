using Godwit.Cli.Runs;
using Godwit.Model.Findings;
using Godwit.Security.Signing;

namespace Godwit.Cli.People;

/// <summary><c>godwit keys person new</c>: the private key stays here.</summary>
internal static class PersonKeyMaking
{
    public static int Make(string name, string? file, string? publicFile, RunConsole console)
    {
        var path = Path.GetFullPath(file ?? PersonKeys.PathOf(name));
        if (publicFile is not null && Path.Exists(publicFile)) return console.Refuse([Finding.Error(FindingCodes.AlreadyThere, $"{publicFile} is already there; nothing was made", null, "Name another file.")]);
        try
        {
            using var key = PrivateKeyFile.Create(path);
            if (publicFile is not null) File.WriteAllText(publicFile, key.Public.Jwk + "\n");
            console.Print(key.Public.Jwk + "\n");
            console.Note($"The private key of {name} is in {path}, for nobody else to read. An administrator pins the line above:");
            console.Note($"  godwit keys person add \"{name}\" --public-key FILE --role ROLE");
            return console.Finish(new RunDocument
            {
                Outcome = "written", ExitCode = ExitCode.Done, File = path, Key = key.Public.Jwk, Next = $"godwit keys person add \"{name}\" --public-key FILE --role ROLE",
            });
        }
        catch (SigningKeyException fault)
        {
            return console.Refuse([Finding.Error(FindingCodes.PersonKey, fault.Message, null, "Name another file with --key.")]);
        }
    }
}
