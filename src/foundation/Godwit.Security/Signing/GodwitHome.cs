namespace Godwit.Security.Signing;

/// <summary>The folder of a user's keys: <c>$GODWIT_HOME</c>, else <c>$XDG_CONFIG_HOME/godwit</c>, else <c>~/.config/godwit</c>.</summary>
public static class GodwitHome
{
    public static string Folder() => Folder(Environment.GetEnvironmentVariable);

    public static string Folder(Func<string, string?> environment)
    {
        if (environment("GODWIT_HOME") is { Length: > 0 } own)
            return Path.GetFullPath(own);
        // A relative XDG_CONFIG_HOME is to be ignored: XDG Base Directory Specification, "All paths must be absolute".
        if (environment("XDG_CONFIG_HOME") is { Length: > 0 } configuration && Path.IsPathRooted(configuration))
            return Path.Combine(configuration, "godwit");
        if (environment("HOME") is { Length: > 0 } home && Path.IsPathRooted(home))
            return Path.Combine(home, ".config", "godwit");
        throw new SigningKeyException("there is no folder for the signing key: set GODWIT_HOME, or HOME");
    }
}
