using Godwit.Engine.People;
using Godwit.Model.Findings;
using Godwit.Security.Signing;

namespace Godwit.Cli.People;

/// <summary>Private keys of people: one file each in people/ of GODWIT_HOME, or wherever its owner keeps it. They never leave that machine, and nothing prints them.</summary>
internal static class PersonKeys
{
    private const string Extension = ".pem";

    private const int LongestFile = 16 * 1024;

    public static string Folder => Path.Combine(GodwitHome.Folder(), "people");

    public static string PathOf(string name) => Path.Combine(Folder, name.ToLowerInvariant().Replace(' ', '-') + Extension);

    /// <summary>The key that was named, that of the person who was named, or the only one that is here.</summary>
    public static (SigningKey? Key, Finding? Finding) Load(string? file, string? name)
    {
        if (file is null && name is null)
        {
            var here = Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*" + Extension).Order(StringComparer.Ordinal).ToList() : [];
            if (here.Count != 1)
                return (null, Unusable(here.Count == 0 ? $"there is no private key in {Folder}" : $"there are {here.Count} private keys in {Folder}", here.Count == 0 ? "`godwit keys person new NAME` makes one." : "Say whose with --as NAME, or name the file with --key."));
            file = here[0];
        }
        try
        {
            return (PrivateKeyFile.Load(file ?? PathOf(name!)), null);
        }
        catch (SigningKeyException fault)
        {
            return (null, Unusable(fault.Message, null));
        }
    }

    public static (EcPublicKey? Key, Finding? Finding) ReadPublic(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LongestFile) throw new SigningKeyException("it is too large for a key");
            var text = File.ReadAllText(path);
            return (text.TrimStart().StartsWith('{') ? EcPublicKey.FromJwk(text) : EcPublicKey.FromPem(text), null);
        }
        catch (Exception e) when (e is SigningKeyException or IOException or UnauthorizedAccessException)
        {
            return (null, Unusable($"the public key {path} cannot be used: {e.Message}", "It is what `godwit keys person new` printed (a JSON Web Key), or PEM."));
        }
    }

    /// <summary>Why a text is no name or role; null when it is one.</summary>
    public static string? Fault(string what, string text) => Person.IsName(text) ? null : $"{what} is letters, digits, spaces and .,'@_+-, at most {Person.LongestName}, not {text}";

    private static Finding Unusable(string message, string? remedy) => Finding.Error(FindingCodes.PersonKey, message, null, remedy);
}
