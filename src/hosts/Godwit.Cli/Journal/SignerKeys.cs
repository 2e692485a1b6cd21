using Godwit.Model.Findings;
using Godwit.Security.Signing;

namespace Godwit.Cli.Journal;

/// <summary>Whose signatures count: the keys that were named, else those that this user knows.</summary>
internal static class SignerKeys
{
    private const int LongestFile = 16 * 1024;

    public static (KnownSigners? Known, Finding? Finding) Load(IReadOnlyList<string> files)
    {
        if (files.Count == 0) return (KnownSigners.Load(GodwitHome.Folder()), null);
        var keys = new List<EcPublicKey>();
        foreach (var path in files)
        {
            try
            {
                if (new FileInfo(path).Length > LongestFile) throw new SigningKeyException("it is too large for a key");
                var text = File.ReadAllText(path);
                keys.Add(text.TrimStart().StartsWith('{') ? EcPublicKey.FromJwk(text) : EcPublicKey.FromPem(text));
            }
            catch (Exception e) when (e is SigningKeyException or IOException or UnauthorizedAccessException)
            {
                return (null, Finding.Error(FindingCodes.JournalUnreadable, $"--key {path} cannot be used: {e.Message}"));
            }
        }
        return (new KnownSigners(keys), null);
    }
}
