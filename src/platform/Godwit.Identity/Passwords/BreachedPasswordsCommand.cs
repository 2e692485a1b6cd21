using System.Text;

namespace Godwit.Identity.Passwords;

/// <summary><c>godwit-server breached-passwords</c>: makes the file of breached passwords, from hashes or from a list.</summary>
public static class BreachedPasswordsCommand
{
    public const string Name = "breached-passwords";

    private const string Usage = "godwit-server breached-passwords --from HASHES --out FILE, or --list PASSWORDS --out FILE: HASHES has a line HASH:COUNT for each SHA-1 hash, in ascending order, as Have I Been Pwned is "
        + "downloaded; PASSWORDS has one password a line";

    /// <param name="arguments">What follows the name.</param>
    /// <param name="error">What a person is told.</param>
    /// <returns>0; 1 when the input is not what it has to be; 2 for other arguments; 4 when a file cannot be read or written.</returns>
    public static int Run(IReadOnlyList<string> arguments, TextWriter error)
    {
        if (arguments is not [("--from" or "--list") and var kind, var from, "--out", var to])
        {
            error.WriteLine(Usage);
            return 2;
        }
        try
        {
            using var input = File.OpenRead(from);
            using var text = new StreamReader(input, Encoding.UTF8);
            var count = kind == "--from" ? BreachedPasswordsBuilder.FromHashes(input, to, input.CanSeek ? input.Length : -1) : BreachedPasswordsBuilder.FromPasswords(text, to);
            error.WriteLine($"{count} hashes in {to}");
            return 0;
        }
        catch (BreachedPasswordsException e)
        {
            error.WriteLine($"error: {from}: {e.Message}");
            return 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"error: {e.Message}");
            return 4;
        }
    }
}
